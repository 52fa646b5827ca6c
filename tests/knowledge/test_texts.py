"""What the help center itself says, in each of our languages."""

import json
import re

import pytest

from ground.web import languages
from knowledge.texts import FOLDER, counted, texts_in

FORM = re.compile(r"\.(one|two|few|many|other)$")


def own(tag):
    return json.loads((FOLDER / f"{tag}.json").read_text())


@pytest.mark.parametrize("tag", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_a_language_says_all_that_english_says(tag):
    assert tag in languages.NAMES
    said, english = own(tag), own("en")
    assert {FORM.sub("", key) for key in said} == {FORM.sub("", key) for key in english}
    for key, text in english.items():
        if not FORM.search(key):
            assert set(re.findall(r"\{\w+\}", said[key])) == set(re.findall(r"\{\w+\}", text)), key
    assert "articles.other" in said


def test_every_language_of_ours_is_spoken_and_counts_by_its_own_rules():
    assert {tag for tag in languages.NAMES if texts_in(tag) == texts_in("en")} == {"en"}
    assert [counted("ru", "articles", n) for n in (1, 3, 5)] == ["1 статья", "3 статьи", "5 статей"]
    assert counted("ar", "articles", 2) == "مقالتان"
    assert counted("pt-BR", "articles", 1) == "1 artigo"
