"""What operators mean to whoever searches: names become rows that they may see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Lower

from ground.meaning.words import words
from inbox.finding.people import companies_like, contacts_like
from inbox.finding.query import Filter, Query
from inbox.models import Conversation
from inbox.querysets import ConversationQuerySet
from people.models import Company, Contact, Tag, Team, Teammate

# Of conversations those that a list holds.
Among = Callable[[ConversationQuerySet], ConversationQuerySet]

NAMED_MAX = 200
STATES = ("open", "closed", "snoozed", "spam")
ME, NONE = "me", "none"
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass
class Meaning:
    """What a query asks of conversations (`visible`, narrowed) and of messages: SQL over the
    alias `message`, and when they were said, from `since` to before `until`. `faults` say what
    cannot be asked for. Days begin and end in `zone`. A list may be searched alone."""

    visible: ConversationQuerySet
    zone: tzinfo = UTC
    of_message: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # All that they may see, and what of it stands in the list that is searched.
    seen: ConversationQuerySet = field(default_factory=Conversation.objects.none)
    among: Among | None = None

    @property
    def listed(self) -> ConversationQuerySet:
        """Those conversations as lists have them, without parts of others."""
        if self.among is None:
            return self.visible.whole()
        return self.among(self.visible)

    @property
    def searched(self) -> ConversationQuerySet:
        """Those whose messages are looked at: also the parts of what is in the list."""
        if self.among is None:
            return self.visible
        stands_for = Coalesce(OuterRef("merged_into"), OuterRef("pk"))
        inside = self.among(self.seen).order_by().filter(pk=stands_for)
        return self.visible.filter(Exists(inside))

    @property
    def is_about_messages(self) -> bool:
        return bool(self.of_message or self.since or self.until)

    def ask(self, sql: str, *values: Any, is_not: bool) -> None:
        self.of_message.append(f"NOT coalesce({sql}, false)" if is_not else sql)
        self.values.extend(values)


def meaning_of(
    query: Query, viewer: Teammate | None, zone: tzinfo = UTC, among: Among | None = None
) -> Meaning:
    """The operators of a query as `viewer` may use them; None is an app token.

    Spam stays out unless it is asked for, or is in the list that is searched.
    """
    visible = Conversation.objects.visible_to(viewer)
    faults, remarks = list(query.faults), list(query.remarks)
    meaning = Meaning(visible, zone, faults=faults, remarks=remarks, seen=visible, among=among)
    for asked in query.filters:
        MEANINGS[asked.name](meaning, asked, viewer)
    is_asked = any(each.name == "is" and each.value.lower() == "spam" for each in query.filters)
    if among is None and not is_asked:
        meaning.visible = meaning.visible.exclude(status=Conversation.Status.SPAM)
    return meaning


def narrow(meaning: Meaning, condition: Q, asked: Filter) -> None:
    visible = meaning.visible
    if asked.is_not:
        meaning.visible = visible.exclude(condition)
    else:
        meaning.visible = visible.filter(condition)


def by_state(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    value = asked.value.lower()
    if value in STATES:
        narrow(meaning, Q(status=value), asked)
    elif value == "unassigned":
        narrow(meaning, Q(assignee=None), asked)
    else:
        meaning.faults.append(f"is: can be {', '.join(STATES)} or unassigned.")


def by_assignee(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    if asked.value.lower() == NONE:
        narrow(meaning, Q(assignee=None), asked)
        return
    found = teammates_like(asked.value, viewer)
    if not found:
        meaning.remarks.append(f"No teammate is called “{asked.value}”.")
    narrow(meaning, Q(assignee__in=found), asked)


def by_team(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    if asked.value.lower() == NONE:
        narrow(meaning, Q(team=None), asked)
        return
    teams = Team.objects.visible_to(viewer).filter(
        Q(name__icontains=asked.value) | Q(public_id=asked.value)
    )
    found = list(teams.values_list("pk", flat=True)[:NAMED_MAX])
    if not found:
        meaning.remarks.append(f"No team is called “{asked.value}”.")
    narrow(meaning, Q(team__in=found), asked)


def by_tag(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    named = Tag.objects.alias(folded=Lower("name"))
    tags = named.filter(Q(folded=asked.value.lower()) | Q(public_id=asked.value))
    found = list(tags.values_list("pk", flat=True)[:NAMED_MAX])
    if not found:
        meaning.remarks.append(f"No tag is called “{asked.value}”.")
    having = Conversation.tags.through.objects.filter(tag__in=found).values("conversation")
    narrow(meaning, Q(pk__in=having), asked)


def by_contact(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    narrow(meaning, Q(contact__in=contacts(meaning, asked, viewer)), asked)


def by_company(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    exact = Company.objects.filter(public_id=asked.value).values_list("pk", flat=True)
    found = list(exact) or [company.pk for company in companies_like(words(asked.value), NAMED_MAX)]
    if not found:
        meaning.remarks.append(f"No company is called “{asked.value}”.")
    narrow(meaning, Q(contact__company__in=found), asked)


def to_contact(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    found = contacts(meaning, asked, viewer)
    meaning.ask(
        "(message.author_type IN ('teammate', 'bot') AND message.public_seq IS NOT NULL AND"
        " message.conversation_id IN (SELECT id FROM inbox_conversation"
        " WHERE contact_id = ANY(%s)))",
        found,
        is_not=asked.is_not,
    )


def from_somebody(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    mates = teammates_like(asked.value, viewer)
    people = [] if asked.value.lower() == ME else contacts(meaning, asked, viewer, bool(mates))
    meaning.ask(
        "(message.teammate_id = ANY(%s) OR message.contact_id = ANY(%s))",
        mates,
        people,
        is_not=asked.is_not,
    )


def contacts(
    meaning: Meaning, asked: Filter, viewer: Teammate | None, is_known: bool = False
) -> list[int]:
    exact = Contact.objects.visible_to(viewer).filter(public_id=asked.value)
    found = list(exact.values_list("pk", flat=True))
    if not found:
        found = [contact.pk for contact in contacts_like(words(asked.value), viewer, NAMED_MAX)]
    if not found and not is_known:
        meaning.remarks.append(f"Nobody is called “{asked.value}”.")
    return found


def teammates_like(value: str, viewer: Teammate | None) -> list[int]:
    if value.lower() == ME:
        return [viewer.pk] if viewer is not None else []
    named = Q(name__icontains=value) | Q(email__istartswith=value) | Q(public_id=value)
    return list(Teammate.objects.filter(named).values_list("pk", flat=True)[:NAMED_MAX])


def with_file(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    if asked.value.lower() not in ("file", "files", "attachment"):
        meaning.faults.append("has: can be file.")
        return
    meaning.ask(
        "EXISTS (SELECT FROM inbox_attachment WHERE message_id = message.id)",
        is_not=asked.is_not,
    )


def by_time(meaning: Meaning, asked: Filter, viewer: Teammate | None) -> None:
    found = day_of(asked.value, meaning.zone)
    if found is None:
        meaning.faults.append(f"{asked.name}: needs a day, month or year, for example 2026-05-01.")
        return
    begin, end = found
    edge = begin if asked.name == "before" else end
    if (asked.name == "before") is not asked.is_not:
        meaning.until = min(meaning.until or edge, edge)
    else:
        meaning.since = max(meaning.since or edge, edge)


def day_of(value: str, zone: tzinfo = UTC) -> tuple[datetime, datetime] | None:
    """Where a day, a month or a year of `zone` begins and where the next one does, in UTC."""
    now = datetime.now(zone)
    named = {"today": now, "yesterday": now - timedelta(days=1)}.get(value.lower())
    match = _DAY.fullmatch(value if named is None else named.date().isoformat())
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        begin = datetime(year, month or 1, day or 1, tzinfo=zone)
        # By the clock on the wall: a day may have 23 or 25 hours.
        if day:
            end = begin + timedelta(days=1)
        elif month:
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        else:
            end = datetime(year + 1, 1, 1, tzinfo=zone)
        return begin.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


MEANINGS = {
    "from": from_somebody,
    "to": to_contact,
    "contact": by_contact,
    "company": by_company,
    "tag": by_tag,
    "team": by_team,
    "assignee": by_assignee,
    "is": by_state,
    "before": by_time,
    "after": by_time,
    "has": with_file,
}
