import assert from "node:assert/strict";
import { test } from "node:test";

import { brandSheets } from "../../../static/messenger/frame/theme.js";

globalThis.CSSStyleSheet = class {
  replaceSync(text) {
    this.text = text;
  }
};

const brand = { color: "#0B6B5D", on_color: "#ffffff", text_colors: ["#0b6b5d", "#6da69e"] };

test("a brand is one sheet, with a text color for day and night", () => {
  const [{ text }] = brandSheets(brand);
  assert.match(text, /--brand:#0B6B5D;--on-brand:#ffffff/);
  assert.match(text, /--brand-text:#0b6b5d.*dark.*--brand-text:#6da69e/);
});

test("only hex colors make a sheet", () => {
  for (const color of ["red", "#fff", "#0B6B5D;}", "url(x)", null, 7]) {
    assert.deepEqual(brandSheets({ ...brand, color }), []);
    assert.deepEqual(brandSheets({ ...brand, text_colors: ["#000000", color] }), []);
  }
});
