"""The house's own rules, proved over its source and its app registry (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from config.composition import FRAMES
from config.reactions import REACTIONS
from ground.journal import live, reactions
from ground.journal.kinds import KINDS

ROOT = Path(__file__).parent.parent
FLOORS = {
    "config": 9,
    "insights": 8,
    "messenger": 7,
    "omnichannel": 6,
    "routing": 6,
    "bots": 6,
    "proactive": 6,
    "tickets": 5,
    "inbox": 4,
    "knowledge": 3,
    "people": 2,
    "ground.conditions": 1,
    "ground.journal": 1,
    "ground.hours": 1,
    "ground.meaning": 1,
    "ground.web": 1,
}
ASYNC_HOMES = {"consumers.py", "ground/journal/hub.py", "config/asgi.py"}


def room_of(dotted: str) -> str | None:
    """The room that a module or a path's dotted name belongs to; None outside the house."""
    first, _, rest = dotted.partition(".")
    name = f"{first}.{rest.split('.')[0]}" if first == "ground" else first
    return name if name in FLOORS else None


@cache
def sources() -> dict[str, ast.Module]:
    """Path from the root -> syntax tree, for every Python file of every room."""
    found = {}
    for room in FLOORS:
        for path in sorted((ROOT / room.replace(".", "/")).rglob("*.py")):
            found[path.relative_to(ROOT).as_posix()] = ast.parse(path.read_text())
    return found


def home_of(path: str) -> str:
    room = room_of(path.removesuffix(".py").replace("/", "."))
    assert room, path
    return room


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide which room is meant"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_know(upper: str, lower: str) -> bool:
    return upper == lower or FLOORS[lower] < FLOORS[upper]


def test_every_room_is_on_a_floor():
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/apps.py")}
    packages |= {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("ground/*/apps.py")}
    assert packages and {package.replace("/", ".") for package in packages} <= set(FLOORS)


def test_imports_only_go_down_and_siblings_never_meet():
    wrong = [
        f"{path} imports {module}"
        for path, tree in sources().items()
        for module in imports(tree)
        if (room := room_of(module)) and not may_know(home_of(path), room)
    ]
    assert wrong == []


def test_the_rule_for_imports_has_teeth():
    assert not may_know("people", "inbox")
    assert not may_know("ground.web", "ground.journal")
    assert not may_know("bots", "routing")
    assert may_know("messenger", "people") and may_know("config", "messenger")


def test_foreign_keys_only_go_down():
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        room = room_of(model.__module__)
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if room is None or target is None or field.auto_created:
                continue
            other = room_of(target.__module__)
            if other and not may_know(room, other):
                wrong.append(f"{model.__name__}.{field.name} points at {target.__name__}")
    assert wrong == []


def test_nothing_hides_in_signals_or_save():
    wrong = []
    for path, tree in sources().items():
        if any("models.signals" in module for module in imports(tree)):
            wrong.append(f"{path} uses model signals")
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and "/models" in f"/{path}":
                wrong += [
                    f"{path}: {node.name}.{item.name}()"
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and item.name in {"save", "delete"}
                ]
    assert wrong == []


def names_in(tree: ast.Module) -> set[str]:
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_only_the_journal_acts_on_commit():
    wrong = [
        path
        for path, tree in sources().items()
        if names_in(tree) & {"on_commit", "group_send"} and home_of(path) != "ground.journal"
    ]
    assert wrong == []


def test_async_code_lives_in_its_homes_only():
    wrong = [
        path
        for path, tree in sources().items()
        if any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree))
        and path not in ASYNC_HOMES
        and path.rsplit("/", 1)[-1] not in ASYNC_HOMES
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "module", ["django.http", "django.shortcuts", "urllib.request", "requests"]
)
def test_actions_read_no_requests_and_call_no_network(module):
    wrong = [
        path
        for path, tree in sources().items()
        if "/actions" in path and any(name.startswith(module) for name in imports(tree))
    ]
    assert wrong == []


def test_pages_and_interfaces_change_nothing_by_themselves():
    """Adapters call actions; they save no row of the conversation's or the customer's."""
    writes = {"bulk_create", "bulk_update", "select_for_update"}
    adapters = {"api", "pages", "views.py", "api.py", "consumers.py", "frames.py"}
    wrong = [
        path
        for path, tree in sources().items()
        if adapters & set(path.split("/")[1:]) and names_in(tree) & writes
    ]
    assert wrong == []


def test_causes_and_effects_name_what_exists():
    assert set(REACTIONS) <= set(KINDS) and set(FRAMES) <= set(KINDS)
    for names in REACTIONS.values():
        assert all(callable(reactions.handler(name)) for name in names)
    assert set(live.framers()) == set(FRAMES), "every framer could be imported"


@pytest.mark.django_db
def test_migrations_are_complete(capsys):
    call_command("makemigrations", "--check", "--dry-run")


def test_the_driver_is_the_one_that_was_measured():
    assert connection.Database.__name__ == "psycopg2"


def test_every_foreign_key_says_what_happens_when_its_target_goes():
    for model in apps.get_models():
        if room_of(model.__module__) is None:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                assert field.remote_field.on_delete is not models.DO_NOTHING
