"""A condition as a form: from a tree to fields, from fields to a tree.

One form serves whatever asks by conditions. It is drawn on the server and sent back to be drawn
anew when a part comes or goes, so it works without scripts; `static/shared/conditions.js` only
presses its buttons. Names of fields are paths: `c.1.0.fact` is the fact of the first part of the
second part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from ground.conditions import arguments
from ground.conditions.grammar import CLAUSES_MAX, DEPTH_MAX
from ground.conditions.operators import OPERATORS
from ground.conditions.registry import Fact, Registry
from ground.conditions.sentences import UNITS

# How the parts of a group hang together: its word, what the form calls it, what joins them.
WORDS = {
    "all": ("all of these", "and"),
    "any": ("any of these", "or"),
    "none": ("none of these", "or"),
    "not_all": ("not all of these", "and"),
}
# What is negated by the words that negate.
NEGATED = {"none": "any", "not_all": "all"}
ROOT = "c"
FIELD = re.compile(
    rf"{ROOT}((?:\.[0-9]{{1,3}}){{0,{DEPTH_MAX * 2}}})"
    r"\.(word|fact|was|op|value|unit|name|days|count|raw)"
)
DO = re.compile(rf"(add|group|remove) {ROOT}((?:\.[0-9]{{1,3}}){{0,{DEPTH_MAX * 2}}})")
TEXT_MAX = 2_000
# Of a tree and, at its end, of a value.
JSON_DEPTH_MAX = DEPTH_MAX * 2 + 4
BLANK: dict[str, Any] = {"fact": ""}

# Which control a value is written in, by what checks it.
CONTROLS: dict[Any, str] = {
    arguments.nothing: "",
    arguments.text: "text",
    arguments.pattern: "text",
    arguments.texts: "texts",
    arguments.member: "text",
    arguments.members: "texts",
    arguments.number: "number",
    arguments.two_numbers: "between",
    arguments.boolean: "boolean",
    arguments.choice: "choice",
    arguments.choices: "choices",
    arguments.moment: "moment",
    arguments.days: "span",
    arguments.events: "events",
    arguments.counted_events: "events",
    arguments.named_events: "events",
}

State = dict[str, Any]


# ---- state: what the fields of a form say --------------------------------------------------------


def state_of(tree: Any) -> State:
    """A tree as groups of clauses, one group at the top."""
    found = _state(tree)
    return found if "parts" in found else {"word": "all", "parts": [found]}


def _state(tree: Any, depth: int = 1) -> State:
    # No condition is nested deeper; what somebody has sent may be, and stays as it was written.
    if depth > DEPTH_MAX:
        return {"raw": tree}
    if not isinstance(tree, dict) or "fact" in tree or len(tree) != 1:
        return {"raw": tree} if not isinstance(tree, dict) or "fact" not in tree else dict(tree)
    (word, inner), *_ = tree.items()
    if word in ("all", "any") and isinstance(inner, list):
        return {"word": word, "parts": [_state(part, depth + 1) for part in inner]}
    if word == "not" and isinstance(inner, dict):
        negated = _state(inner, depth + 1)
        if negated.get("word") in ("all", "any"):
            return {**negated, "word": "none" if negated["word"] == "any" else "not_all"}
        return {"word": "none", "parts": [negated]}
    return {"raw": tree}


def tree_of(state: State, *, with_blanks: bool = False) -> Any:
    """The tree that a state says; clauses without a fact are left out."""
    if "raw" in state:
        return state["raw"]
    if "parts" not in state:
        return {key: state[key] for key in ("fact", "op", "value") if key in state}
    parts = [tree_of(part) for part in state["parts"] if with_blanks or not is_blank(part)]
    word = state["word"]
    if word in ("all", "any"):
        return {word: parts}
    # Of one alone "none" and "not all" are "not": so what is read as deep as it may be stays so.
    return {"not": parts[0] if len(parts) == 1 else {NEGATED[word]: parts}}


def is_blank(state: State) -> bool:
    if "parts" in state:
        return bool(state["parts"]) and all(is_blank(part) for part in state["parts"])
    return "raw" not in state and not state.get("fact")


def state_from(data: QueryDict, registry: Registry) -> State:
    """What a form that was sent says. Whatever is no field of it is passed over."""
    nodes: dict[tuple[int, ...], dict[str, list[str]]] = {}
    for name in data:
        match = FIELD.fullmatch(name)
        if match:
            texts = [text[:TEXT_MAX] for text in data.getlist(name)]
            nodes.setdefault(_path(match[1]), {})[match[2]] = texts
    return _node((), nodes, registry)


def _path(steps: str) -> tuple[int, ...]:
    return tuple(int(step) for step in steps.split(".")[1:])


def _node(
    path: tuple[int, ...],
    nodes: Mapping[tuple[int, ...], Mapping[str, list[str]]],
    registry: Registry,
) -> State:
    given = nodes.get(path, {})
    if path and "word" not in given:
        return _clause(given, registry)
    beneath = sorted({at[: len(path) + 1] for at in nodes if len(at) > len(path)})
    parts = [at for at in beneath if at[:-1] == path]
    word = given.get("word", ["all"])[0]
    return {
        "word": word if word in WORDS else "all",
        "parts": [_node(at, nodes, registry) for at in parts],
    }


def _clause(given: Mapping[str, list[str]], registry: Registry) -> State:
    if "raw" in given:
        try:
            return _state(storable_json(given["raw"][0]))
        except (ValueError, RecursionError):
            return dict(BLANK)
    name = given.get("fact", [""])[0]
    fact = registry.find(name) if name else None
    if fact is None:
        return {"fact": name, "op": given.get("op", [""])[0]} if name else dict(BLANK)
    operators = OPERATORS[fact.type]
    op = given.get("op", [""])[0]
    is_other = given.get("was", [name])[0] != name
    if op not in operators or is_other:
        return {"fact": name, "op": first_op(fact)}
    value = _value(CONTROLS[operators[op].argument], given)
    return {"fact": name, "op": op} | ({} if value is None else {"value": value})


def storable_json(text: str) -> Any:
    """JSON that somebody has sent. Raises ValueError, also for texts that no database takes, and
    RecursionError."""
    found = json.loads(text)
    written = json.dumps(found, ensure_ascii=False)
    written.encode()
    if "\\u0000" in written:
        raise ValueError("A text holds a NUL character.")
    if is_deep(found):
        raise ValueError("It is nested deeper than any condition.")
    return found


def is_deep(found: Any) -> bool:
    """Whether JSON is nested deeper than a condition ever is, which would break who walks it."""
    level = [found]
    for _ in range(JSON_DEPTH_MAX):
        level = [part for each in level for part in parts_of(each)]
        if not level:
            return False
    return True


def parts_of(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else []


def _value(control: str, given: Mapping[str, list[str]]) -> Any:
    texts = given.get("value", [])
    first = texts[0] if texts else ""
    match control:
        case "":
            return None
        case "texts" | "choices":
            return [text for text in texts if text]
        case "number":
            return _number(first)
        case "between":
            return [_number(text) for text in texts[:2]]
        case "boolean":
            return {"true": True, "false": False}.get(first, first)
        case "span":
            return _span(first, given.get("unit", ["day"])[0])
        case "events":
            return _events(given)
    return first


def _number(text: str) -> Any:
    """The text itself where it is no number: the check says so."""
    try:
        found = float(text)
    except ValueError:
        return text
    return int(found) if found.is_integer() and abs(found) < arguments.NUMBER_MAX else found


def _span(text: str, unit: str) -> Any:
    found = _number(text)
    if isinstance(found, str) or unit not in UNITS or UNITS[unit] == 1:
        return found
    return found / UNITS[unit]


def _events(given: Mapping[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("count", "days", "name"):
        text = given.get(key, [""])[0]
        if text.strip():
            found[key] = text if key == "name" else _number(text)
    return found


def first_op(fact: Fact) -> str:
    return next(iter(OPERATORS[fact.type]))


def changed(state: State, do: str) -> tuple[State, str]:
    """The state after a button of the form was pressed, and the path where one goes on.

    `add c.1`: one more clause in that group; `group c`: one more group; `remove c.1.0`.
    """
    match = DO.fullmatch(do)
    if not match:
        return state, ""
    path = _path(match[2])
    if match[1] == "remove":
        return (state, "") if not path else _removed(state, path)
    group = _at(state, path)
    if group is None or "parts" not in group or _size(state) >= CLAUSES_MAX:
        return state, ""
    fresh = dict(BLANK)
    group["parts"].append(fresh if match[1] == "add" else {"word": "any", "parts": [fresh]})
    at = name_of((*path, len(group["parts"]) - 1))
    return state, at if match[1] == "add" else f"{at}.0"


def _removed(state: State, path: tuple[int, ...]) -> tuple[State, str]:
    group = _at(state, path[:-1])
    if group is None or "parts" not in group or path[-1] >= len(group["parts"]):
        return state, ""
    del group["parts"][path[-1]]
    if not group["parts"] and len(path) > 1:
        return _removed(state, path[:-1])
    last = len(group["parts"]) - 1
    return state, name_of((*path[:-1], min(path[-1], last))) if last >= 0 else name_of(path[:-1])


def _at(state: State, path: tuple[int, ...]) -> State | None:
    for step in path:
        if "parts" not in state or step >= len(state["parts"]):
            return None
        state = state["parts"][step]
    return state


def _size(state: State) -> int:
    return sum(_size(part) for part in state["parts"]) if "parts" in state else 1


def name_of(path: Iterable[int]) -> str:
    return ".".join([ROOT, *(str(step) for step in path)])
