"""What teammates' screens are shown when something happened: fragments without a viewer."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string

from ground.journal.models import Entry
from inbox import attention, zones
from inbox.actions.thread import list_topic
from inbox.models import Conversation, Message
from inbox.moods import UPSET
from inbox.naming import keep_teams_private
from inbox.parts import is_told
from inbox.templatetags.inbox import face as drawn_face
from inbox.templatetags.inbox import stamp
from people.kinds import (
    TEAM_CHANGED,
    TEAMMATE_CHANGED,
    TEAMMATE_PREFERENCES_CHANGED,
    TEAMMATE_ROLE_CHANGED,
)
from people.models import Contact, Team, Teammate

Shown = tuple[list[str], dict[str, Any]]
# So many conversations, of so many contacts, are named to lists at once.
BELONGING_MAX = 50
OF_ALL_OF_ME = (TEAMMATE_CHANGED, TEAMMATE_ROLE_CHANGED)
PEOPLE_MAX = 200


def thread_line(entry: Entry) -> Iterator[Shown]:
    """A new message at the end of the thread, for whoever watches it."""
    conversation: Conversation = entry.rows["conversation"]
    message: Message = entry.rows["message"]
    # Whoever watches may not know a team, or see a part or what went off, that is named in it.
    message = copy(message)
    keep_teams_private([message], lambda: private_elsewhere(entry))
    other = entry.rows.get("part") or entry.rows.get("made")
    if other is not None and not is_told(other, conversation):
        message.is_part_known, message.part = True, None
        message.is_split_known, message.other = True, None
    yield (
        [f"conversation.{conversation.public_id}"],
        {
            "type": "message",
            "conversation": conversation.public_id,
            "seq": message.seq,
            "client_id": message.client_id,
            "html": render_to_string("inbox/_message.html", {"message": message}),
        },
    )


def private_elsewhere(entry: Entry) -> QuerySet[Team]:
    """The private teams that somebody who still watches a conversation may not know."""
    conversation: Conversation = entry.rows["conversation"]
    private = Team.objects.filter(is_private=True)
    has_moved = entry.rows.get("old_topic") not in (None, list_topic(conversation))
    return private if has_moved else private.exclude(pk=conversation.team_id)


def note_changed(entry: Entry) -> Iterator[Shown]:
    """A note as it is now, or the line that says that it was deleted, in its place."""
    message: Message = entry.rows["message"]
    yield (
        [f"conversation.{entry.subject_id}"],
        {
            "type": "note",
            "conversation": entry.subject_id,
            "html": render_to_string("inbox/_message.html", {"message": message}),
        },
    )


def mention(entry: Entry) -> Iterator[Shown]:
    """A note mentions teammates, or no longer: their list of mentions is another."""
    mentioned = entry.after.get("mentioned", []) + entry.after.get("unmentioned", [])
    if mentioned:
        yield (
            [f"teammate.{name}" for name in mentioned],
            {"type": "mention", "conversation": entry.subject_id},
        )


def list_row(entry: Entry) -> Iterator[Shown]:
    """The conversation's row; lists decide by its state whether and where they show it."""
    conversation: Conversation = entry.rows["conversation"]
    topic = list_topic(conversation)
    watchers = f"conversation.{conversation.public_id}"
    yield (
        [topic, watchers],
        {
            "type": "conversation",
            "conversation": conversation.public_id,
            "version": conversation.last_seq,
            "html": render_to_string("inbox/_row.html", {"conversation": conversation}),
            "state": state_of(conversation),
            "removed": False,
        },
    )


def mood(entry: Entry) -> Iterator[Shown]:
    """The row anew, where what was understood of a message has changed what lists show or ask."""
    if "conversation" not in entry.rows:
        return
    # Only who is upset is marked: what else views ask for leaves what was fetched ahead.
    is_seen = UPSET in {entry.before.get("mood"), entry.after.get("mood")}
    for topics, frame in list_row(entry):
        yield topics, frame | {"is_seen": is_seen}


def views(entry: Entry) -> Iterator[Shown]:
    """The saved views of some have changed: whoever may see them asks for their rail again."""
    readers = entry.rows["readers"]
    topics = ["inbox"] if readers is None else [f"teammate.{name}" for name in readers]
    yield topics, {"type": "views"}


def own_mark(entry: Entry) -> Iterator[Shown]:
    """What a teammate made unread, on all their own screens."""
    marker = entry.rows["marker"]
    yield (
        [f"teammate.{marker.teammate.public_id}"],
        {
            "type": "read",
            "conversation": entry.rows["conversation"].public_id,
            "by": "me",
            "seq": marker.seq,
            "unread": True,
        },
    )


def followers(entry: Entry) -> Iterator[Shown]:
    """That others follow it now, for whoever has it on screen."""
    name = entry.rows["conversation"].public_id
    yield [f"conversation.{name}"], {"type": "followers", "conversation": name}


def later(entry: Entry) -> Iterator[Shown]:
    """Something about the replies that wait has changed: who watches asks for them again, because
    each may do something else with them."""
    name = entry.rows["conversation"].public_id
    yield [f"conversation.{name}"], {"type": "later", "conversation": name}


def side(entry: Entry) -> Iterator[Shown]:
    """Something about a side conversation has changed: who watches asks for it again, because what
    is new in it differs from one to the other."""
    name = entry.rows["conversation"].public_id
    yield (
        [f"conversation.{name}"],
        {"type": "side", "conversation": name, "side": entry.subject_id, "is_read": False},
    )


def record(entry: Entry) -> Iterator[Shown]:
    """What is known of a contact has changed, for whoever has one of their conversations on
    screen. After a merge those conversations are another contact's: their sockets look again."""
    merge = {entry.after.get("kept"), entry.after.get("merged")} - {None}
    both = merge or {entry.subject_id, entry.after.get("other")} - {None}
    for contact in sorted(both):
        yield [f"record.{contact}"], {"type": "record", "contact": contact}
        if merge:
            yield [f"record.{contact}"], {"type": "access"}


def did(entry: Entry) -> Iterator[Shown]:
    """A contact has done something, as they may a hundred times in an hour: whoever has their
    record on screen asks for it again, but seldom."""
    yield [f"record.{entry.subject_id}"], {"type": "did", "contact": entry.subject_id}


def away(entry: Entry) -> Iterator[Shown]:
    """A teammate has gone away or come back, as hundreds do each day: every screen shows it where
    teammates are chosen, and asks for nothing."""
    yield ["inbox"], {"type": "away", "teammate": entry.subject_id, **entry.after}


def face(entry: Entry) -> Iterator[Shown]:
    """A teammate has another picture: every screen puts it in the place of the one before, and
    asks for nothing."""
    teammate = Teammate.objects.get(public_id=entry.subject_id)
    frame = {"type": "face", "teammate": teammate.public_id, "html": drawn_face(teammate)}
    yield ["inbox"], frame


def own_menu(entry: Entry) -> Iterator[Shown]:
    """What a teammate's own menu shows has changed: their screens ask for it again; where it is
    how they like to work, or what they may do, for all that depends on it (`is_all`)."""
    wishes = set(entry.after) if entry.kind == TEAMMATE_PREFERENCES_CHANGED else set()
    # In which time zone they are their screens know themselves.
    if wishes != {zones.SUBJECT}:
        is_all = bool(wishes - {attention.SUBJECT}) or entry.kind in OF_ALL_OF_ME
        yield [f"teammate.{entry.subject_id}"], {"type": "me", "is_all": is_all}


def names(entry: Entry) -> Iterator[Shown]:
    """A tag or a teammate, whom any screen may show, goes by another name: all ask again in a
    moment. It does not say which, nor what it is now."""
    if entry.after.keys() & {"name", "email", "is_archived"}:
        yield ["inbox"], {"type": "names"}


def fields(entry: Entry) -> Iterator[Shown]:
    """There is a field of the house's own more or less, or it is called otherwise: records,
    conditions and what is known of a customer name it."""
    yield ["inbox"], {"type": "names"}


def macros(entry: Entry) -> Iterator[Shown]:
    """There is a macro more or less, or it says something else, to those who may have it to choose:
    who is choosing asks again."""
    owner = entry.rows["macro"].owner
    name = owner and owner.public_id
    # Also whose it was before: what was everybody's was in everybody's menu.
    is_own = name is not None and entry.before.get("owner", name) == name
    yield [f"teammate.{name}" if is_own else "inbox"], {"type": "macros"}


def choices(entry: Entry) -> Iterator[Shown]:
    """There is a tag or a teammate more to choose, or one less: all ask again in a moment for what
    is chosen from. Lists show nothing of it."""
    yield ["inbox"], {"type": "choices"}


def team(entry: Entry) -> Iterator[Shown]:
    """A team came, went, or goes by another name: whoever may know of it asks again in a moment.
    Where who may see what changes with it, they look again what that is."""
    is_private = entry.rows["team"].is_private
    is_moved = entry.before.get("is_private", is_private) != is_private
    if is_moved or (is_private and entry.kind != TEAM_CHANGED):
        if entry.topics:
            yield entry.topics, {"type": "access"}
    elif entry.before.get("name") != entry.after.get("name"):
        topic = f"team.{entry.subject_id}" if is_private else "inbox"
        yield [topic], {"type": "names"}


def company_record(entry: Entry) -> Iterator[Shown]:
    """Something of a company has changed, for whoever has one of its people on screen: also which
    segments they are in."""
    people, is_cut = changed_people(entry)
    names = Contact.objects.filter(pk__in=people).values_list("public_id", flat=True)
    # Whose people are too many to name them may be anybody's on screen.
    topics = ["inbox"] if is_cut else [f"record.{name}" for name in sorted(names)]
    if topics:
        yield topics, {"type": "record", "company": entry.subject_id}


def segments(entry: Entry) -> Iterator[Shown]:
    """Who is in a segment may be others now: whoever has a record on screen asks for it again, and
    whoever has a list that only the server can tell."""
    yield ["inbox"], {"type": "record", "segment": entry.subject_id}
    yield from hours(entry)


def hours(entry: Entry) -> Iterator[Shown]:
    """Conditions that ask for office hours hold for other conversations now: whoever has a list
    that only the server can tell asks for it again."""
    yield ["inbox"], {"type": "belonging", "conversations": [], "is_cut": True}


def belonging(entry: Entry) -> Iterator[Shown]:
    """What conditions ask of a contact or a company has changed: the conversations that may have
    come to a list that only the server can tell, or gone from it; where they are too many
    (`is_cut`) whoever has such a list asks for all of it."""
    people, is_cut = changed_people(entry)
    rows = Conversation.objects.whole().filter(contact__in=people).select_related("team")
    newest = list(rows.newest_first()[: BELONGING_MAX + 1])
    is_cut = is_cut or len(newest) > BELONGING_MAX
    names: dict[str, list[str]] = {}
    for conversation in newest[:BELONGING_MAX]:
        names.setdefault(list_topic(conversation), []).append(conversation.public_id)
    for topic, found in names.items():
        yield [topic], {"type": "belonging", "conversations": found, "is_cut": is_cut}


def changed_people(entry: Entry) -> tuple[list[int], bool]:
    """The keys of the contacts that an entry is about, and whether there are more of them."""
    if entry.subject_type == "company":
        people = Contact.objects.filter(company__public_id=entry.subject_id)
    else:
        merge = [entry.after.get("kept"), entry.after.get("merged")]
        people = Contact.objects.filter(public_id__in=[entry.subject_id, *filter(None, merge)])
    found = list(people.order_by("-pk").values_list("pk", flat=True)[: PEOPLE_MAX + 1])
    return found[:PEOPLE_MAX], len(found) > PEOPLE_MAX


def access(entry: Entry) -> Iterator[Shown]:
    """A conversation that changed teams leaves the lists, and maybe the screens, that it was on."""
    conversation: Conversation = entry.rows["conversation"]
    old_topic = entry.rows["old_topic"]
    if old_topic == list_topic(conversation):
        return
    yield [f"conversation.{conversation.public_id}"], {"type": "access"}
    yield (
        [old_topic],
        {
            "type": "conversation",
            "conversation": conversation.public_id,
            "version": conversation.last_seq,
            "removed": True,
        },
    )


def merged(entry: Entry) -> Iterator[Shown]:
    """A conversation has become a part of another: it leaves all lists, and whoever has it on
    screen asks where it goes on, because not everybody sees the other."""
    conversation = entry.rows["conversation"]
    yield (
        [list_topic(conversation)],
        {
            "type": "conversation",
            "conversation": conversation.public_id,
            "version": conversation.last_seq,
            "removed": True,
        },
    )
    yield (
        [f"conversation.{conversation.public_id}"],
        {
            "type": "merged",
            "conversation": conversation.public_id,
        },
    )


def state_of(conversation: Conversation) -> dict[str, Any]:
    """What a list needs to know to place a row."""
    waiting = conversation.waiting_since
    return {
        "status": conversation.status,
        "contact": conversation.contact.public_id,
        "assignee": conversation.assignee.public_id if conversation.assignee else None,
        "assignee_name": str(conversation.assignee) if conversation.assignee else None,
        "team": conversation.team.public_id if conversation.team else None,
        "team_name": str(conversation.team) if conversation.team else None,
        "holder": conversation.holder,
        "rating": conversation.rating,
        "priority": conversation.priority_word,
        "tags": [tag["name"] for tag in conversation.shown_tags],
        "last_message_at": conversation.last_message_at.isoformat(),
        "waiting_since": waiting.isoformat() if waiting else None,
        "due_at": stamp(conversation.due_at),
        "snoozed_until": stamp(conversation.snoozed_until) or None,
        "is_upset": conversation.is_upset,
        "last_seq": conversation.last_seq,
    }
