"""Bundles: several of our own modules or style sheets as one file, for pages where requests count.

No parser, but an agreement. A bundled module imports others only by name
(`import { a, b } from "./x.js";`) or for what they do (`import "./x.js";`), and exports only what
it declares for good (`export function a …`). Then the modules one after the other, those that are
imported first, are one script. What breaks the agreement fails the build, in words.

While no two modules declare the same name at their top level they share one scope, which makes the
smallest script. Otherwise each has a scope of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

# From a static file's name to its text; FileNotFoundError for one that does not exist.
Read = Callable[[str], str]

# Only what begins a line is looked at: our own code is formatted so.
STATEMENT = re.compile(r"^(?:import|export)\b", re.MULTILINE)
IMPORT = re.compile(r'^import (?:\{([\w$\s,]+)\} from )?"(\.{1,2}/[^"]+)";$', re.MULTILINE)
DECLARED = re.compile(
    r"^(export )?(?:async )?(?:const|let|class|function\*?) ([\w$]+)", re.MULTILINE
)
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
# Whoever imports a name gets the value that it has when the module has run.
CHANGING = re.compile(r"^export let [\w$]+", re.MULTILINE)
CONSTANT = re.compile(r"(^ *|\bfor (?:await )?\()const\b", re.MULTILINE)
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
    declared = [name for text in modules.values() for _, name in DECLARED.findall(text)]
    is_shared = len(declared) == len(set(declared))
    bodies = map(_body, modules.values()) if is_shared else _scoped(modules)
    return "(()=>{" + "\n".join(bodies) + "\n})()\n"


def _scoped(modules: dict[str, str]) -> Iterator[str]:
    """Each module as a function that is run at once and gives what the module exports."""
    numbers = {name: number for number, name in enumerate(modules)}
    for name, text in modules.items():
        imports = (
            f"const {{{names}}}=$m{numbers[_target(name, path)]};"
            for names, path in IMPORT.findall(text)
            if names
        )
        exports = ",".join(declared for mark, declared in DECLARED.findall(text) if mark)
        head = f"const $m{numbers[name]}=(()=>{{{''.join(imports)}"
        yield f"{head}\n{_body(text)}\nreturn{{{exports}}}}})();"


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
        other = _target(name, path)
        _collect(other, read, modules, (*above, name))
        exported = {declared for mark, declared in DECLARED.findall(modules[other]) if mark}
        for wanted in names.replace(",", " ").split():
            if wanted not in exported:
                raise CannotBundle(f"{name} imports {wanted!r}, which {other} does not export.")
    modules[name] = text


def _target(name: str, path: str) -> str:
    """The file that `path` means in the module `name`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _check(name: str, text: str) -> None:
    if scattered := SCATTERED.search(text):
        raise CannotBundle(
            f"{name}: {text[scattered.start() :].splitlines()[0]!r} cannot be bundled. Declare each"
            " name at the top level on its own."
        )
    if changing := CHANGING.search(text):
        raise CannotBundle(
            f"{name}: {changing.group()!r} cannot be bundled. Export a function that tells its"
            " value."
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
    """A module's own text, with `let` for `const`: one word for all declarations packs better. That
    nobody writes to what stays was seen where the modules run as they are, in tests."""
    bare = re.sub(r"^export ", "", IMPORT.sub("", text), flags=re.MULTILINE)
    return CONSTANT.sub(r"\1let", bare)
