/** Shapes shared by the modules of the frame. */

export interface Author {
  type: "contact" | "teammate" | "bot";
  id?: string | null;
  name: string;
  avatar?: string | null;
  initials?: string;
}

export interface Attachment {
  id: string;
  name: string;
  size: number;
  content_type: string;
  url: string;
  thumb?: string | null;
  width: number | null;
  height: number | null;
}

export interface Message {
  id: string;
  seq: number;
  client_id: string | null;
  kind: string;
  author: Author;
  body_html: string;
  body_text: string;
  choices: string[];
  attachments: Attachment[];
  created_at: string;
}

export interface Conversation {
  id: string;
  status: "open" | "snoozed" | "closed";
  preview: string;
  preview_author: { type: string; name: string } | null;
  /** Moves with whatever changes of what is told here: of two tellings the higher is the later. */
  version: number;
  unread: number;
  last_seq: number;
  read_seq: number;
  seen_seq: number;
  updated_at: string;
  created_at: string;
  assignee?: { name: string; avatar?: string | null; initials?: string } | null;
  rating?: { score: number; comment: string } | null;
  can_rate?: boolean;
  is_listed?: boolean;
  /** The conversation in which this one goes on. */
  merged_into?: string | null;
}

export interface Contact {
  id: string | null;
  role: "visitor" | "lead" | "user";
  name: string;
  email: string | null;
  is_blocked?: boolean;
}

export interface Settings {
  name: string;
  color: string;
  on_color: string;
  text_colors: [string, string];
  logo: string | null;
  direction: "ltr" | "rtl";
  greeting: string;
  reply_time: string;
  office_hours: string;
  home_links: { title: string; url: string }[];
  position: "left" | "right";
  live_url: string;
  poll_seconds: number;
  limits: { message_bytes: number; attachment_bytes: number; attachments: number };
  team: { name: string; avatar?: string | null; initials?: string }[];
  locale: string;
  can_upload: boolean;
  can_start: boolean;
  is_rating_asked: boolean;
  push: { public_key: string } | null;
}

/** The answer of `POST boot`, as the loader hands it over. */
export interface Session {
  token: string;
  contact: Contact;
  settings: Settings;
  conversations: Conversation[];
  is_notified: boolean;
  unread: number;
}

export interface Page {
  url: string;
  title: string;
  referrer?: string;
}

/** A file on its way: `id` once the server holds it, `blob` until then. */
export interface Upload {
  key: string;
  name: string;
  size: number;
  content_type: string;
  width: number | null;
  height: number | null;
  id?: string;
  blob?: Blob;
}

/**
 * A message that the server has not acknowledged. `thread` is the lane it waits in: a
 * conversation's id, or `new:<uuid>` while the conversation does not exist yet. `created_at` is
 * the visitor's own clock and only shown. `next_at` is when it may be tried again, in ms.
 */
export interface Outgoing {
  n?: number;
  client_id: string;
  thread: string;
  body: string;
  attachments: Upload[];
  page: Page | null;
  created_at: number;
  status: "queued" | "failed";
  attempts: number;
  next_at: number;
  reason: string;
  /** The type of the refusal. */
  problem: string;
  /** True when the device had no room for it: it lives as long as this page. */
  isLoose?: boolean;
}

/**
 * What is half written in a thread, which has no name that lasts while it is "new". `at` is when it
 * was written, in ms; `visit` whose it is.
 */
export interface Draft {
  thread: string;
  body: string;
  at: number;
  visit: string;
}

/** What a thread shows: a stored message, or one on its way. */
export type Entry =
  | { key: string; message: Message; outgoing?: undefined }
  | { key: string; message?: undefined; outgoing: Outgoing };
