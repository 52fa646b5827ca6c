"""What can be done by keys: the one table that the page, its `?` and the palette are made of.

A key is written as browsers name it (`j`, `ArrowDown`, `Mod+k` for Ctrl or Cmd, `g i` for one
after the other). To add a command is one line here, and one in `static/inbox/keys.js` that does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inbox.default_views import DEFAULT_VIEWS
from people.models import Teammate

Faults = dict[str, list[str]]

SUBJECT = "keys"
SENDING = "sending"
MOVE, GO, WRITE, DO, SHOW = "Move", "Go to", "Write", "Do", "Show"
GROUPS = (MOVE, GO, WRITE, DO, SHOW)
# Those that need a conversation on screen.
ON_CONVERSATION = (WRITE, DO)

NAMED = {
    "ArrowDown": "↓",
    "ArrowUp": "↑",
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "Enter": "Enter",
    "Escape": "Esc",
    "Home": "Home",
    "End": "End",
    "PageUp": "Page up",
    "PageDown": "Page down",
    "Delete": "Del",
    "Backspace": "Backspace",
    **{f"F{number}": f"F{number}" for number in range(1, 13)},
}
MOD = "Mod+"
# What browsers do with Ctrl or Cmd, and nobody should lose.
BROWSERS_OWN = frozenset("acfhlnpqrstvwxyz0123456789")
KEYS_MAX = 4


@dataclass(frozen=True)
class Command:
    """Something a key does. `is_fixed` ones belong to a field and cannot be moved."""

    name: str
    words: str
    group: str
    keys: tuple[str, ...]
    is_fixed: bool = False

    @property
    def as_json(self) -> str:
        return json.dumps(self.keys)

    @property
    def caps(self) -> list[list[str]]:
        """Each of its keys as the caps to press."""
        return [caps_of(key) for key in self.keys]

    @property
    def needs_conversation(self) -> bool:
        return self.group in ON_CONVERSATION

    @property
    def written(self) -> str:
        """Its keys as a field shows them."""
        return ", ".join(self.keys)


COMMANDS = (
    Command("next", "Next conversation", MOVE, ("j", "ArrowDown")),
    Command("previous", "Previous conversation", MOVE, ("k", "ArrowUp")),
    Command("enter", "Into the conversation", MOVE, ("Enter",)),
    Command("leave", "Back to the list", MOVE, ("Escape",)),
    Command("choose", "Choose the conversation, or not", MOVE, ("x",)),
    Command("choose-range", "Choose up to here", MOVE, ("X",)),
    Command("choose-all", "Choose all that are loaded", MOVE, ("Mod+a",), is_fixed=True),
    Command("order", "Order of the list", MOVE, ("o",)),
    Command("filter", "Filter the list", MOVE, ("\\",)),
    Command("list-menu", "Export the list, choose several", MOVE, ("O",)),
    *(
        Command(f"go {view.slug}", view.name, GO, (f"g {view.key}",))
        for view in DEFAULT_VIEWS
        if view.key
    ),
    Command("notifications", "Notifications", GO, ("g n",)),
    Command("reply", "Reply", WRITE, ("r",)),
    Command("note", "Internal note", WRITE, ("n",)),
    Command("send", "Send", WRITE, ("Mod+Enter",), is_fixed=True),
    Command("send-and-close", "Send and close", WRITE, ("Mod+Shift+Enter",), is_fixed=True),
    Command("send-later", "Send later", WRITE, ("Mod+Alt+Enter",), is_fixed=True),
    Command("take-back", "Take back what waits or was just done", WRITE, ("Mod+z",), is_fixed=True),
    Command("bold", "Bold", WRITE, ("Mod+b",), is_fixed=True),
    Command("italic", "Italic", WRITE, ("Mod+i",), is_fixed=True),
    Command("emoji", "Emoji, by its name", WRITE, (":",), is_fixed=True),
    Command("mention", "Mention somebody, in a note", WRITE, ("@",), is_fixed=True),
    Command("preview", "See how it will look, and back", WRITE, ("Mod+e",)),
    Command("ask", "Ask colleagues, beside it", WRITE, ("q",)),
    Command("edit-note", "Edit your latest note", WRITE, ("E",)),
    Command("macro", "Macro; / while writing", WRITE, ("m",)),
    Command("assignee", "Assign", DO, ("a",)),
    Command("team", "Team", DO, ("t",)),
    Command("give", "Do what the message below offers", DO, ("Mod+g",)),
    Command("tags", "Tags", DO, ("l",)),
    Command("priority", "Priority", DO, ("s",)),
    Command("snooze", "Snooze", DO, ("z",)),
    Command("close", "Close, open again", DO, ("e",)),
    Command("spam", "Spam, not spam", DO, ("!",)),
    Command("follow", "Follow, follow no more", DO, ("f",)),
    Command("merge", "Merge into another conversation", DO, ("M",)),
    Command("split", "Split off a new conversation", DO, ("S",)),
    Command("print", "Print or download", DO, ("p",)),
    Command("why", "Why it is here", DO, ("w",)),
    Command("due", "Why it is due then", DO, ("d",)),
    Command("unread", "Mark as unread", DO, ("u",)),
    Command("palette", "Everything by name", SHOW, ("Mod+k",)),
    Command("edit", "Edit the customer", DO, ("i",)),
    Command("merge-customer", "Merge the customer with another", DO, ("I",)),
    Command("search", "Search", SHOW, ("/",)),
    Command("search-here", "Search in this list", SHOW, ("g /",)),
    Command("density", "Compact or roomy list", SHOW, ()),
    Command("left-pane", "Left pane", SHOW, ("[",)),
    Command("right-pane", "Right pane", SHOW, ("]",)),
    Command("help", "Keyboard shortcuts", SHOW, ("?",)),
)
BY_NAME = {command.name: command for command in COMMANDS}


@dataclass(frozen=True)
class Keyboard:
    """The commands as one teammate reaches them."""

    commands: tuple[Command, ...]
    are_single_off: bool

    @property
    def groups(self) -> list[tuple[str, list[Command]]]:
        return [(name, [c for c in self.commands if c.group == name]) for name in GROUPS]

    def caps(self, name: str) -> list[str]:
        """What to press for a command, none when it has no key."""
        command = next(each for each in self.commands if each.name == name)
        is_reached = command.keys and not (self.are_single_off and is_single(command.keys[0]))
        return command.caps[0] if is_reached else []


def enter_sends(teammate: Teammate) -> bool:
    """Whether Enter alone sends what a teammate writes, and Shift+Enter makes a new line."""
    return bool(teammate.preferences.get(SENDING, {}).get("by_enter"))


def keyboard_of(teammate: Teammate) -> Keyboard:
    """Raises nothing: wishes for what is there no more are passed over."""
    wishes = teammate.preferences.get(SUBJECT, {})
    own = wishes.get("map", {})
    commands = tuple(
        replace(each, keys=tuple(own[each.name])) if each.name in own else each for each in COMMANDS
    )
    return Keyboard(commands, bool(wishes.get("are_single_off")))


def caps_of(key: str) -> list[str]:
    """The caps of one key: Mod+k is Ctrl and K, g i is G and I."""
    strokes = key.split(" ") if len(key) > 1 else [key]
    return [cap for stroke in strokes for cap in stroke_caps(stroke)]


def stroke_caps(stroke: str) -> list[str]:
    if len(stroke) == 1:
        return ["Shift", stroke] if stroke.isalpha() and stroke.isupper() else [stroke.upper()]
    parts = stroke.split("+") if stroke.startswith(MOD) else [stroke]
    names = {"Mod": "Ctrl", **NAMED}
    return [names.get(part, part.upper() if len(part) == 1 else part) for part in parts]


def is_single(key: str) -> bool:
    """Whether it is made of plain characters, which speech and screen readers press too."""
    return all(len(stroke) == 1 for stroke in key.split(" "))


# ---- wishing -------------------------------------------------------------------------------------


def wishes_of(given: Mapping[str, str], *, are_single_off: bool) -> tuple[dict[str, Any], Faults]:
    """The wishes that fields of a form spell, and what is wrong with them by command.

    `given` maps names of commands to keys with commas between; one that is left out stays as the
    house has it. Keys that are the house's own are no wish.
    """
    faults: Faults = {}
    keys: dict[str, tuple[str, ...]] = {}
    for command in COMMANDS:
        keys[command.name] = command.keys
        if command.is_fixed or command.name not in given:
            continue
        wanted = tuple(dict.fromkeys(filter(None, map(unified, given[command.name].split(",")))))
        keys[command.name] = wanted
        wrong = [sentence for key in wanted[:KEYS_MAX] if (sentence := fault(key))]
        if len(wanted) > KEYS_MAX:
            wrong.append(f"At most {KEYS_MAX} keys do one thing.")
        if wrong:
            faults[command.name] = wrong
    for name, sentence in conflicts(keys):
        faults.setdefault(name, []).append(sentence)
    own = {name: list(each) for name, each in keys.items() if each != BY_NAME[name].keys}
    wishes: dict[str, Any] = {"map": own} if own else {}
    return wishes | ({"are_single_off": True} if are_single_off else {}), faults


def unified(key: str) -> str:
    """A key as browsers name it, however it was typed: ctrl+K is Mod+k, esc is Escape."""
    text = " ".join(key.split())
    match = re.fullmatch(r"(?i)(?:mod|ctrl|cmd|strg)\s*\+\s*(.+)", text)
    if match:
        rest = match[1]
        return MOD + (rest.lower() if len(rest) == 1 else named(rest))
    return text if len(text) <= 1 or is_single(text) else named(text)


def named(text: str) -> str:
    spellings = {word.lower(): name for name, cap in NAMED.items() for word in (name, cap)}
    return spellings.get(text.lower(), text)


def fault(key: str) -> str | None:
    """Why this cannot be a key, as a sentence; None when it can."""
    strokes = key.split(" ")
    if is_single(key) and len(strokes) <= 2 and key.isprintable():
        return None
    if key in NAMED:
        return None
    if key.startswith(MOD):
        rest = key.removeprefix(MOD)
        if len(rest) == 1 and rest in BROWSERS_OWN:
            return f"{' '.join(caps_of(key))} belongs to the browser."
        if (len(rest) == 1 and rest.isprintable()) or rest in NAMED:
            return None
    return f"“{key[:30]}” is no key. Write for example x, g x, Mod+j or ArrowDown."


def conflicts(keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Which commands want what others have, each with a sentence."""
    owners: dict[str, list[str]] = {}
    for name, wanted in keys.items():
        for key in wanted:
            owners.setdefault(key, []).append(name)
    found = []
    for key, names in owners.items():
        caps = " ".join(caps_of(key))
        for name in names:
            for other in names:
                if other != name:
                    found.append((name, f"{caps} is also “{BY_NAME[other].words}”."))
        first, _, second = key.partition(" ")
        if second and first in owners:
            for name in owners[first]:
                sentence = f"{' '.join(caps_of(first))} begins {caps}, “{BY_NAME[names[0]].words}”."
                found.append((name, sentence))
    return found
