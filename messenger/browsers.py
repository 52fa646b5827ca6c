"""Visitors' browsers that asked to be told of replies."""

from django.db import transaction
from django.db.models.functions import Now

from ground.journal import record
from ground.web import push
from ground.web.problems import StateConflict
from messenger import kinds
from messenger.models import PushSubscription
from messenger.visitors import Visitor, session_end
from people.actions.merge import current
from people.models import Contact

SUBSCRIPTIONS_MAX = 10
EXPIRED_AT_ONCE = 100


def subscribe(visitor: Visitor, *, endpoint: str, p256dh: str, auth: str, locale: str) -> None:
    """Remembers that this visitor's browser wants to be told of replies.

    The same browser again, also for somebody else, takes its row over; the oldest beyond
    SUBSCRIPTIONS_MAX falls out. Raises Invalid, and StateConflict for who has written nothing yet.
    """
    if visitor.contact is None:
        raise StateConflict("Write to us first: there is nothing yet that could be answered.")
    push.check(endpoint, p256dh, auth)
    with transaction.atomic():
        contact = current(visitor.contact)
        subscription, is_new = PushSubscription.objects.update_or_create(
            endpoint=endpoint,
            defaults={
                "contact": contact,
                "installation": visitor.installation,
                "visitor": visitor.key,
                "p256dh": p256dh,
                "auth": auth,
                "locale": locale,
                "failures": 0,
                "expires_at": session_end(visitor),
            },
        )
        for old in contact.push_subscriptions.order_by("-id")[SUBSCRIPTIONS_MAX:]:
            end(old, by=contact, reason="too many")
        if is_new:
            record(
                kinds.PUSH_STARTED,
                by=contact,
                subject=contact,
                after={"subscription": subscription.public_id},
            )


def unsubscribe(visitor: Visitor) -> None:
    """This visitor's browser is told nothing any more; a sign-out asks for that too."""
    with transaction.atomic():
        for subscription in PushSubscription.objects.filter(
            visitor=visitor.key
        ).select_for_update():
            end(subscription, by=visitor.contact, reason="asked for")


def prolong(visitor: Visitor) -> bool:
    """A browser whose session goes on; whether it is told of replies."""
    if visitor.contact is None or visitor.only_conversation:
        return False
    mine = PushSubscription.objects.filter(visitor=visitor.key, contact=visitor.contact)
    return bool(mine.update(expires_at=session_end(visitor)))


def forget_expired() -> int:
    """Ends what outlived its session, up to EXPIRED_AT_ONCE of it; returns how many."""
    with transaction.atomic():
        over = PushSubscription.objects.filter(expires_at__lte=Now()).select_related("contact")
        held = list(over.select_for_update(skip_locked=True, of=("self",))[:EXPIRED_AT_ONCE])
        for subscription in held:
            end(subscription, by=None, reason="the session is over")
    return len(held)


def hand_over(old_key: str, new_key: str) -> None:
    """A browser whose visitor has signed in and has a new key."""
    PushSubscription.objects.filter(visitor=old_key).update(visitor=new_key)


def end(subscription: PushSubscription, *, by: Contact | None, reason: str) -> None:
    record(
        kinds.PUSH_ENDED,
        by=by,
        subject=subscription.contact,
        before={"subscription": subscription.public_id, "reason": reason},
    )
    subscription.delete()


def drop(subscription: PushSubscription, reason: str) -> None:
    with transaction.atomic():
        end(subscription, by=None, reason=reason[:200])


def judge(subscription: PushSubscription, outcome: push.Outcome) -> str:
    """What an outcome means for a contact's browser. Raises push.Gone, push.Later."""
    return push.judge(subscription, outcome, lambda reason: drop(subscription, reason))
