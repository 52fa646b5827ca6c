"""A search from what was typed to what is shown."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone

from ground.web.paging import BAD_CURSOR, CURSOR_MAX, keyset
from ground.web.problems import Invalid
from ground.web.timing import OutOfTime, within
from ground.web.turns import Turns
from inbox.actions.wholes import whole_of
from inbox.finding.beside import Aside, aside_of, rows_beside, text_of
from inbox.finding.excerpts import Piece, excerpt, worth_stemming
from inbox.finding.index import TEXT_MAX
from inbox.finding.matching import (
    Match,
    Place,
    match,
    stems_of,
    tsquery_of,
)
from inbox.finding.meaning import Among, Meaning, meaning_of
from inbox.finding.people import companies_like, contacts_like
from inbox.finding.query import Query, Term, parse
from inbox.models import Conversation, Message
from inbox.querysets import ConversationQuerySet
from people.models import Company, Contact, Teammate

NEWEST, BEST = "newest", "best"
ORDERS = (NEWEST, BEST)
PEOPLE_SHOWN = 5
PEOPLE_MS = 300
ASIDES_SHOWN = 5
ASIDES_MS = 200
NUMBER_MAX = 2**62
# Searches hold at most five of the eight threads that answer requests, working or waiting.
turns = Turns(
    3,
    waiting=2,
    patience=2,
    busy="Many are searching at the moment. Please try again.",
    come_again=2,
)


@dataclass(frozen=True)
class Hit:
    """A conversation, and the message in it that was found; None where only its state was asked
    for. `part` is what the message was said in, where that is a part of the conversation."""

    conversation: Conversation
    message: Message | None
    excerpt: list[Piece]
    part: Conversation | None = None


@dataclass
class Found:
    """One page of results; `notice` says honestly what was left out for want of time."""

    query: Query
    hits: list[Hit] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    next: str | None = None
    notice: str = ""
    remarks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def search(
    text: str,
    *,
    viewer: Teammate | None,
    order: str = NEWEST,
    cursor: str | None = None,
    limit: int = 25,
    zone: tzinfo = UTC,
    among: Among | None = None,
) -> Found:
    """What `viewer` (None: an app token) may see of what `text` asks for; its dates are days
    of `zone`. `among` narrows the conversations to those of a list.

    What is wrong with the text is said in `faults`, and nothing is found then. Raises Invalid for
    a cursor of something else, Unavailable while too many search.
    """
    query = parse(text)
    found = Found(query)
    if query.is_empty or query.faults:
        found.faults, found.remarks = query.faults, query.remarks
        return found
    with turns.turn():
        try:
            meaning = understood(query, viewer, zone, among)
        except OutOfTime:
            found.notice = "This takes too long to look up. Name people more exactly."
            return found
        found.faults, found.remarks = meaning.faults, meaning.remarks
        if meaning.faults:
            return found
        if cursor is None and not query.filters and among is None:
            add_people(found, viewer)
            add_asides(found, viewer)
        if query.terms or meaning.is_about_messages:
            find_messages(found, meaning, viewer, order, cursor, limit)
        else:
            find_conversations(found, meaning, cursor, limit)
    return found


def understood(query: Query, viewer: Teammate | None, zone: tzinfo, among: Among | None) -> Meaning:
    with within(PEOPLE_MS):
        return meaning_of(query, viewer, zone, among)


def add_people(found: Found, viewer: Teammate | None) -> None:
    """Names that take too long to look for are left out: the messages matter more."""
    said = found.query.said
    try:
        with within(PEOPLE_MS):
            found.contacts = contacts_like(said, viewer, PEOPLE_SHOWN)
            found.companies = companies_like(said, PEOPLE_SHOWN)
    except OutOfTime:
        found.remarks.append("There was no time to look for people by so short a name.")


def add_asides(found: Found, viewer: Teammate | None) -> None:
    """What colleagues noted and asked each other; left out where there is no time for it."""
    terms = found.query.terms
    if all(term.is_not for term in terms):
        return
    stems = stems_of(single_words(terms))
    try:
        with within(ASIDES_MS):
            rows = list(rows_beside(tsquery_of(terms, stems), viewer, ASIDES_SHOWN))
    except OutOfTime:
        found.remarks.append("There was no time to look at notes and side conversations.")
        return
    alike = alike_of([text_of(row) for row in rows], terms, stems)
    found.asides = [aside_of(row, terms, alike) for row in rows]


def find_conversations(found: Found, meaning: Meaning, cursor: str | None, limit: int) -> None:
    """Where no word is asked for: conversations by their state, the latest first."""
    try:
        with within(1_000):
            page = keyset(meaning.listed.for_list(), cursor=cursor, limit=limit)
    except OutOfTime:
        found.notice = "There was no time to look at all conversations. Ask more exactly."
        return
    found.hits = [
        Hit(each, None, [Piece(each.preview)] if each.preview else []) for each in page.items
    ]
    found.next = page.next


def find_messages(
    found: Found,
    meaning: Meaning,
    viewer: Teammate | None,
    order: str,
    cursor: str | None,
    limit: int,
) -> None:
    terms = found.query.terms
    is_best = order == BEST and bool(terms)
    place = decoded(cursor, is_best) if cursor is not None else None
    if is_best and place is None:
        place = Place(timezone.now() + timedelta(minutes=1), NUMBER_MAX)
    stems = stems_of(single_words(terms)) if terms else {}
    tsquery = tsquery_of(terms, stems) if terms else ""
    try:
        matches = match(tsquery, meaning, is_best=is_best, place=place, count=limit + 1)
    except OutOfTime:
        found.notice = "There was no time for this search. Ask for less, or try again."
        return
    rows = matches.rows[:limit]
    found.hits = hits_of(rows, terms, stems, viewer)
    if len(matches.rows) > limit:
        found.next = encoded(place_after(rows[-1], place, is_best))
    elif matches.end is not None and not is_best:
        found.next = encoded(matches.end)
    if matches.looked_at is not None:
        found.notice = noticed(matches.looked_at, is_best=is_best, is_cut=matches.is_cut)


def noticed(looked_at: int, *, is_best: bool, is_cut: bool) -> str:
    if is_best and not is_cut:
        return f"These are the best of the newest {looked_at:,} messages."
    return f"Only the newest {looked_at:,} messages were searched in time."


def place_after(row: Match, place: Place | None, is_best: bool) -> Place:
    if is_best and place is not None:
        return Place(place.at, place.message, row.score, row.message)
    return Place(row.at, row.message)


def single_words(terms: Sequence[Term]) -> list[str]:
    return [term.words[0] for term in terms if len(term.words) == 1]


def hits_of(
    rows: Sequence[Match],
    terms: Sequence[Term],
    stems: dict[str, list[str] | None],
    viewer: Teammate | None,
) -> list[Hit]:
    visible = Conversation.objects.visible_to(viewer).for_list()
    conversations = {
        each.pk: each for each in visible.filter(pk__in=[r.conversation for r in rows])
    }
    wholes = visible_wholes(conversations.values(), visible)
    chosen = Message.objects.filter(pk__in=[row.message for row in rows])
    messages = {each.pk: each for each in chosen.for_thread()}
    alike = alike_of([each.body_text for each in messages.values()], terms, stems)
    hits = []
    for row in rows:
        conversation, message = conversations.get(row.conversation), messages.get(row.message)
        if conversation is None or message is None:
            continue
        # What was said in a part is found where one goes on reading it.
        whole = copy(wholes.get(conversation.pk, conversation))
        part = conversation if whole.pk != conversation.pk else None
        names = " ".join(file.name for file in message.attachments.all())
        text = message.body_text[:TEXT_MAX]
        hits.append(Hit(whole, message, excerpt(f"{text} {names}", terms, alike), part))
    return hits


def visible_wholes(
    found: Iterable[Conversation], visible: ConversationQuerySet
) -> dict[int, Conversation]:
    """What stands for those of these that are parts, as far as the viewer sees it."""
    keys = {each.pk: whole_of(each) for each in found if each.is_merged}
    wholes = {each.pk: each for each in visible.filter(pk__in=keys.values())} if keys else {}
    return {pk: wholes[whole] for pk, whole in keys.items() if whole in wholes}


def alike_of(
    texts: Sequence[str], terms: Sequence[Term], stems: dict[str, list[str] | None]
) -> set[str]:
    """The words of these texts that have a stem of what was asked for."""
    wanted = {stem for known in stems.values() for stem in known or []} | set(stems)
    candidates = set().union(*(worth_stemming(text[:TEXT_MAX], terms) for text in texts), set())
    if not wanted or not candidates:
        return set()
    return {
        word for word, known in stems_of(sorted(candidates)).items() if wanted & set(known or [])
    }


# ---- cursors -------------------------------------------------------------------------------------


def encoded(place: Place) -> str:
    key = [place.at.isoformat(), place.message, place.score, place.last]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decoded(cursor: str, is_best: bool) -> Place:
    """Everything about a cursor comes from outside. Raises Invalid."""
    try:
        if len(cursor) > CURSOR_MAX:
            raise ValueError
        padding = "=" * (-len(cursor) % 4)
        at, *numbers = json.loads(base64.b64decode(cursor + padding, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(at)
        message, score, last = (number_of(each) for each in numbers)
        if moment.tzinfo is None or message is None or (score is not None) is not is_best:
            raise ValueError
        if (score is None) is not (last is None):
            raise ValueError
        return Place(moment, message, score, last)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise Invalid(BAD_CURSOR, errors={"cursor": [BAD_CURSOR]}) from None


def number_of(given: Any) -> int | None:
    if given is not None and (type(given) is not int or not -1 <= given <= NUMBER_MAX):
        raise ValueError
    return given
