"""Plays the story through the product's own actions, then dates it back."""

import io
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import F, Max, Min, OuterRef, Subquery
from django.utils import timezone
from PIL import Image, ImageDraw

from config import env
from config.demo import access
from config.demo.helping import write_help
from config.demo.story.cast import ATTRIBUTES, CUSTOMERS, SEGMENTS, SHOP, STRANGERS
from config.demo.story.events import EVENTS
from config.demo.story.routing import RULES
from config.demo.story.talks import TALKS
from config.demo.story.telling import Step, Talk
from ground.hours.models import DueRow
from ground.journal.live import silently
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.web import files
from inbox.actions import (
    KEEP,
    assign,
    attach,
    close,
    mark_read,
    mark_spam,
    note,
    prioritize,
    rate,
    reply,
    snooze,
    start,
    tag,
)
from inbox.models import Attachment, Conversation
from knowledge.models import Picture
from messenger.models import Installation
from people.actions import (
    claim_identity,
    create_segment,
    find_or_create_tag,
    identify,
    meet_visitor,
    track,
    update_contact,
)
from people.models import Attribute, Contact, Event, Identity, Team, Teammate
from routing.actions import save_rule
from routing.models import Rule

MET_BEFORE = timedelta(days=2)


def has_demo() -> bool:
    return Teammate.objects.filter(email__in=access.emails()).exists()


def has_real_data() -> bool:
    """Whether there is anything that the demo did not bring."""
    if Teammate.objects.exclude(email__in=access.emails()).exists():
        return True
    return not has_demo() and (Contact.objects.exists() or Installation.objects.exists())


def refresh() -> None:
    """Fits an existing demo to the address it is served at now."""
    with transaction.atomic():
        access.grant()


def create() -> int:
    """Makes the demo, anew if it is there; returns how many conversations it has."""
    keys = [
        *Attachment.objects.values_list("key", flat=True),
        *Picture.objects.values_list("key", flat=True),
    ]
    with silently(), transaction.atomic():
        clear()
        mates, messenger = access.grant()
        Stage(mates, messenger, timezone.now()).play()
        run_owed()
        date_effects()
        write_rules(mates)
        run_owed()
        write_help(by=mates["ada"], picture=moth_hole(), now=timezone.now())
        # What was to follow in the story's days is over.
        DueRow.objects.all().delete()
    for key in keys:
        files.delete(key)
    return len(TALKS)


def write_rules(mates: dict[str, Teammate]) -> None:
    """The house has worked without rules until now."""
    by = mates["ada"]
    teams = dict(Team.objects.values_list("name", "public_id"))
    for ruled in RULES:
        given: dict[str, Any] = {"team": teams[ruled.team]} if ruled.team else {}
        if ruled.tells:
            given["tells"] = [mates[key].public_id for key in ruled.tells]
        save_rule(Rule(), by=by, name=ruled.name, condition=ruled.condition, **given, **ruled.more)


def date_effects() -> None:
    """What was made of a message was as long ago as the message."""
    told = Entry.objects.filter(pk=OuterRef("cause")).values("created_at")
    for kind in ("message.understood", "conversation.routed"):
        effects = Entry.objects.filter(kind=kind, cause__isnull=False)
        effects.update(created_at=Subquery(told))


def clear() -> None:
    """Empties what customers and their conversations are made of; staff and messenger stay."""
    # PostgreSQL empties no table whose foreign keys are still to be checked.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE people_company, people_contact, people_attribute, people_segment,"
            " journal_entry, routing_rule, routing_ruleedition, routing_policy,"
            " knowledge_helpcenter, knowledge_collection, knowledge_picture, knowledge_block"
            " CASCADE"
        )


class Stage:
    """Everybody who plays, and when now is."""

    def __init__(self, mates: dict[str, Teammate], messenger: Installation, now: datetime) -> None:
        self.mates = mates
        self.messenger = messenger
        self.now = now
        self.contacts: dict[str, Contact] = {}

    def play(self) -> None:
        for subject, key, label, type_, choices in ATTRIBUTES:
            Attribute.objects.create(
                subject=subject, key=key, label=label, type=type_, choices=choices
            )
        for name, description, condition in SEGMENTS:
            create_segment(
                by=self.mates["ada"], name=name, description=description, condition=condition
            )
        for key in CUSTOMERS:
            self.contacts[key] = self.customer(key)
        for key in STRANGERS:
            self.contacts[key] = self.stranger(key)
        for talk in sorted(TALKS, key=lambda talk: talk.ago, reverse=True):
            self.hold(talk)
        self.look_around()
        self.date_contacts()

    # ---- people ----------------------------------------------------------------------------------

    def customer(self, key: str) -> Contact:
        cast, said = CUSTOMERS[key], access.claims(key)
        contact = identify(
            scope=self.messenger.public_id, visitor_id="", visitor_contact=None, **said
        )
        return update_contact(contact, by=None, locale=cast.locale, timezone=cast.timezone)

    def stranger(self, key: str) -> Contact:
        cast = STRANGERS[key]
        contact = meet_visitor(
            scope=self.messenger.public_id,
            visitor_id=secrets.token_urlsafe(24),
            locale=cast.locale,
            timezone=cast.timezone,
        )
        if cast.name:
            contact = update_contact(contact, by=None, name=cast.name, role=Contact.Role.LEAD)
        if cast.email:
            claim_identity(
                contact,
                Identity.Kind.EMAIL,
                cast.email,
                trust=Identity.Trust.CLAIMED,
                source="messenger",
                by=contact,
            )
        return contact

    # ---- conversations ---------------------------------------------------------------------------

    def hold(self, talk: Talk) -> None:
        moment = self.now - talk.ago
        contact = self.contacts[talk.who]
        first, *others = talk.steps
        posted = start(
            contact,
            line=self.messenger.line,
            identity=contact.identities.order_by("-trust", "pk").first(),
            body=first.text,
            client_id=uuid.uuid4(),
            page=self.page(talk),
            attachments=self.attachments(first, contact),
        )
        conversation = posted.conversation
        last_entry = self.date(conversation, moment, since=0)
        for step in others:
            moment += timedelta(minutes=step.after)
            self.take(step, conversation)
            self.read(step, conversation)
            last_entry = self.date(conversation, moment, since=last_entry)
        conversation.refresh_from_db()
        for key in talk.seen_by:
            mark_read(conversation, by=self.mates[key], seq=conversation.last_seq)
        if not talk.is_unread_by_contact:
            mark_read(conversation, by=contact, seq=conversation.public_seq)

    def read(self, step: Step, conversation: Conversation) -> None:
        """Who acts has read what is there."""
        if step.who in self.mates:
            conversation.refresh_from_db()
            mark_read(conversation, by=self.mates[step.who], seq=conversation.last_seq)

    def page(self, talk: Talk) -> dict[str, str]:
        path, title = talk.page
        folder = f"{path}/" if path else ""
        return {
            "url": f"http://localhost:{env.PORT.read()}/demo/{folder}",
            "title": f"{title} · {SHOP}" if path else title,
            "referrer": "",
        }

    def take(self, step: Step, conversation: Conversation) -> None:
        by: Contact | Teammate = self.mates.get(step.who) or self.contacts[step.who]
        match step.verb:
            case "says":
                named = self.attachments(step, by)
                reply(
                    conversation, by=by, body=step.text, client_id=uuid.uuid4(), attachments=named
                )
            case "notes":
                mate = self.mates[step.who]
                note(conversation, by=mate, body=step.text, client_id=uuid.uuid4())
            case "gives":
                assignee = self.mates[step.to] if step.to else KEEP
                team = Team.objects.get(name=step.team) if step.team else KEEP
                assign(conversation, by=by, assignee=assignee, team=team)
            case "sorts":
                tag(
                    conversation,
                    by=by,
                    add=[find_or_create_tag(each, by=by)[0] for each in step.tags],
                )
                if step.text:
                    prioritize(conversation, by=by, priority=Conversation.Priority.of(step.text))
            case "closes":
                close(conversation, by=by)
            case "rates":
                rate(conversation, by=self.contacts[step.who], score=step.score, comment=step.text)
            case "puts away":
                mark_spam(conversation, by=by)
            case "snoozes":
                until = self.now + timedelta(days=int(step.text))
                snooze(conversation, by=by, until=until)

    def attachments(self, step: Step, by: Contact | Teammate) -> list[str]:
        if not step.file:
            return []
        upload = SimpleUploadedFile(step.file, moth_hole(), content_type="image/png")
        return [attach(upload, by=by).public_id]

    # ---- dates -----------------------------------------------------------------------------------

    def date(self, conversation: Conversation, moment: datetime, *, since: int) -> int:
        """Dates back what the last step wrote; returns the newest entry's id."""
        entries = Entry.objects.filter(
            subject_type="conversation", subject_id=conversation.public_id, pk__gt=since
        )
        newest = entries.order_by("-pk").values_list("pk", flat=True).first() or since
        entries.update(created_at=moment)
        fresh = conversation.messages.filter(created_at__gte=self.now - timedelta(seconds=1))
        fresh.update(created_at=moment)
        row = Conversation.objects.filter(pk=conversation.pk)
        for field in ("created_at", "last_message_at", "waiting_since", "closed_at"):
            recent = {f"{field}__gte": self.now - timedelta(seconds=1)}
            row.filter(**recent).update(**{field: moment})
        return newest

    def look_around(self) -> None:
        """Pages seen and things done, before and between the conversations."""
        deeds = [
            (self.now - timedelta(days=ago), key, name, dict(metadata))
            for key, ago, name, metadata in EVENTS
        ]
        for talk in TALKS:
            page = self.page(talk)
            seen = {"url": page["url"], "title": page["title"]}
            deeds.append(
                (self.now - talk.ago - timedelta(minutes=2), talk.who, Event.PAGE_VISITED, seen)
            )
        for moment, key, name, metadata in sorted(deeds, key=itemgetter(0)):
            self.did(key, name, metadata, moment)

    def did(self, key: str, name: str, metadata: Mapping[str, Any], moment: datetime) -> None:
        event = track(self.contacts[key], name, dict(metadata))
        Event.objects.filter(pk=event.pk).update(created_at=moment)

    def date_contacts(self) -> None:
        """Everybody is known since shortly before they first did something."""
        for contact in self.contacts.values():
            moments = contact.events.aggregate(first=Min("created_at"), last=Max("created_at"))
            since = moments["first"] - MET_BEFORE
            Contact.objects.filter(pk=contact.pk).update(
                created_at=since, last_seen_at=moments["last"]
            )
            contact.identities.update(created_at=since, confirmed_at=since)
            Decision.objects.filter(subject_id=contact.public_id).update(created_at=since)
            entries = Entry.objects.filter(subject_type="contact", subject_id=contact.public_id)
            entries.exclude(kind="contact.did").update(created_at=since)
            contact.refresh_from_db()
        Teammate.objects.filter(pk__in=[mate.pk for mate in self.mates.values()]).update(
            created_at=F("created_at") - timedelta(days=40)
        )


def moth_hole() -> bytes:
    """A small picture of a green jumper with a hole at its elbow."""
    image = Image.new("RGB", (640, 480), "#F0E7D8")
    draw = ImageDraw.Draw(image)
    wool, rib = "#3F6B4F", "#345A42"
    draw.polygon([(200, 110), (440, 110), (450, 430), (190, 430)], fill=wool)
    draw.polygon([(200, 110), (130, 160), (70, 400), (135, 415), (200, 230)], fill=wool)
    draw.polygon([(440, 110), (510, 160), (570, 400), (505, 415), (440, 230)], fill=wool)
    draw.ellipse((270, 85, 370, 140), fill="#F0E7D8", outline=rib, width=9)
    draw.rectangle((190, 404, 450, 430), fill=rib)
    draw.ellipse((505, 262, 545, 312), fill="#F0E7D8", outline=rib, width=4)
    for thread in ((508, 270, 536, 300), (520, 262, 526, 311), (506, 292, 543, 284)):
        draw.line(thread, fill=rib, width=2)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
