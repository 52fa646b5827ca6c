"""Whom a note names: "@Ben Okafor" or "@Support"."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Lower, StrIndex

from inbox.models import Conversation, Follower, Mention, Message
from people.models import Membership, Team, Teammate

# A text that a cleaned fragment of HTML consists of, or one of its tags.
PIECE = re.compile(r"<[^>]*>|[^<]+")
# Where a name is an address or an example, nobody is meant.
SILENT = {"a", "code", "pre"}


@dataclass(frozen=True)
class Named:
    """A note's words with its mentions marked, and whom they reach: teammate -> the team by which,
    None when by their own name."""

    html: str
    reached: dict[Teammate, Team | None]


def named_in(text: str, rendered: str, conversation: Conversation, *, by: Teammate) -> Named:
    """Whom a note of `by` in this conversation mentions; `rendered` is `text` as safe HTML.

    To mention somebody opens no door: who may not see the conversation is not mentioned, and of a
    team only those are who may. Whoever has the same name as another is meant together with them.
    """
    if "@" not in text:
        return Named(rendered, {})
    seeing = Teammate.objects.seeing(conversation.team)
    mates = called(seeing, text)
    members = members_of(called(Team.objects.visible_to(by), text), seeing)
    names = {str(each): [each] for each in {*mates, *members}}
    marked, found = mark(rendered, names)
    reached: dict[Teammate, Team | None] = {}
    for team, them in members.items():
        if team.name.lower() in found:
            reached |= dict.fromkeys(them, team)
    reached |= {mate: None for mate in mates if mate.name.lower() in found}
    reached.pop(by, None)
    return Named(marked, reached)


def called(things: QuerySet, text: str) -> list:
    """Those of the teammates or teams whose name stands after an @ somewhere in the text."""
    at = StrIndex(Lower(Value(text)), Concat(Value("@"), Lower("name")))
    return list(things.exclude(name="").alias(at=at).filter(at__gt=0))


def members_of(teams: Iterable[Team], seeing: QuerySet[Teammate]) -> dict[Team, list[Teammate]]:
    """The members of teams who are among `seeing`; a team without any is left out."""
    by_id = {team.pk: team for team in teams}
    found: dict[Team, list[Teammate]] = {}
    rows = Membership.objects.filter(team__in=by_id, teammate__in=seeing)
    for row in rows.select_related("teammate"):
        found.setdefault(by_id[row.team_id], []).append(row.teammate)
    return found


def mark(rendered: str, names: Iterable[str]) -> tuple[str, set[str]]:
    """The HTML with each "@name" marked, and the names that it found, in lower case."""
    longest_first = sorted(names, key=len, reverse=True)
    if not longest_first:
        return rendered, set()
    any_name = "|".join(re.escape(html.escape(name, quote=False)) for name in longest_first)
    pattern = re.compile(rf"(?<![\w@./])@({any_name})(?!\w)", re.IGNORECASE)
    found: set[str] = set()
    depth = 0
    pieces = []
    for piece in PIECE.findall(rendered):
        if piece.startswith("<"):
            if piece.strip("</>").split(" ")[0] in SILENT:
                depth += -1 if piece.startswith("</") else 1
        elif depth == 0:
            found |= {html.unescape(match[1]).lower() for match in pattern.finditer(piece)}
            piece = pattern.sub(r'<mark class="mention">@\1</mark>', piece)
        pieces.append(piece)
    return "".join(pieces), found


@dataclass(frozen=True)
class Moved:
    """Whom a note mentions since it was changed and did not before, and whom no more."""

    added: list[Teammate]
    removed: list[Teammate]

    @property
    def journaled(self) -> dict[str, Any]:
        """As an entry tells it; nothing where all is as before."""
        told = {"mentioned": self.added, "unmentioned": self.removed}
        return {name: [mate.public_id for mate in mates] for name, mates in told.items() if mates}


def replace(message: Message, reached: Mapping[Teammate, Team | None]) -> Moved:
    """Makes these the ones whom a stored note mentions. Who follows because they were named goes on
    to: they may have reasons of their own by now."""
    rows = {row.teammate: row for row in message.mentions.select_related("teammate")}
    removed = [mate for mate in rows if mate not in reached]
    added = {mate: team for mate, team in reached.items() if mate not in rows}
    message.mentions.filter(teammate__in=removed).delete()
    store(message, added)
    return Moved(list(added), removed)


def teams_named(message: Message, *, by: Teammate) -> list[Team]:
    """The teams that a stored note of a teammate mentions, in the order of its words."""
    words = message.body_html.lower()
    places = {
        team: words.find(f'class="mention">@{html.escape(team.name, quote=False).lower()}<')
        for team in called(Team.objects.visible_to(by), message.body_text)
    }
    return sorted((team for team, at in places.items() if at >= 0), key=lambda team: places[team])


def store(message: Message, reached: Mapping[Teammate, Team | None]) -> None:
    """Keeps whom a stored note mentions. Who is called by name is pulled in: they follow from now
    on, and hear of what becomes of it."""
    Mention.objects.bulk_create(
        Mention(message=message, conversation=message.conversation, teammate=teammate, team=team)
        for teammate, team in reached.items()
    )
    Follower.objects.bulk_create(
        (
            Follower(conversation=message.conversation, teammate=teammate)
            for teammate, team in reached.items()
            if team is None
        ),
        ignore_conflicts=True,
    )


def offered(
    conversation: Conversation, wanted: str, *, by: Teammate, most: int
) -> list[tuple[Teammate | Team, bool]]:
    """Whom a note could name, teammates before teams, each with whether they may see it."""
    like = Q(name__icontains=wanted) if wanted else Q()
    seeing = Teammate.objects.seeing(conversation.team)
    first = Case(When(name__istartswith=wanted, then=0), default=1)
    others = Teammate.objects.active().exclude(pk=by.pk)
    mates = list(others.filter(like).order_by(first, "name", "pk")[:most])
    there = set(seeing.filter(pk__in=[mate.pk for mate in mates]).values_list("pk", flat=True))
    teams = list(Team.objects.visible_to(by).filter(like)[: most - len(mates)])
    reached = members_of(teams, seeing)
    return [
        *((mate, mate.pk in there) for mate in mates),
        *((team, team in reached) for team in teams),
    ]
