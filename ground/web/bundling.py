"""Bundles: several of our own modules or style sheets as one file, for pages where requests count.

No parser, but an agreement. A bundled module imports others only by name
(`import { a, b } from "./x.js";`), exports only what it declares (`export function a …`), and what
it declares at its top level has a name that no other module of the bundle uses. Then the modules
one after the other, those that are imported first, are one script. What breaks the agreement
fails the build, in words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

# From a static file's name to its text; FileNotFoundError for one that does not exist.
Read = Callable[[str], str]

# Only what begins a line is looked at: our own code is formatted so.
STATEMENT = re.compile(r"^(?:import|export)\b", re.MULTILINE)
IMPORT = re.compile(r'^import \{([\w$\s,]+)\} from "(\.{1,2}/[^"]+)";$', re.MULTILINE)
DECLARED = re.compile(
    r"^(export )?(?:async )?(?:const|let|class|function\*?) ([\w$]+)", re.MULTILINE
)
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
SCATTERED = re.compile(r"^(?:export )?(?:const|let) (?:[\[{]|[\w$]+,)|^var ", re.MULTILINE)


class CannotBundle(Exception):
    """A module that cannot go into a bundle; says which, and what to write instead."""


def made(parts: Iterable[str], read: Read) -> str:
    """A bundle of its parts: style sheets as listed, or the one module that begins a script."""
    first, *others = parts
    return style((first, *others), read) if first.endswith(".css") else script(first, read)


def script(entry: str, read: Read) -> str:
    """The module `entry` and all that it imports, as one script that shares nothing outside.

    The function around everything lets a minifier shorten the names at the top level too.
    """
    modules: dict[str, str] = {}
    _collect(entry, read, modules, above=())
    owners: dict[str, str] = {}
    for name, text in modules.items():
        for _, declared in DECLARED.findall(text):
            if declared in owners:
                raise CannotBundle(
                    f"{name} and {owners[declared]} both declare {declared!r} at their top level:"
                    " give one of them another name."
                )
            owners[declared] = name
    bodies = (_body(text) for text in modules.values())
    return "(()=>{" + "\n".join(bodies) + "\n})()\n"


def style(names: Iterable[str], read: Read) -> str:
    """Style sheets one after the other."""
    return "\n".join(read(name) for name in names)


def _collect(name: str, read: Read, modules: dict[str, str], above: tuple[str, ...]) -> None:
    """Adds what `name` imports and then itself to `modules`; `above` are those that import it."""
    if name in above:
        raise CannotBundle(f"{' imports '.join((*above, name))}: modules must not import in rings.")
    if name in modules:
        return
    try:
        text = read(name)
    except FileNotFoundError:
        importer = above[-1] if above else "A bundle"
        raise CannotBundle(f"{importer} imports {name}, which is not there.") from None
    _check(name, text)
    for names, path in IMPORT.findall(text):
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        _collect(other, read, modules, (*above, name))
        exported = {declared for mark, declared in DECLARED.findall(modules[other]) if mark}
        for wanted in names.replace(",", " ").split():
            if wanted not in exported:
                raise CannotBundle(f"{name} imports {wanted!r}, which {other} does not export.")
    modules[name] = text


def _check(name: str, text: str) -> None:
    if scattered := SCATTERED.search(text):
        raise CannotBundle(
            f"{name}: {text[scattered.start() :].splitlines()[0]!r} cannot be bundled. Declare each"
            " name at the top level on its own."
        )
    for found in STATEMENT.finditer(text):
        rest = text[found.start() :]
        if not (IMPORT.match(rest) or DECLARED.match(rest)):
            raise CannotBundle(
                f"{name}: {rest.splitlines()[0]!r} cannot be bundled. Write imports as"
                ' import { a, b } from "./x.js"; and put export before each declaration.'
            )
    if re.search(r"\bimport\(\s*[\"'`]", COMMENT.sub("", text)):
        raise CannotBundle(
            f"{name}: import() cannot be bundled, since collected files have other names. Import at"
            " the top, or import() an address that the page tells."
        )


def _body(text: str) -> str:
    return re.sub(r"^export ", "", IMPORT.sub("", text), flags=re.MULTILINE)
