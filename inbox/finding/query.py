"""What somebody typed into the search field, taken apart. Pure: names are looked up later."""

import re
from dataclasses import dataclass, field

from ground.meaning.words import words
from ground.web.text import fault

LENGTH_MAX = 500
TERMS_MAX = 20
PREFIX_MIN = 2

# Operator -> what it takes, as the page explains it.
OPERATORS = {
    "from": "who wrote it: a name, an address, or me",
    "to": "whose conversation we wrote in: a name or an address",
    "contact": "whose conversation it is",
    "company": "whose people the conversation is with",
    "tag": "a tag",
    "team": "a team, or none",
    "assignee": "a teammate, me, or none",
    "is": "open, closed, snoozed, spam or unassigned",
    "before": "a day, a month or a year: 2026-05-01",
    "after": "a day, a month or a year",
    "has": "file",
}
_PART = re.compile(r'(-)?(?:([A-Za-z]+):)?(?:"([^"]*)(?:"|$)|([^\s"]+))')


@dataclass(frozen=True)
class Term:
    """Words that follow each other: one, or a phrase, or what a word like A-5521 is made of."""

    words: tuple[str, ...]
    is_exact: bool = False
    is_not: bool = False
    is_prefix: bool = False


@dataclass(frozen=True)
class Filter:
    """An operator with its value."""

    name: str
    value: str
    is_not: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if " " in self.value else self.value
        return f"{'-' if self.is_not else ''}{self.name}:{value}"


@dataclass
class Query:
    """`faults` say what makes it impossible, `remarks` what was understood otherwise."""

    terms: list[Term] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.filters

    @property
    def said(self) -> list[str]:
        """The words that should be there, for the names of people and companies."""
        return [word for term in self.terms if not term.is_not for word in term.words]


def parse(text: str) -> Query:
    """Never raises: what is wrong is said in `faults`."""
    query = Query()
    if (reason := fault(text.replace("\n", " "), max_bytes=4 * LENGTH_MAX)) is not None:
        query.faults.append(reason)
        return query
    if len(text) > LENGTH_MAX:
        query.faults.append(f"This is too long: at most {LENGTH_MAX} characters.")
        return query
    for match in _PART.finditer(text):
        take(query, match, is_last=match.end() == len(text))
    if len(query.terms) + len(query.filters) > TERMS_MAX:
        query.faults.append(f"At most {TERMS_MAX} words and operators fit one search.")
    return query


def take(query: Query, match: re.Match[str], *, is_last: bool) -> None:
    is_not, name, phrase, word = match[1] is not None, match[2], match[3], match[4]
    said = phrase if phrase is not None else word
    bare = word.removesuffix(":").lower() if word and word.endswith(":") and not name else ""
    if bare in OPERATORS:
        query.faults.append(f"Say right after {bare}: {OPERATORS[bare]}.")
        return
    if name and name.lower() in OPERATORS:
        keep(query, name.lower(), said.strip(), is_not)
        return
    if name and not said.startswith("//"):
        query.remarks.append(
            f"“{name}:” is no operator, so it was searched as a word. There are "
            f"{', '.join(f'{each}:' for each in OPERATORS)}."
        )
    found = tuple(words(f"{name} {said}" if name else said))
    if not found:
        return
    is_prefix = is_last and phrase is None and not is_not and len(found[-1]) >= PREFIX_MIN
    query.terms.append(Term(found, phrase is not None, is_not, is_prefix))


def keep(query: Query, name: str, value: str, is_not: bool) -> None:
    if not value:
        query.faults.append(f"Say right after {name}: {OPERATORS[name]}.")
        return
    query.filters.append(Filter(name, value, is_not))
