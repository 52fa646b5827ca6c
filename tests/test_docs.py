"""The reference pages are held to the code, both ways, and every link leads somewhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from drf_spectacular.generators import SchemaGenerator

from config import env
from config.composition import DUE, FRAMES
from config.demo.access import email_of
from config.demo.story.cast import MATES
from config.reactions import REACTIONS
from ground.conditions import FactType, registry
from ground.journal.kinds import KINDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# What slips in most often.
BRITISH = re.compile(r"\b(colour|behaviour|centre|organis|recognis|initialis|licence)\w*", re.I)


def page(name: str) -> str:
    return (DOCS / name).read_text()


def first_cells(text: str) -> dict[str, list[str]]:
    """The rows of all tables: what is in backticks in the first cell -> the other cells."""
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def paths(names: list[str]) -> set[str]:
    return {f"`{name}`" for name in names}


# ---- reference -----------------------------------------------------------------------------------


def test_every_setting_has_its_line_and_no_line_is_about_nothing():
    settings, _, commands = page("settings.md").partition("## For the commands")
    assert set(first_cells(settings)) == set(env.DECLARED)
    assert not set(first_cells(commands)) & set(env.DECLARED)


def test_every_journal_kind_is_described_in_its_own_words():
    rows = first_cells(section(page("journal.md"), "Kinds"))
    assert set(rows) == set(KINDS)
    for kind, (meaning, *_) in rows.items():
        assert meaning.startswith(KINDS[kind].rstrip(".")), kind


def test_the_journal_page_names_the_reactions_of_each_kind():
    rows = first_cells(section(page("journal.md"), "Kinds"))
    for kind, cells in rows.items():
        assert set(filter(None, cells[3].split(", "))) == paths(REACTIONS.get(kind, [])), kind


def test_the_journal_page_tells_which_kinds_are_shown_live():
    text = page("journal.md")
    names = {}
    for short, function in re.findall(
        r"^\| ([a-z ]+?)(?: \(.*?\))? \| `([a-z._]+)` \|", text, re.M
    ):
        names[function] = short
    rows = first_cells(section(text, "Kinds"))
    for kind, cells in rows.items():
        shown = {names[function] for function in FRAMES.get(kind, [])}
        assert set(filter(None, cells[2].split(", "))) == shown, kind


def test_every_reaction_is_described():
    known = {name for names in REACTIONS.values() for name in names}
    assert set(first_cells(section(page("journal.md"), "Reactions"))) == known


def test_every_kind_of_what_is_due_is_described():
    rows = first_cells(section(page("hours.md"), "What is due at a time"))
    assert {name for name in rows if "(" not in name} == set(DUE)


@pytest.mark.django_db
def test_every_fact_is_described_with_its_type():
    rows = first_cells(page("facts.md"))
    facts = {
        fact.name: fact
        for subject in ("conversation", "contact", "company")
        for fact in registry.facts_for(subject)
    }
    assert set(rows) == set(facts)
    for name, (label, type_, *_) in rows.items():
        fact = facts[name]
        assert label == fact.label and type_.split(":")[0] == fact.type, name
        if fact.type is FactType.CHOICE:
            choices = {value for value, _ in fact.current_choices()}
            assert set(re.findall("`([^`]+)`", type_)) == choices, name


def test_every_family_of_facts_is_described():
    for subject in ("contact", "company"):
        assert f"`{subject}.attributes.<key>`" in page("facts.md")


def test_every_operation_of_the_api_is_described():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    rows = first_cells(section(page("api.md"), "Operations"))
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, methods in schema["paths"].items()
        for method in methods
    }
    assert set(rows) == operations


def test_every_decision_is_in_their_index():
    index = page("decisions/README.md")
    for path in DOCS.glob("decisions/[0-9]*.md"):
        title = path.read_text().splitlines()[0]
        assert title.startswith(f"# {path.name[:4]} "), path.name
        assert f"[{path.name[:4]}]({path.name}) | {title[7:]} |" in index, path.name


# ---- links and commands --------------------------------------------------------------------------


def links(path: Path) -> list[str]:
    return LINK.findall(FENCE.sub("", path.read_text()))


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(path):
    for link in links(path):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_in_the_index():
    listed = {(DOCS / link.split("#")[0]).resolve() for link in links(DOCS / "README.md")}
    missing = [path.name for path in DOCS.glob("*.md") if path.resolve() not in listed]
    assert missing == ["README.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_are_in_american_spelling(path):
    assert BRITISH.findall(path.read_text()) == []


def test_the_commands_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text()
    commands = set(re.findall(r"\./bin/[a-z]+", readme))
    assert {"./bin/up", "./bin/test", "./bin/bench"} <= commands
    for command in commands:
        assert os.access(ROOT / command, os.X_OK), command
    for name in re.findall(r"manage\.py ([a-z_]+)", readme):
        found = list(ROOT.glob(f"*/management/commands/{name}.py"))
        assert found, name


def test_the_log_ins_of_the_readme_are_those_of_the_demo():
    readme = (ROOT / "README.md").read_text()
    for key, mate in MATES.items():
        assert f"| `{email_of(key)}` | {mate.name}, " in readme


@pytest.mark.parametrize("name", ["_environment", "bench", "lock", "test", "up"])
def test_commands_are_plain_shell(name):
    shell = shutil.which("dash") or "/bin/sh"
    done = subprocess.run([shell, "-n", ROOT / "bin" / name], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
