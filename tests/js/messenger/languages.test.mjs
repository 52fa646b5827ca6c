import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../../messenger/locales/", import.meta.url);
const FORM = /^(.+)\.(zero|one|two|few|many|other)$/;

for (const file of readdirSync(folder)) {
  const tag = file.replace(".json", "");
  test(`${tag} has the plural forms that a browser asks it for`, () => {
    const texts = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    const families = new Map();
    for (const key of Object.keys(texts)) {
      const [, family, form] = FORM.exec(key) || [];
      if (family) families.set(family, [...(families.get(family) || []), form]);
    }
    const wanted = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    assert.ok(families.size >= 2);
    for (const [family, forms] of families) {
      assert.deepEqual(forms.sort(), [...wanted].sort(), family);
    }
  });
}
