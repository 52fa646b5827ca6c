"""What a form does with a conversation, and which values of the same form would take it back: for
one, for several that were chosen, and for a whole view."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ground.web.problems import NotFound, Problem, StateConflict, problem_of
from inbox import actions, wording
from inbox.actions.thread import lock
from inbox.actions.using import do_steps, steps_of
from inbox.forms import (
    FollowForm,
    JoinForm,
    MacroStepsForm,
    PriorityForm,
    StatusForm,
    TagForm,
    UnreadForm,
    assignment,
    checked,
)
from inbox.models import Conversation, Macro
from inbox.ways_back import WayBack, as_it_is, id_of, read, status_of, written
from people.actions import find_or_create_tag
from people.models import Tag, Teammate

logger = logging.getLogger(__name__)

# What a form sends, by the names of its fields.
Values = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What was done with a conversation: how it is now, what to say, and which values of the same
    form would take it back, none where nothing was changed."""

    conversation: Conversation
    words: str
    undo: dict[str, str]


def tagged(found: Conversation, by: Teammate, given: Values) -> Change:
    tag, is_on = wanted_tag(given, by)
    changed = actions.tag(found, by=by, **{"add" if is_on else "remove": [tag]})
    words = f"Tagged {tag.name}." if is_on else f"No longer tagged {tag.name}."
    if is_on == (tag.shown in found.shown_tags):
        return Change(changed, words, {})
    undo = {"tag": tag.public_id, "is_on": "false" if is_on else "true"}
    return Change(changed, words, undo)


def wanted_tag(given: Values, by: Teammate) -> tuple[Tag, bool]:
    """The tag that a form names, a new one if need be, and whether it is put on or taken off."""
    data = checked(TagForm(given))
    if data["tag"] is None:
        data["tag"], _ = find_or_create_tag(data["name"], by=by)
    return data["tag"], data["is_on"] or bool(data["name"])


def settled(part: str, values: Values, by: Teammate) -> dict[str, str]:
    """The same values with nothing in them that would have to be made for each one anew. Raises
    Invalid, NotAllowed."""
    if part == "macro" and "macro" in values:
        steps_of(wanted_macro(values.get("macro", ""), by))
    if part != "tags" or not values.get("name"):
        return dict(values)
    tag, is_on = wanted_tag(values, by)
    return {"tag": tag.public_id, "is_on": "true" if is_on else "false"}


def prioritized(found: Conversation, by: Teammate, given: Values) -> Change:
    priority = checked(PriorityForm(given))["priority"]
    changed = actions.prioritize(found, by=by, priority=priority)
    undo = {} if found.priority == priority else {"priority": found.priority_word}
    return Change(changed, f"Priority: {priority.label}.", undo)


def assigned(found: Conversation, by: Teammate, given: Values) -> Change:
    wanted = assignment(given, by)
    changed = actions.assign(found, by=by, **wanted)
    # A team may take the conversation from somebody who cannot see it there.
    before = {name: getattr(found, name) for name in ("assignee", "team")}
    undo = {name: id_of(was) for name, was in before.items() if was != getattr(changed, name)}
    return Change(changed, wording.assigned(changed, wanted), undo)


def put(found: Conversation, by: Teammate, given: Values) -> Change:
    """Gives a conversation another status."""
    data = checked(StatusForm(given))
    undo = {} if data["status"] == found.status else status_of(found)
    if found.is_spam and data["status"] != Conversation.Status.SPAM:
        changed = actions.unmark_spam(found, by=by)
        if data["status"] == Conversation.Status.OPEN:
            return Change(changed, "Taken out of spam.", undo)
    match data["status"]:
        case Conversation.Status.CLOSED:
            return Change(actions.close(found, by=by), "Closed.", undo)
        case Conversation.Status.SNOOZED:
            if found.is_closed:
                actions.reopen(found, by=by)
            snoozed = actions.snooze(found, by=by, until=data["until"])
            return Change(snoozed, "Snoozed.", undo or status_of(found))
        case Conversation.Status.SPAM:
            return Change(actions.mark_spam(found, by=by), "Moved to spam.", undo)
    return Change(actions.reopen(found, by=by), "Open again.", undo)


def joined(found: Conversation, by: Teammate, given: Values) -> Change:
    """Makes a conversation a part of another, or a conversation of its own again. The one that the
    others are merged into may be among them, and stays as it is."""
    data = checked(JoinForm(given))
    visible = Conversation.objects.visible_to(by)
    if not data["is_merged"]:
        return Change(actions.unmerge(found, by=by), "Two conversations again.", {})
    into = visible.filter(public_id=data["into"]).first()
    if into is None:
        raise NotFound("What to merge into is not there.")
    if into.pk == found.pk:
        return Change(found, "Here it goes on.", {})
    was = found.merged_into_id
    made = actions.merge(found, into=into, by=by)
    undo = {} if was == into.pk else {"is_merged": ""}
    return Change(made.merged, "Merged.", undo)


def marked(found: Conversation, by: Teammate, given: Values) -> Change:
    """Makes a conversation unread for the teammate, or takes that back."""
    data = checked(UnreadForm(given))
    if not data["is_unread"]:
        seq = found.last_seq if data["seq"] is None else data["seq"]
        actions.mark_read(found, by=by, seq=seq)
        return Change(found, "Read again.", {})
    was = found.read_markers.filter(teammate=by).first()
    actions.mark_unread(found, by=by)
    undo = {"is_unread": "false", "seq": str(was.seq if was else 0)}
    return Change(found, "Unread for you.", {} if was and was.is_unread else undo)


def followed(found: Conversation, by: Teammate, given: Values) -> Change:
    is_on = checked(FollowForm(given))["is_following"]
    was = found.followers.filter(teammate=by).exists()
    changed = actions.follow(found, by=by) if is_on else actions.unfollow(found, by=by)
    words = "You follow this now." if is_on else "You follow this no more."
    undo = {} if was == is_on else {"is_following": "true" if was else "false"}
    return Change(changed, words, undo)


def by_macro(found: Conversation, by: Teammate, given: Values) -> Change:
    """Does a macro's steps with a conversation, or takes back what they did."""
    data = checked(MacroStepsForm(given))
    if data["ways"]:
        count, reasons = take_back_all(found, read(data["ways"]), by=by)
        if not count:
            raise StateConflict(" ".join(dict.fromkeys(reasons)))
        return Change(found, wording.taken_back(count, reasons), {})
    with timezone.override(data["timezone"]):
        done, ways = do_steps(found, wanted_macro(data["macro"], by), by=by)
    return Change(done, "Done.", {"ways": written(ways)} if ways else {})


def wanted_macro(name: str, by: Teammate) -> Macro:
    """Raises NotFound."""
    macro = Macro.objects.visible_to(by).filter(public_id=name).first()
    if macro is None:
        raise NotFound("There is no such macro, or it is not yours to use.")
    return macro


# By the names that forms for many give them.
CHANGES: dict[str, Callable[[Conversation, Teammate, Values], Change]] = {
    "status": put,
    "assignment": assigned,
    "tags": tagged,
    "priority": prioritized,
    "merge": joined,
    "unread": marked,
    "following": followed,
    "macro": by_macro,
}
# These hold a contact, or a mark, before its conversations.
HOLDING_FIRST = frozenset({"merge", "unread"})


def attempt(part: str, found: Conversation, by: Teammate, values: Values) -> Change:
    """Makes one of several changes, whole or not at all. Raises Problem for whatever goes wrong:
    one must not keep the others from being done."""
    try:
        with transaction.atomic():
            return CHANGES[part](found, by, values)
    except Problem:
        raise
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            logger.exception("%s of %s failed", part, found.public_id)
            problem = Problem()
        raise problem from error


CHANGED_SINCE = "Somebody has changed it since."


def take_back_all(
    found: Conversation, ways: Iterable[WayBack], *, by: Teammate
) -> tuple[int, list[str]]:
    """Takes back several things that were done with a conversation in one go: each by its ordinary
    action, and only where nobody has changed that very thing since. Returns how many are as before,
    and a sentence about each that is not. Raises NotFound, StateConflict."""
    count, reasons = 0, []
    with transaction.atomic():
        for way in ways:
            held = lock(found)
            now = as_it_is(way.part, held, way.values)
            if not way.values.items() <= now.items():
                if now != way.left:
                    reasons.append(CHANGED_SINCE)
                    continue
                try:
                    attempt(way.part, held, by, way.values)
                except Problem as problem:
                    reasons.append(problem.sentences)
                    continue
            count += 1
    return count, reasons
