"""What happened, and whom it concerns: decided over what is at hand, without the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ground.journal.models import Entry
from inbox import attention
from inbox.attention import APP
from inbox.models import Conversation
from people.models import Teammate

Key = tuple[int, int]
DUE_KINDS = ("conversation.due_soon", "conversation.overdue")
UNSENT = ("later.failed", "later.called_off", "later.sent_back")
RELEASING = ("later.submitted", "later.released")
BROKE = "rule.broke"


@dataclass
class News:
    """What one teammate is to be told of one conversation: reasons by name -> who. `words` are
    shown where no message is."""

    reasons: dict[str, str] = field(default_factory=dict)
    seq: int = 0
    message: str = ""
    words: str = ""
    at: datetime | None = None


@dataclass
class Round:
    """What the entries at hand come to: `news` by (teammate, conversation), and what is `done`."""

    conversations: dict[str, Conversation]
    mates: dict[str, Teammate]
    by_pk: dict[int, Teammate]
    members: dict[str, set[int]]
    # New conversation that nobody has -> whom it concerns.
    watchful: dict[int, set[int]]
    # Reply that was to go out later -> who wrote it.
    authors: dict[str, int]
    news: dict[Key, News] = field(default_factory=dict)
    done: set[Key] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)
    # Private team -> who may look.
    seeing: dict[int, set[int]] = field(default_factory=dict)
    # Who had a conversation when what is looked at happened.
    assignees: dict[int, int | None] = field(default_factory=dict)

    def tell(self, who: Iterable[int], entry: Entry, reason: str, by: str) -> None:
        conversation = self.conversations[place_of(entry)]
        for pk in who:
            if self.is_doer(pk, entry) or not self.wants(pk, reason):
                continue
            news = self.news.setdefault((pk, conversation.pk), News())
            news.reasons[reason] = by
            news.seq = max(news.seq, entry.after.get("seq") or conversation.last_seq)
            news.message = entry.after.get("message", news.message)
            unsent = entry.after.get("reason", "") if entry.kind in UNSENT else ""
            if words := unsent or entry.after.get("words") or entry.after.get("why", ""):
                news.message, news.words = "", words
            news.at = entry.created_at

    def quote(self, who: Iterable[int], entry: Entry) -> None:
        """What is told to them of this conversation goes with these words."""
        conversation = self.conversations[place_of(entry)]
        for pk in who:
            if news := self.news.get((pk, conversation.pk)):
                news.seq = max(news.seq, entry.after["seq"])
                news.message = entry.after["message"]

    def is_doer(self, pk: int, entry: Entry) -> bool:
        doer = self.mates.get(entry.actor_id) if entry.actor_type == "teammate" else None
        return doer is not None and doer.pk == pk

    def wants(self, pk: int, reason: str) -> bool:
        mate = self.by_pk.get(pk)
        return mate is not None and attention.wishes_of(mate).wants(reason, APP)

    def forget(self, pk: int, conversation: Conversation) -> None:
        self.news.pop((pk, conversation.pk), None)
        self.done.add((pk, conversation.pk))

    def finish(self, conversation: Conversation) -> None:
        for key in [key for key in self.news if key[1] == conversation.pk]:
            del self.news[key]
        self.finished.add(conversation.pk)

    def holders(self, conversation: Conversation, entry: Entry) -> set[int]:
        """Who had a conversation and who followed it when something happened there."""
        assignee = self.assignees.get(conversation.pk, conversation.assignee_id)
        following = conversation.followed_by.items()
        held = {pk for pk, since in following if since < entry.created_at}
        return held | {assignee} if assignee else held


def place_of(entry: Entry) -> str:
    """The conversation in which something happened."""
    is_elsewhere = entry.kind in (*UNSENT, *RELEASING, BROKE)
    return entry.after.get("conversation", "") if is_elsewhere else entry.subject_id


def go_back(entry: Entry, to: Round) -> None:
    """Notes who had the conversation before this entry."""
    if "assignee" in entry.before:
        old = to.mates.get(entry.before["assignee"] or "")
        to.assignees[to.conversations[place_of(entry)].pk] = old.pk if old else None


def is_new(entry: Entry) -> bool:
    """Whether this tells of a new conversation, after the rules were asked where there are any."""
    return entry.kind == "conversation.started" or bool(entry.after.get("is_new"))


def look_at(entry: Entry, to: Round) -> None:
    """What one entry means for whom."""
    conversation = to.conversations[place_of(entry)]
    doer = to.mates.get(entry.actor_id) if entry.actor_type == "teammate" else None
    name = str(doer or conversation.contact.display_name)
    match entry.kind:
        case "conversation.started" | "conversation.routed" if is_new(entry):
            to.tell(to.watchful.get(conversation.pk, ()), entry, attention.NEW, name)
        case "message.received":
            to.tell(to.holders(conversation, entry), entry, attention.REPLY, name)
            to.quote(to.watchful.get(conversation.pk, ()), entry)
        case "message.sent" if entry.after.get("is_automatic"):
            pass
        case "message.sent" | "note.added":
            if doer is not None:
                to.forget(doer.pk, conversation)
            mates = (to.mates.get(mate) for mate in entry.after.get("mentioned", ()))
            named = {mate.pk for mate in mates if mate}
            to.tell(named, entry, attention.MENTIONED, name)
            is_note = entry.kind == "note.added"
            if not is_note:
                to.answered.add(conversation.pk)
            author = name if doer is not None else "Bot"
            kind = attention.NOTE if is_note else attention.REPLY
            to.tell(to.holders(conversation, entry) - named, entry, kind, author)
        case "note.edited":
            mates = (to.mates.get(mate) for mate in entry.after.get("mentioned", ()))
            to.tell({mate.pk for mate in mates if mate}, entry, attention.MENTIONED, name)
        case "conversation.assigned":
            giver = entry.actor_id if entry.actor_type == "automation" else ""
            look_at_assignment(entry, to, conversation, str(doer or giver))
        case "conversation.reopened":
            if entry.before.get("status") == "snoozed" and entry.actor_type == "system":
                to.tell(to.holders(conversation, entry), entry, attention.WOKEN, "")
        case "conversation.closed" | "conversation.marked_spam":
            to.finish(conversation)
        case "conversation.due_soon" | "conversation.overdue":
            who = to.holders(conversation, entry) or to.members.get(team_of(conversation), set())
            to.tell(who, entry, attention.DUE, "")
        case "conversation.escalated":
            to.tell(called(entry, to), entry, attention.DUE, "")
        case "conversation.called":
            to.tell(called(entry, to), entry, attention.ESCALATED, entry.actor_id)
        case "rule.broke":
            to.tell(called(entry, to), entry, attention.BROKEN, "")
        case "notice.failed":
            to.tell(to.holders(conversation, entry), entry, attention.FAILED, "")
        case "later.submitted":
            to.tell(called(entry, to), entry, attention.ASKED, name)
        case "later.released":
            if doer is not None:
                to.forget(doer.pk, conversation)
            to.tell(called(entry, to), entry, attention.ANSWERED, name)
        case "later.failed" | "later.called_off" | "later.sent_back" if (
            entry.subject_id in to.authors
        ):
            to.tell([to.authors[entry.subject_id]], entry, attention.FAILED, "")


def called(entry: Entry, to: Round) -> set[int]:
    """Those whom an entry names to be told."""
    return {to.mates[mate].pk for mate in entry.after["tell"] if mate in to.mates}


def team_of(conversation: Conversation) -> str:
    return conversation.team.public_id if conversation.team else ""


def look_at_assignment(entry: Entry, to: Round, conversation: Conversation, name: str) -> None:
    old = to.mates.get(entry.before.get("assignee") or "")
    if old is not None:
        to.forget(old.pk, conversation)
    new = to.mates.get(entry.after.get("assignee") or "")
    if "assignee" in entry.after:
        to.assignees[conversation.pk] = new.pk if new else None
    if new is not None:
        # Somebody has it: their team need not look any more.
        to.taken.add(conversation.pk)
        to.tell([new.pk], entry, attention.ASSIGNED, name)
    elif conversation.assignee_id is None and (team := team_asked(entry, conversation)):
        to.tell(to.members.get(team, ()), entry, attention.TEAM, name)


def team_asked(entry: Entry, conversation: Conversation) -> str:
    """The team that an assignment asks to look: it was given to them, or one of theirs gave it
    back and says why."""
    if given := entry.after.get("team"):
        return str(given)
    return team_of(conversation) if entry.after.get("why") else ""
