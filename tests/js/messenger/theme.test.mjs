import assert from "node:assert/strict";
import { test } from "node:test";

import { wear } from "../../../static/messenger/frame/theme.js";

const brand = { color: "#0B6B5D", on_color: "#ffffff", text_colors: ["#0b6b5d", "#6da69e"] };

function worn(settings) {
  const found = {};
  const setProperty = (name, value) => (found[name] = value);
  globalThis.document = { documentElement: { style: { setProperty } } };
  wear(settings);
  return found;
}

test("a brand is four colors, one of them for the text by day and one by night", () => {
  const colors = ["#0B6B5D", "#ffffff", "#0b6b5d", "#6da69e"];
  const names = ["--brand", "--on-brand", "--day", "--night"];
  assert.deepEqual(Object.entries(worn(brand)), names.map((name, at) => [name, colors[at]]));
});

test("only hex colors are worn", () => {
  for (const color of ["red", "#fff", "#0B6B5D;}", "url(x)", null, 7]) {
    assert.equal("--brand" in worn({ ...brand, color }), false);
    assert.equal("--night" in worn({ ...brand, text_colors: ["#000000", color] }), false);
  }
});
