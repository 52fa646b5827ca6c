import assert from "node:assert/strict";
import { test } from "node:test";

import { contrast, isHex, readableOn } from "../../../static/messenger/frame/theme.js";

test("contrast is that of the accessibility guidelines", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#777777"), 1);
  assert.equal(contrast("#3B5BDB", "#FFFFFF").toFixed(1), "5.7");
});

/** What `--brand-soft` of css/shell.css makes. */
function tint(color, ground) {
  const part = (hex, i) => parseInt(hex.slice(i, i + 2), 16);
  const mixed = [1, 3, 5].map((i) => Math.round(part(color, i) * 0.14 + part(ground, i) * 0.86));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

test("any brand color becomes readable on both grounds, and stays when it is", () => {
  assert.equal(readableOn("#0b6b5d", "#FFFFFF"), "#0b6b5d");
  for (const color of ["#ffee00", "#ffffff", "#000000", "#ff00aa", "#777777", "#0B6B5D"]) {
    for (const ground of ["#FFFFFF", "#14161B"]) {
      const shown = readableOn(color, ground);
      assert.ok(contrast(shown, ground) >= 4.5, `${color} on ${ground}`);
      assert.ok(contrast(shown, tint(shown, ground)) >= 4.5, `${color} on its tint on ${ground}`);
    }
  }
});

test("only a hex color is taken for one", () => {
  assert.equal(isHex("#0B6B5D"), true);
  for (const value of ["red", "#fff", "#0B6B5D;}", "url(x)", null, 7]) {
    assert.equal(isHex(value), false);
  }
});
