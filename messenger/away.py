"""Telling contacts who are away that replies wait for them: by push soon, by mail later.

A reply plans a notice; when it is due and the reply still unseen, it is sent once. The state of a
notice moves `queued → sending → sent | failed | unknown`, or to `obsolete` when it is not needed.
What happens between "sending" and its end is in nobody's transaction: after a crash there the
state becomes "unknown", and nothing is sent a second time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from ground.journal import record
from ground.journal.models import Entry
from ground.web import mail, push
from ground.web.ids import new_id
from ground.web.problems import StateConflict
from inbox.actions.thread import database_now
from inbox.models import Conversation, Message
from messenger import browsers, kinds, letters
from messenger.models import Installation, MailStop, Notice, PushSubscription
from people.actions.identities import claim_identity
from people.models import Contact, Identity

State, Way = Notice.State, Notice.Way

LEASE = timedelta(minutes=3)
BATCH = 100
# For each way. With the slowest sending on top it ends before Celery ends it.
ROUND_SECONDS = 15
# Between two mails to one address, whatever they are about.
MAIL_EVERY = timedelta(minutes=15)
# To an address that nobody has proved to be theirs, which may be a stranger's.
UNPROVED_AN_HOUR = 3
ATTEMPTS = {Way.PUSH: 5, Way.MAIL: 8}
STEP = {Way.PUSH: timedelta(seconds=15), Way.MAIL: timedelta(minutes=1)}
ENDED = {
    State.SENT: kinds.NOTICE_SENT,
    State.FAILED: kinds.NOTICE_FAILED,
    State.UNKNOWN: kinds.NOTICE_UNKNOWN,
}
# Has been, or may have been, in somebody's mailbox.
SPENT = [State.SENDING, State.SENT, State.UNKNOWN]


# ---- planning ------------------------------------------------------------------------------------


def plan(entry: Entry) -> None:
    """After a reply: what shall be sent if it stays unseen. Safe to run twice."""
    conversation = (
        Conversation.objects.select_related("contact").filter(public_id=entry.subject_id).first()
    )
    if conversation is not None:
        plan_for(conversation, entry.after["public_seq"], entry.created_at)


def plan_for(conversation: Conversation, seq: int, since: datetime) -> None:
    """Queues word of the reply `seq`; where word waits already, it will speak of this one too.

    What could not be sent is no word: another address may come later.
    """
    if conversation.contact_read_seq >= seq or is_unwelcome(conversation):
        return
    installation = installation_of(conversation)
    if installation is None:
        return
    if push_subscriptions(conversation, installation).exists():
        delay = timedelta(seconds=settings.AWAY_PUSH_SECONDS)
        queue(conversation, installation, Way.PUSH, seq, since + delay)
    if is_mailed(conversation, installation) and best_email(conversation.contact):
        delay = timedelta(minutes=settings.AWAY_MAIL_MINUTES)
        queue(conversation, installation, Way.MAIL, seq, since + delay)


def leave_email(contact: Contact | None, address: str) -> None:
    """A visitor says by which address they can be reached: a claim, which proves and merges
    nothing. What they have not seen yet may be mailed there.

    Raises Invalid for what is no address, StateConflict for who has written nothing yet.
    """
    if contact is None:
        raise StateConflict("Write to us first: there is nothing yet that could be answered.")
    identity = claim_identity(
        contact,
        Identity.Kind.EMAIL,
        address,
        trust=Identity.Trust.CLAIMED,
        source="messenger",
        by=contact,
    )
    if identity is not None:
        plan_unseen(contact)


def plan_unseen(contact: Contact) -> None:
    for conversation in contact.conversations.filter(contact_unread__gt=0).select_related(
        "contact"
    ):
        plan_for(conversation, conversation.public_seq, database_now())


def is_unwelcome(conversation: Conversation) -> bool:
    return conversation.contact.is_blocked or conversation.status == Conversation.Status.SPAM


def is_mailed(conversation: Conversation, installation: Installation) -> bool:
    if not (mail.is_configured() and installation.is_unseen_mailed):
        return False
    return not MailStop.objects.filter(conversation=conversation).exists()


def installation_of(conversation: Conversation) -> Installation | None:
    """The messenger in which a conversation is answered; None when it is answered elsewhere."""
    bindings = conversation.bindings.filter(is_preferred=True)
    return Installation.objects.filter(is_active=True, line__bindings__in=bindings).first()


def push_subscriptions(conversation: Conversation, installation: Installation) -> Any:
    """The contact's browsers in which a session still opens what a notification would show."""
    asked = PushSubscription.objects.filter(
        contact=conversation.contact_id, installation=installation, expires_at__gt=Now()
    )
    if installation.is_verification_required and conversation.contact.role != Contact.Role.USER:
        return asked.none()
    return asked


def best_email(contact: Contact) -> Identity | None:
    return contact.identities.filter(kind=Identity.Kind.EMAIL).best_first().first()


def queue(
    conversation: Conversation, installation: Installation, way: str, seq: int, due_at: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messenger_notice
                   (public_id, installation_id, conversation_id, way, state, first_seq, last_seq,
                    due_at, attempts, address, reason)
            SELECT %(public_id)s, %(installation)s, %(conversation)s, %(way)s, 'queued',
                   %(seq)s, %(seq)s, %(due_at)s, 0, '', ''
             WHERE NOT EXISTS (
                   SELECT 1 FROM messenger_notice
                    WHERE conversation_id = %(conversation)s AND way = %(way)s
                      AND state NOT IN ('failed', 'obsolete')
                      AND %(seq)s BETWEEN first_seq AND last_seq)
                ON CONFLICT (conversation_id, way) WHERE state = 'queued'
                DO UPDATE SET last_seq = greatest(messenger_notice.last_seq, excluded.last_seq)
            """,
            {
                "public_id": new_id("nt"),
                "installation": installation.pk,
                "conversation": conversation.pk,
                "way": way,
                "seq": seq,
                "due_at": due_at,
            },
        )


# ---- sending -------------------------------------------------------------------------------------


class Obsolete(Exception):
    """This notice is not needed any more. Says why."""


@dataclass
class Postponed(Exception):
    """This notice must wait. Says why, and at least how long."""

    reason: str
    wait: timedelta = timedelta()


@dataclass
class Job:
    """A notice that is being sent: of these replies, to this address or these browsers."""

    notice: Notice
    replies: list[Message] = field(default_factory=list)
    email: Identity | None = None
    browsers: list[PushSubscription] = field(default_factory=list)


def tell_due() -> int:
    """Sends what is due; returns how many notices came to an end or to another try.

    A mail server that cannot be reached ends the round: the next mail would not go out either, and
    only one round runs at a time. A mail that it does not take now waits by itself.
    """
    browsers.forget_expired()
    count = give_up_on_the_lost()
    for way in Way.values:
        end_at = time.monotonic() + ROUND_SECONDS
        while time.monotonic() < end_at and (job := take(way)) is not None:
            count += 1
            if job.notice.state == State.SENDING and not deliver(job):
                break
    return count


def give_up_on_the_lost() -> int:
    """Whose sender died in the middle: nobody knows how far it came."""
    with transaction.atomic():
        lost = list(
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("conversation")
            .filter(state=State.SENDING, lease_until__lt=Now())[:BATCH]
        )
        for notice in lost:
            conclude(notice, State.UNKNOWN, "The sender was cut off.")
    return len(lost)


def take(way: str) -> Job | None:
    """The next due notice of a way: being sent from now on, or not to be sent after all.

    None when nothing is due. Two senders never take the same.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("installation", "conversation__contact")
            .filter(way=way, state=State.QUEUED, due_at__lte=Now())
            .order_by("due_at", "id")
            .first()
        )
        if notice is None:
            return None
        try:
            job = prepare(notice)
        except Obsolete as why:
            conclude(notice, State.OBSOLETE, str(why))
            return Job(notice)
        except Postponed as postponed:
            notice.due_at = database_now() + postponed.wait
            notice.reason = postponed.reason
            notice.save(update_fields=["due_at", "reason"])
            return Job(notice)
        now = database_now()
        notice.state, notice.attempts = State.SENDING, notice.attempts + 1
        notice.tried_at, notice.lease_until = now, now + LEASE
        notice.first_seq = min(reply.public_seq for reply in job.replies)
        notice.last_seq = max(reply.public_seq for reply in job.replies)
        notice.address, notice.reason = job.email.value if job.email else "", ""
        notice.save()
        return job


def prepare(notice: Notice) -> Job:
    """What to send, decided at the last moment. Raises Obsolete, Postponed."""
    conversation = notice.conversation
    replies = letters.unseen(conversation)
    if not replies or conversation.contact_read_seq >= notice.last_seq:
        raise Obsolete("Seen meanwhile.")
    if is_unwelcome(conversation):
        raise Obsolete("The contact is blocked, or this is spam.")
    if not notice.installation.is_active:
        raise Obsolete("The messenger is switched off.")
    if notice.way == Way.PUSH:
        browsers = list(push_subscriptions(conversation, notice.installation))
        if not browsers:
            raise Obsolete("No browser asks for it any more.")
        return Job(notice, replies, browsers=browsers)
    if not is_mailed(conversation, notice.installation):
        raise Obsolete("No mail is wanted here.")
    email = best_email(conversation.contact)
    if email is None:
        raise Obsolete("There is no address any more.")
    check_quota(email)
    return Job(notice, replies, email=email)


def check_quota(email: Identity) -> None:
    """One mail to one address in a quarter of an hour; few an hour to one that is merely claimed.

    The lock makes two senders of mails to the same address take turns. Raises Postponed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"mail {email.value}"])
    now = database_now()
    mails = Notice.objects.filter(way=Way.MAIL, address=email.value, state__in=SPENT)
    latest = mails.aggregate(at=Max("tried_at"))["at"]
    if latest is not None and latest > now - MAIL_EVERY:
        raise Postponed("Another mail went there just now.", latest + MAIL_EVERY - now)
    if not email.is_verified:
        recent = mails.filter(tried_at__gt=now - timedelta(hours=1))
        if recent.count() >= UNPROVED_AN_HOUR:
            raise Postponed("Enough mails for an unproved address.", MAIL_EVERY)


def deliver(job: Job) -> bool:
    """Does what was decided, outside of every transaction; False when the way itself is closed."""
    return deliver_push(job) if job.notice.way == Way.PUSH else deliver_mail(job)


def deliver_push(job: Job) -> bool:
    """To every browser of the contact; one that took it is enough."""
    shown = [letters.notification(job.notice, job.replies, to.locale) for to in job.browsers]
    topics = [job.notice.conversation.public_id] * len(shown)
    outcomes = push.hand_out(job.browsers, shown, topics)
    reached, later = 0, []
    for browser, outcome in zip(job.browsers, outcomes, strict=True):
        try:
            browsers.judge(browser, outcome)
            reached += 1
        except push.Later as reason:
            later.append(reason)
        except push.Gone:
            continue
    if reached:
        end(job.notice, State.SENT, f"Taken for {reached} of {len(job.browsers)} browsers.")
    elif later:
        wait = max(reason.seconds for reason in later)
        try_again(job.notice, str(later[0]), timedelta(seconds=wait))
    else:
        end(job.notice, State.OBSOLETE, "No browser takes it any more.")
    return True


def deliver_mail(job: Job) -> bool:
    letter = letters.letter(job.notice, job.replies, job.email)
    try:
        end(job.notice, State.SENT, mail.send(letter))
    except mail.Refused as error:
        end(job.notice, State.FAILED, str(error))
    except mail.Unknown as error:
        end(job.notice, State.UNKNOWN, str(error))
    except mail.NotSent as error:
        try_again(job.notice, str(error))
        return isinstance(error, mail.Deferred)
    return True


# ---- how it ended --------------------------------------------------------------------------------


def end(notice: Notice, state: str, reason: str) -> None:
    held(notice, lambda: conclude(notice, state, reason))


def held(notice: Notice, work: Callable[[], None]) -> None:
    """Does `work` if this sending is still ours: it may have been given up on meanwhile."""
    with transaction.atomic():
        ours = Notice.objects.select_for_update().filter(
            pk=notice.pk, state=State.SENDING, attempts=notice.attempts
        )
        if ours.exists():
            work()


def conclude(notice: Notice, state: str, reason: str) -> None:
    notice.state, notice.reason, notice.lease_until = state, reason[:500], None
    notice.save(update_fields=["state", "reason", "lease_until"])
    kind = ENDED.get(State(state))
    if kind is not None:
        record(
            kind,
            by=None,
            subject=notice.conversation,
            after={
                "notice": notice.public_id,
                "way": notice.way,
                "address": notice.address,
                "first_seq": notice.first_seq,
                "last_seq": notice.last_seq,
                "reason": notice.reason,
            },
        )


def try_again(notice: Notice, reason: str, wait: timedelta = timedelta()) -> None:
    """Back into the queue for later, or into the one that was queued meanwhile; not for ever."""
    way = Way(notice.way)
    if notice.attempts >= ATTEMPTS[way]:
        end(notice, State.FAILED, reason)
        return
    due_at = database_now() + max(wait, STEP[way] * 2**notice.attempts)
    try:
        held(notice, lambda: requeue(notice, reason, due_at))
    except IntegrityError:
        # A further reply was queued between our looking and our writing.
        held(notice, lambda: requeue(notice, reason, due_at))


def requeue(notice: Notice, reason: str, due_at: datetime) -> None:
    twin = (
        Notice.objects.select_for_update()
        .filter(conversation=notice.conversation_id, way=notice.way, state=State.QUEUED)
        .first()
    )
    if twin is not None:
        twin.first_seq = min(twin.first_seq, notice.first_seq)
        twin.due_at = max(twin.due_at, due_at)
        twin.attempts, twin.reason = notice.attempts, reason[:500]
        twin.save(update_fields=["first_seq", "due_at", "attempts", "reason"])
        conclude(notice, State.OBSOLETE, "Taken up by the next one.")
        return
    notice.state, notice.due_at, notice.lease_until = State.QUEUED, due_at, None
    notice.reason = reason[:500]
    notice.save(update_fields=["state", "due_at", "lease_until", "reason"])


def stop_mails(conversation: Conversation) -> None:
    """The contact wants no more mails about a conversation. Safe to repeat."""
    with transaction.atomic():
        _, is_new = MailStop.objects.get_or_create(conversation=conversation)
        if is_new:
            record(kinds.MAILS_STOPPED, by=conversation.contact, subject=conversation)
