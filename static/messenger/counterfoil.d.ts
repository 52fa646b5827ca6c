/**
 * The one global of the messenger, for TypeScript: save this file beside your own types, or name
 * it in `/// <reference path="…" />`. What each command does is in docs/messenger.md.
 */

/** Who is in front of the messenger. `id` is null until their first word. */
export interface CounterfoilContact {
  id: string | null;
  role: "visitor" | "lead" | "user";
  name: string;
  email: string | null;
}

export interface CounterfoilSettings {
  /** A JSON Web Token that your server has signed. */
  identity?: string;
  /** With `user_hash`: your own id of the user, for those who move from elsewhere. */
  user_id?: string | number;
  user_hash?: string;
  /** What nobody has signed is kept as what the visitor says. */
  name?: string;
  email?: string;
  attributes?: Record<string, string | number | boolean | null>;
  /** The visitor's language, such as "pt-BR". */
  locale?: string;
  /** The signed link of a mail; opens its one conversation. */
  link?: string;
}

export interface CounterfoilTarget {
  space?: "home" | "messages";
  conversation?: string;
  ticket?: string;
  article?: string;
  new?: boolean;
  /** Proposed as the first message of a new conversation. */
  text?: string;
}

export interface CounterfoilEvents {
  ready: CounterfoilContact;
  identified: CounterfoilContact;
  show: undefined;
  hide: undefined;
  unread: number;
  message: { conversation: string; author: { type: "teammate" | "bot"; name: string } };
  conversation: { conversation: string };
  route: string;
  error: Error;
  /** Comes with tickets and with outreach. */
  ticket: unknown;
  outbound: unknown;
}

export interface CounterfoilGlobal {
  (command: "boot", settings?: CounterfoilSettings): Promise<CounterfoilContact>;
  (command: "update", settings: CounterfoilSettings): Promise<CounterfoilContact>;
  (command: "shutdown"): Promise<void>;
  /** Fetches the window ahead: the opening that follows waits for nothing. */
  (command: "prepare"): Promise<void>;
  (command: "show"): Promise<void>;
  (command: "hide"): Promise<void>;
  (command: "open", target?: CounterfoilTarget): Promise<void>;
  (
    command: "track",
    name: string,
    metadata?: Record<string, string | number | boolean | null>,
  ): Promise<void>;
  (command: "page"): Promise<void>;
  /** Rejects: an unknown command until there are tours, checklists or surveys to start. */
  (
    command: "start",
    what: { tour?: string; checklist?: string; survey?: string },
  ): Promise<never>;
  (command: "consent", isGiven: boolean): Promise<unknown>;
  <Name extends keyof CounterfoilEvents>(
    command: "on",
    event: Name,
    listener: (detail: CounterfoilEvents[Name]) => void,
  ): Promise<void>;
  <Name extends keyof CounterfoilEvents>(
    command: "off",
    event: Name,
    listener: (detail: CounterfoilEvents[Name]) => void,
  ): Promise<unknown>;
  /** The app id, once the loader has arrived. */
  app?: string;
  /** What waits for the loader. */
  q?: IArguments[];
}

declare global {
  // eslint-disable-next-line no-var
  var Counterfoil: CounterfoilGlobal;
}
