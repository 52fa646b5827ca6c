"""What waits for teammates who are away, by mail: one at most in a quarter of an hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse

from ground.web import mail
from ground.web.mail import Letter
from inbox import attention, presence
from inbox.actions.thread import database_now
from inbox.attention import MAIL
from inbox.models import Conversation, Digest, Notification
from people.models import Teammate

# What has waited so long is not about to be looked at by itself.
AFTER = timedelta(minutes=5)
EVERY = timedelta(minutes=15)
LEASE = timedelta(minutes=3)
MOST = 20
ROUND = 50
LOOKED_AT = 5 * MOST


def mail_digests() -> int:
    """Writes to teammates who are away and have something new waiting; returns to how many.

    A digest that was cut off while it was sent stays "unknown". One that could not be handed over
    is tried anew in the next quarter of an hour, with what is there then.
    """
    give_up_on_the_lost()
    if not mail.is_configured():
        return 0
    count = 0
    for teammate in waiting():
        prepared = prepare(teammate)
        if prepared is not None:
            send(*prepared)
            count += 1
    return count


def give_up_on_the_lost() -> None:
    lost = Digest.objects.filter(state=Digest.State.SENDING, created_at__lt=Now() - LEASE)
    lost.update(state=Digest.State.UNKNOWN, reason="The sender was cut off.")


def waiting() -> Iterator[Teammate]:
    """Who may be due, all of them: the rest is decided under their lock."""
    news = Notification.objects.open().filter(
        teammate=OuterRef("pk"), is_mailed=False, happened_at__lt=Now() - AFTER
    )
    lately = Digest.objects.filter(teammate=OuterRef("pk"), created_at__gt=Now() - EVERY)
    maybe = Teammate.objects.active().filter(Exists(news), ~Exists(lately)).order_by("pk")
    last = 0
    while page := list(maybe.filter(pk__gt=last)[:ROUND]):
        yield from page
        last = page[-1].pk


def prepare(teammate: Teammate) -> tuple[Digest, Letter, list[int]] | None:
    """The digest that is being sent from now on; None when there is nothing to say after all."""
    with transaction.atomic():
        held = Teammate.objects.select_for_update(no_key=True, of=("self",)).get(pk=teammate.pk)
        now = database_now()
        if not is_due(held, now):
            return None
        wanted = look_through(held)
        if not wanted:
            return None
        digest = Digest.objects.create(teammate=held)
        return digest, letter(digest, held, wanted), [each.pk for each in wanted]


def look_through(teammate: Teammate) -> list[Notification]:
    """The latest that a mail is wanted for. What was looked at is marked as mailed, wanted or not:
    so the next look goes further, and news that want no mail are not looked at again."""
    wishes = attention.wishes_of(teammate)
    visible = Conversation.objects.visible_to(teammate)
    news = Notification.objects.of(teammate, visible).filter(is_mailed=False)
    wanted: list[Notification] = []
    while not wanted and (looked_at := list(news[:LOOKED_AT])):
        wanted = [each for each in looked_at if wants_mail(wishes, each)]
        # What something has joined since is looked at anew.
        same = Notification.objects.filter(happened_at__lte=looked_at[0].happened_at)
        same.filter(pk__in=[each.pk for each in looked_at]).update(is_mailed=True)
    return wanted


def is_due(teammate: Teammate, now: datetime) -> bool:
    if attention.wishes_of(teammate).is_quiet(now):
        return False
    if not teammate.is_away and presence.is_here(teammate.public_id):
        return False
    return not teammate.digests.filter(created_at__gt=now - EVERY).exists()


def wants_mail(wishes: attention.Wishes, notification: Notification) -> bool:
    known = [reason for reason in notification.reasons if reason in attention.KINDS]
    return any(wishes.wants(reason, MAIL) for reason in known)


def letter(digest: Digest, teammate: Teammate, news: list[Notification]) -> Letter:
    """The mail. What visitors wrote stays in the inbox: it says who and why, and where."""
    context = {
        "title": title_of(news),
        "news": [
            {
                "name": each.conversation.contact.display_name,
                "said": attention.said(each.reasons, of=each.conversation.contact.display_name),
                "url": settings.SITE_URL + each.path,
            }
            for each in news[:MOST]
        ],
        "more": max(0, len(news) - MOST),
        "settings": settings.SITE_URL + reverse("inbox:notification-settings"),
        "name": teammate.get_short_name(),
    }
    return Letter(
        to=teammate.email,
        from_name="Counterfoil",
        subject=title_of(news),
        text=render_to_string("inbox/digest.txt", context),
        html=render_to_string("inbox/digest.html", context),
        message_id=f"<{digest.public_id}@{mail.our_domain()}>",
        headers={},
    )


def title_of(news: list[Notification]) -> str:
    if len(news) == 1:
        return "A conversation waits for you"
    return f"{len(news)} conversations wait for you"


def send(digest: Digest, written: Letter, news: list[int]) -> None:
    """Hands a digest over, outside of every transaction."""
    try:
        end(digest, Digest.State.SENT, mail.send(written))
    except mail.Refused as error:
        end(digest, Digest.State.FAILED, str(error))
    except mail.Unknown as error:
        end(digest, Digest.State.UNKNOWN, str(error))
    except mail.NotSent as error:
        end(digest, Digest.State.FAILED, str(error))
        Notification.objects.open().filter(pk__in=news).update(is_mailed=False)


def end(digest: Digest, state: str, reason: str) -> None:
    Digest.objects.filter(pk=digest.pk, state=Digest.State.SENDING).update(
        state=state, reason=reason[:500]
    )
