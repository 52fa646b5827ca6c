"""Two conversations of one contact become one, and can become two again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import F

from ground.journal.models import Entry
from ground.web.problems import NotFound, StateConflict
from inbox import kinds
from inbox.actions.clearing import clear
from inbox.actions.drafting import NOTHING, give_words_back, held, put, words_of
from inbox.actions.later import call_off, overtaken
from inbox.actions.posting import is_previewed, preview_fields
from inbox.actions.tagging import TAGS_MAX
from inbox.actions.thread import Actor, can_see, change, require
from inbox.actions.wholes import Moved, kept_as, leave, parts_of, show_tags_again
from inbox.beginnings import in_force, last_of_ours, said_in, staying, waiting_in
from inbox.models import (
    Conversation,
    ConversationMerge,
    Draft,
    Follower,
    Mention,
    Message,
    Notification,
    SideConversation,
    Split,
    Tagging,
)
from inbox.parts import is_told
from people.actions.merge import current
from people.models import Contact, Teammate
from people.models.teammate import Capability

Status = Conversation.Status
PARTS_MAX = 50
PREVIEW = ("preview", "preview_author_type", "preview_author_name", "last_message_at")
# What a part gives up while it is one.
PUT_DOWN: dict[str, Any] = {
    "status": Status.MERGED,
    "snoozed_until": None,
    "closed_at": None,
    "waiting_since": None,
}
OF_A_PRIVATE_TEAM = "Its conversation became part of one that others read."
OF_TWO_CONTACTS = "These belong to two customers. Merge the customers first."


def merge(
    conversation: Conversation,
    *,
    into: Conversation,
    by: Actor,
    cause: Entry | None = None,
) -> ConversationMerge:
    """Makes a conversation a part of another of the same contact.

    No message moves. The part leaves all lists; what is written to it from now on is said in the
    whole, once, and what waited for somebody in it waits there. The same again leaves no trace.
    Raises StateConflict for what is a part already or has become one just now, for spam, and for
    conversations of two contacts; NotFound, NotAllowed.
    """
    with transaction.atomic():
        # With their contact held, nothing changes about what is a part of what.
        contact = current(conversation.contact)
        part, whole = (fresh(each) for each in (conversation, into))
        for each in (part, whole):
            require(by, each, Capability.MANAGE)
            if each.contact_id != contact.pk:
                raise StateConflict(OF_TWO_CONTACTS)
        made = ConversationMerge.objects.filter(merged=part, kept=whole, undone_at=None).first()
        if made is not None:
            return made
        check_are_whole(part, whole)
        locked = {pk: Conversation.objects.locked(pk=pk) for pk in sorted({part.pk, whole.pk})}
        part, whole = locked[part.pk], locked[whole.pk]
        for each in (part, whole):
            require(by, each, Capability.MANAGE)
        if part.is_spam or whole.is_spam:
            raise StateConflict("One of them is in spam. Take it out of there first.")
        return join(part, whole, by=by, cause=cause)


def unmerge(conversation: Conversation, *, by: Actor) -> Conversation:
    """Takes a part out again: everything of it is as it was, and what was said in the whole
    meanwhile stays there. Leaves what is no part as it is. Raises NotFound, NotAllowed.
    """
    with transaction.atomic():
        current(conversation.contact)
        part = fresh(conversation)
        require(by, part, Capability.MANAGE)
        if part.merged_into is None:
            return part
        require(by, part.merged_into, Capability.MANAGE)
        if has_gone_again(part):
            raise StateConflict("What this began with has gone on in another conversation since.")
        try:
            return leave(part, by=by)
        except Moved:
            raise StateConflict("Somebody has just unmerged this. Look at it again.") from None


def part_strangers(contacts: Iterable[Contact], *, cause: Entry) -> int:
    """Takes out what belongs to another contact than its whole by now; returns how many. Until
    then nobody reads the one in the other, and what is written there stays there."""
    parts = Conversation.objects.filter(contact__in=contacts, merged_into__isnull=False)
    strangers = parts.exclude(merged_into__contact=F("contact")).order_by("pk")
    count = 0
    for part in strangers:
        with suppress(Moved), transaction.atomic():
            leave(part, cause=cause)
            count += 1
    return count


def fresh(conversation: Conversation) -> Conversation:
    """As it is now, not locked. Raises NotFound."""
    found = Conversation.objects.for_list().filter(public_id=conversation.public_id).first()
    if found is None:
        raise NotFound("This conversation is gone.")
    return found


def has_gone_again(part: Conversation) -> bool:
    """Whether what came back to another conversation, or some of it, went off once more."""
    if not part.is_split_off:
        return False
    own = Split.objects.get(made=part)
    others = in_force(own.source).filter(first_seq__lte=own.last_seq, last_seq__gte=own.first_seq)
    return own.source_id == part.merged_into_id and others.exists()


def check_are_whole(part: Conversation, whole: Conversation) -> None:
    """Raises StateConflict."""
    if part.pk == whole.pk:
        raise StateConflict("A conversation cannot be merged into itself.")
    if part.is_merged:
        raise StateConflict("This conversation has been merged already. Look at it again.")
    if whole.is_merged:
        raise StateConflict("That conversation has been merged itself. Choose what it is in.")
    if len(parts_of(part)) + len(parts_of(whole)) > PARTS_MAX:
        raise StateConflict(f"At most {PARTS_MAX} conversations make one.")


def join(
    part: Conversation, whole: Conversation, *, by: Actor, cause: Entry | None
) -> ConversationMerge:
    """The merge of two locked conversations that may be merged."""
    split = split_in_vain(part, whole)
    gained = given_back(split, whole) if split else taken_over(part, whole)
    made = ConversationMerge(kept=whole, merged=part)
    made.merged_before = {name: kept_as(part, name) for name in PUT_DOWN}
    made.kept_before = {name: kept_as(whole, name) for name in gained}
    unread, is_question = part.contact_unread, part.is_waiting_for_us and split is None
    entry = change(
        part,
        kinds.CONVERSATION_MERGED,
        by=by,
        activity={"kind": "merged"},
        changes=PUT_DOWN | {"merged_into": whole},
        cause=cause,
        repeated={"contact_unread": 0, "has_been_merged": True},
        more_rows={"whole": whole},
    )
    change(
        whole,
        kinds.CONVERSATION_JOINED,
        by=by,
        activity={"kind": "joined", "conversation": part.public_id}
        | ({"is_back": True} if split else {}),
        changes=gained,
        cause=entry,
        repeated={
            "contact_unread": whole.contact_unread + unread,
            "has_been_merged": True,
            # The line of a question that waits is as unread as the question.
            "contact_wrote_seq": whole.last_seq + 1 if is_question else whole.contact_wrote_seq,
        },
        more_rows={"part": part},
    )
    made.kept_after = {name: kept_as(whole, name) for name in gained}
    made.moved = {
        "later": move_later(part, whole),
        "followers": move_followers(part, whole),
        "taggings": move_tags(part, whole),
        "sides": move_sides(part, whole),
    }
    made.by = by if isinstance(by, Teammate) else None
    made.save()
    Mention.objects.filter(conversation=part).update(conversation=whole)
    move_drafts(part, whole)
    move_notifications(part, whole)
    return made


# ---- what the whole takes over -------------------------------------------------------------------


def taken_over(part: Conversation, whole: Conversation) -> dict[str, Any]:
    """The fields of the whole that a part changes: nobody is to wait unseen because of a merge."""
    changes = status_over(part, whole)
    waits = [each for each in (part.waiting_since, whole.waiting_since) if each is not None]
    if part.is_waiting_for_us:
        changes["waiting_since"] = min(waits)
    if whole.assignee is None and part.assignee is not None and can_see(part.assignee, whole):
        changes["assignee"] = part.assignee
    if part.priority > whole.priority:
        changes["priority"] = part.priority
    if is_told(part, whole) and part.preview and part.last_message_at > whole.last_message_at:
        changes |= {name: getattr(part, name) for name in PREVIEW}
    return {name: value for name, value in changes.items() if value != getattr(whole, name)}


def split_in_vain(part: Conversation, whole: Conversation) -> Split | None:
    """How a conversation went off in which nothing was said since, when it comes back to where it
    came from, and that stands as it did."""
    if not part.is_split_off or part.messages.exclude(kind=Message.Kind.ACTIVITY).exists():
        return None
    return Split.objects.filter(made=part, source=whole, status=whole.status).first()


def given_back(split: Split, whole: Conversation) -> dict[str, Any]:
    """As if it had never gone: who waited for an answer to its words waits for it here, and what is
    newest is shown."""
    changes: dict[str, Any] = {}
    said, answered = list(said_in(split)), last_of_ours(whole)
    since = waiting_in(each for each in said if each.seq > answered)
    waits = [each for each in (since, whole.waiting_since) if each is not None]
    if since is not None and not whole.is_closed:
        changes["waiting_since"] = min(waits)
    newest = staying(whole).order_by("-seq").first()
    if newest is not None and newest.seq < split.last_seq and is_previewed(newest, whole):
        changes |= preview_fields(said[-1])
    return {name: value for name, value in changes.items() if value != getattr(whole, name)}


def status_over(part: Conversation, whole: Conversation) -> dict[str, Any]:
    """What is open stays open, in the one or the other; what is put off too."""
    if part.is_open:
        return {"status": Status.OPEN, "snoozed_until": None, "closed_at": None}
    if part.status == Status.SNOOZED and whole.is_closed:
        return {
            "status": Status.SNOOZED,
            "snoozed_until": part.snoozed_until,
            "closed_at": None,
        }
    return {}


# ---- what hangs on the whole from now on ---------------------------------------------------------


def move_later(part: Conversation, whole: Conversation) -> list[list[int]]:
    """Replies that wait go out of the whole; what has been overtaken in the part does not, nor
    what everybody who sees the whole would read in it before."""
    moved = []
    rows = part.later_messages.not_over().select_for_update().order_by("pk")
    for later in rows:
        reason = overtaken(later, part) if later.is_waiting else ""
        if later.is_waiting and not is_told(part, whole):
            call_off(later, reason or OF_A_PRIVATE_TEAM, by=None)
            continue
        moved.append([later.pk, later.seen_seq])
        later.conversation, later.seen_seq = whole, whole.last_seq
        later.save(update_fields=["conversation", "seen_seq"])
        if reason:
            call_off(later, reason, by=None)
    return moved


def move_followers(part: Conversation, whole: Conversation) -> list[int]:
    """Whoever followed the part, or had it, hears of the whole."""
    wanted = set(part.followers.values_list("teammate_id", flat=True))
    if part.assignee_id is not None and part.assignee_id != whole.assignee_id:
        wanted.add(part.assignee_id)
    wanted -= set(whole.followers.values_list("teammate_id", flat=True))
    rows = [Follower(conversation=whole, teammate_id=pk) for pk in sorted(wanted)]
    return [row.pk for row in Follower.objects.bulk_create(rows)]


def move_tags(part: Conversation, whole: Conversation) -> list[int]:
    if not is_told(part, whole):
        return []
    there = set(whole.taggings.values_list("tag_id", flat=True))
    fresh = part.taggings.exclude(tag__in=there).order_by("pk")[: max(0, TAGS_MAX - len(there))]
    rows = [Tagging(conversation=whole, tag_id=each.tag_id) for each in fresh]
    made = Tagging.objects.bulk_create(rows)
    show_tags_again(whole)
    return [row.pk for row in made]


def move_sides(part: Conversation, whole: Conversation) -> list[int]:
    """Colleagues who were asked beside the part answer beside the whole."""
    if not is_told(part, whole):
        return []
    moved = list(part.sides.order_by("pk").values_list("pk", flat=True))
    SideConversation.objects.filter(pk__in=moved).update(conversation=whole)
    Notification.objects.filter(side__in=moved).update(conversation=whole)
    return moved


def move_notifications(part: Conversation, whole: Conversation) -> None:
    """What waits for attention in the part waits in the whole, for those who see that."""
    open_ = Notification.objects.open().filter(side=None)
    waiting_there = open_.filter(conversation=whole).values("teammate")
    rows = open_.filter(conversation=part).exclude(teammate__in=waiting_there)
    teammates = [row.teammate for row in rows.select_related("teammate__role")]
    seeing = [teammate for teammate in teammates if can_see(teammate, whole)]
    rows.filter(teammate__in=seeing).update(conversation=whole, seq=whole.last_seq)
    clear(open_.filter(conversation=part))


def move_drafts(part: Conversation, whole: Conversation) -> None:
    """What teammates have begun to write goes on in the whole, if they see that."""
    for draft in Draft.objects.filter(conversation=part).begun().select_related("teammate"):
        if not can_see(draft.teammate, whole):
            continue
        old = held(part, draft.teammate, draft.kind)
        give_words_back(whole, draft.teammate, draft.kind, words_of(old), client_id=old.client_id)
        put(old, NOTHING, None)
