import assert from "node:assert/strict";
import { test } from "node:test";

import { contrast, isHex, readableOn } from "../../../static/messenger/frame/theme.js";

test("contrast is that of the accessibility guidelines", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#777777"), 1);
  assert.equal(contrast("#3B5BDB", "#FFFFFF").toFixed(1), "5.7");
});

test("any brand color becomes readable on both grounds, and stays when it is", () => {
  assert.equal(readableOn("#0b6b5d", "#FFFFFF"), "#0b6b5d");
  for (const color of ["#ffee00", "#ffffff", "#000000", "#ff00aa", "#777777", "#0B6B5D"]) {
    for (const ground of ["#FFFFFF", "#14161B"]) {
      assert.ok(contrast(readableOn(color, ground), ground) >= 4.5, `${color} on ${ground}`);
    }
  }
});

test("only a hex color is taken for one", () => {
  assert.equal(isHex("#0B6B5D"), true);
  for (const value of ["red", "#fff", "#0B6B5D;}", "url(x)", null, 7]) {
    assert.equal(isHex(value), false);
  }
});
