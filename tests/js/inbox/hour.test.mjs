/**
 * An agent's hour, minute by minute, on the modules that ask: what it costs the server. The figures
 * stand in docs/performance.md.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, screen, start } from "./screen.mjs";

const OPENED = 40;
const REPLIES = 30;
const MOST = { conversation: 180, views: 480, head: 80, record: 90, rows: 10, bell: 22, me: 1 };
const MOST_IN_ALL = 860;

const HOUR_S = 3600;
const PATIENCE_S = HOUR_S / OPENED;

const STATE = { status: "open", tags: [], priority: "normal" };
const changed = (id, state = STATE) => {
  screen.changes.set(id, (screen.changes.get(id) || 0) + 1);
  screen.hear({ type: "conversation", conversation: id, version: 2, state, removed: false });
};

test("an hour of forty conversations and thirty replies keeps its budget", async () => {
  screen.rows = Array.from({ length: OPENED + 4 }, (_, index) => `cv_${index}`);
  const { go } = await start();
  const here = () => screen.places.conversation.dataset.conversation;
  let opened = 0;
  let replies = 0;
  for (let second = 0; second < HOUR_S; second += 1) {
    const at = second % PATIENCE_S;
    if (at === 0) await go(addressOf(screen.rows[opened++]));
    // A reply: its row and its line come back as frames, as to everybody.
    if (at === 45 && replies < REPLIES) {
      replies += 1;
      await globalThis.fake.ask(addressOf(here()), { form: {} });
      for (const name of ["inbox:kept", "inbox:changed"]) {
        document.dispatchEvent(new CustomEvent(name, { detail: { conversation: here() } }));
      }
      changed(here());
    }
    // What others do, on all screens: somebody writes somewhere every ten seconds, every minute and
    // a half in one of the conversations that were fetched ahead, every three in this one, which
    // somebody gives a tag then.
    if (second % 10 === 3) changed(`cv_far${second % 7}`);
    if (at === 20) changed(screen.rows[opened]);
    if (second % 180 === 30) changed(here(), { ...STATE, tags: ["New"] });
    if (second % 60 === 7) screen.hear({ type: "away", teammate: "mate_2", is_away: true });
    if (second % 60 === 11) screen.hear({ type: "did", contact: "ct_1" });
    if (second % 300 === 100) screen.hear({ type: "record", contact: "ct_1" });
    if (second % 300 === 200) screen.hear({ type: "notification" });
    if (second % 600 === 50) screen.hear({ type: "names" });
    if (second % 600 === 350) screen.hear({ type: "choices" });
    if (second % 900 === 400) screen.hear({ type: "face", teammate: "mate_2", html: "face x" });
    if (second % 900 === 500) screen.hear({ type: "views" });
    if (second === 1800) screen.hear({ type: "me" });
    await screen.pass(1000);
  }
  const counts = screen.count();
  const { posted, ...asked } = counts;
  assert.equal(opened, OPENED);
  assert.equal(posted, REPLIES);
  const over = Object.entries(asked).filter(([part, count]) => count > (MOST[part] || 0));
  assert.deepEqual(over, [], JSON.stringify(counts));
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.ok(all <= MOST_IN_ALL, `${all} requests: ${JSON.stringify(counts)}`);
});
