import assert from "node:assert/strict";
import { test } from "node:test";

import { Keyboard } from "../../../static/inbox/keyboard.js";

const reading = { isTyping: false, isSingleOff: false };
const MAP = {
  next: ["j", "ArrowDown"],
  close: ["e"],
  leave: ["Escape"],
  palette: ["Mod+k"],
  "choose-all": ["Mod+a"],
  "go unassigned": ["g u"],
  undo: ["u"],
};
const keyboard = (now = () => 0) => new Keyboard(MAP, { now });

test("a key is a command", () => {
  assert.equal(keyboard().press({ key: "j" }, reading), "next");
  assert.equal(keyboard().press({ key: "ArrowDown" }, reading), "next");
  assert.equal(keyboard().press({ key: "q" }, reading), null);
});

test("while somebody writes only Esc and keys with Ctrl or Cmd are one", () => {
  const typing = { ...reading, isTyping: true };
  assert.equal(keyboard().press({ key: "e" }, typing), null);
  assert.equal(keyboard().press({ key: "Escape" }, typing), "leave");
  assert.equal(keyboard().press({ key: "Escape", isComposing: true }, typing), null);
  assert.equal(keyboard().press({ key: "k", ctrlKey: true }, typing), "palette");
  assert.equal(keyboard().press({ key: "K", metaKey: true }, typing), "palette");
});

test("what a field does by itself stays its own while somebody writes", () => {
  const typing = { ...reading, isTyping: true };
  assert.equal(keyboard().press({ key: "a", ctrlKey: true }, typing), null);
  assert.equal(keyboard().press({ key: "a", ctrlKey: true }, reading), "choose-all");
});

test("keys of the browser and the system stay theirs", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(keyboard().press({ key: "e", [modifier]: true }, reading), null);
  }
  assert.equal(keyboard().press({ key: "k", ctrlKey: true, shiftKey: true }, reading), null);
});

test("g and a letter go somewhere, if the letter comes soon", () => {
  let time = 0;
  const keys = keyboard(() => time);
  assert.equal(keys.press({ key: "g" }, reading), "wait");
  assert.equal(keys.press({ key: "u" }, reading), "go unassigned");
  keys.press({ key: "g" }, reading);
  time = 2000;
  assert.equal(keys.press({ key: "u" }, reading), "undo");
});

test("a wrong letter after g does nothing, rather than what it does alone", () => {
  const keys = keyboard();
  keys.press({ key: "g" }, reading);
  assert.equal(keys.press({ key: "e" }, reading), null);
  assert.equal(keys.press({ key: "e" }, reading), "close");
});

test("a modifier on its way to another key does not interrupt a pair", () => {
  const keys = keyboard();
  keys.press({ key: "g" }, reading);
  assert.equal(keys.press({ key: "Shift" }, reading), null);
  assert.equal(keys.press({ key: "u" }, reading), "go unassigned");
});

test("whoever switched single keys off keeps the named ones", () => {
  const off = { ...reading, isSingleOff: true };
  assert.equal(keyboard().press({ key: "e" }, off), null);
  assert.equal(keyboard().press({ key: "g" }, off), null);
  assert.equal(keyboard().press({ key: "ArrowDown" }, off), "next");
  assert.equal(keyboard().press({ key: "k", ctrlKey: true }, off), "palette");
});
