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

/** @param {string[]} on modifiers of which only getModifierState tells */
const state = (...on) => ({ getModifierState: (/** @type {string} */ name) => on.includes(name) });
const SIGNS = {
  left: ["["], right: ["]"], filter: ["\\"], help: ["?"], choose: ["x"], range: ["X"], macro: ["m"],
  palette: ["Mod+k"], "go all": ["g a"], own: ["ж"],
};
const signs = () => new Keyboard(SIGNS, { now: () => 0 });

test("signs that a keyboard writes with AltGr or Option are commands all the same", () => {
  const german = { ...state("AltGraph"), altKey: true, ctrlKey: true };
  assert.equal(signs().press({ key: "[", ...german }, reading), "left");
  assert.equal(signs().press({ key: "]", ...state("AltGraph") }, reading), "right");
  assert.equal(signs().press({ key: "\\", altKey: true, shiftKey: true }, reading), "filter");
  assert.equal(signs().press({ key: "[", altKey: true }, { ...reading, isTyping: true }), null);
  assert.equal(signs().press({ key: "[", altKey: true, ctrlKey: true }, reading), null);
  assert.equal(signs().press({ key: "x", altKey: true }, reading), null);
});

test("Caps Lock makes no other command of a letter", () => {
  const locked = state("CapsLock");
  assert.equal(signs().press({ key: "X", ...locked }, reading), "choose");
  assert.equal(signs().press({ key: "x", shiftKey: true, ...locked }, reading), "range");
  // Some systems write capitals with both.
  assert.equal(signs().press({ key: "X", shiftKey: true, ...locked }, reading), "range");
  assert.equal(signs().press({ key: "M", ...locked }, reading), "macro");
  assert.equal(signs().press({ key: "X", shiftKey: true, ...state() }, reading), "range");
});

test("keyboards of other scripts have the letters where they stand", () => {
  const russian = (key, code, more = {}) => signs().press({ key, code, ...more }, reading);
  assert.equal(russian("ч", "KeyX"), "choose");
  assert.equal(russian("Ч", "KeyX", { shiftKey: true }), "range");
  assert.equal(russian("Ч", "KeyX", state("CapsLock")), "choose");
  assert.equal(russian("х", "BracketLeft"), "left");
  assert.equal(russian("л", "KeyK", { ctrlKey: true }), "palette");
  assert.equal(signs().press({ key: "é", code: "KeyX" }, reading), null);
  const keys = signs();
  assert.equal(keys.press({ key: "п", code: "KeyG" }, reading), "wait");
  assert.equal(keys.press({ key: "ф", code: "KeyA" }, reading), "go all");
});

test("a key of another script that somebody wished for is theirs", () => {
  assert.equal(signs().press({ key: "ж", code: "Semicolon" }, reading), "own");
});
