import assert from "node:assert/strict";
import { test } from "node:test";

import { Keyboard } from "../../../static/inbox/keyboard.js";

const reading = { isTyping: false, isSingleOff: false };

test("a key is a command", () => {
  const keyboard = new Keyboard({ now: () => 0 });
  assert.deepEqual(keyboard.press({ key: "j" }, reading), { command: "next" });
  assert.equal(keyboard.press({ key: "q" }, reading), null);
});

test("while somebody writes only Esc is one", () => {
  const keyboard = new Keyboard({ now: () => 0 });
  const typing = { ...reading, isTyping: true };
  assert.equal(keyboard.press({ key: "e" }, typing), null);
  assert.deepEqual(keyboard.press({ key: "Escape" }, typing), { command: "leave" });
  assert.equal(keyboard.press({ key: "Escape", isComposing: true }, typing), null);
});

test("keys of the browser and the system stay theirs", () => {
  const keyboard = new Keyboard({ now: () => 0 });
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(keyboard.press({ key: "r", [modifier]: true }, reading), null);
  }
});

test("g and a letter go somewhere, if the letter comes soon", () => {
  let time = 0;
  const keyboard = new Keyboard({ now: () => time });
  assert.deepEqual(keyboard.press({ key: "g" }, reading), { command: "wait" });
  assert.deepEqual(keyboard.press({ key: "u" }, reading), { command: "go", argument: "u" });
  keyboard.press({ key: "g" }, reading);
  time = 2000;
  assert.deepEqual(keyboard.press({ key: "u" }, reading), { command: "unread" });
});

test("whoever switched single keys off keeps the named ones", () => {
  const keyboard = new Keyboard({ now: () => 0 });
  const off = { ...reading, isSingleOff: true };
  assert.equal(keyboard.press({ key: "e" }, off), null);
  assert.deepEqual(keyboard.press({ key: "ArrowDown" }, off), { command: "next" });
});
