"""What a contact who is away is told: the notification and the mail, in their language."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from ground.web import files, languages
from ground.web.mail import Letter, our_domain
from ground.web.markup import plain
from inbox.models import Conversation, Message
from messenger.appearance import on_color
from messenger.links import link_for, page_of, stop_link_for
from messenger.models import Installation, Notice
from messenger.present import public_name
from messenger.texts import language_of, texts_in
from people.models import Identity

REPLIES_MAX = 10
PREVIEW = 120


def unseen(conversation: Conversation) -> list[Message]:
    """The replies that the contact has not read, the latest REPLIES_MAX of them, in order."""
    replies = (
        conversation.messages.public()
        .filter(public_seq__gt=conversation.contact_read_seq)
        .exclude(author_type=Message.Author.CONTACT)
        .order_by("-public_seq")
    )
    return list(replies[:REPLIES_MAX])[::-1]


def notification(notice: Notice, replies: list[Message], locale: str) -> dict[str, Any]:
    """What the service worker shows; `tag` makes a later one of the conversation replace it."""
    installation, conversation = notice.installation, notice.conversation
    latest = replies[-1]
    contact = conversation.contact
    texts = texts_in(language_of(installation, locale or contact.locale))
    said = texts["away.push"].format(author=author_of(latest))
    preview = plain(latest.body_text, length=PREVIEW) or texts["preview.file"]
    return {
        "title": installation.name,
        "body": f"{said}\n{preview}",
        "tag": conversation.public_id,
        "url": push_address(installation, conversation),
        "icon": logo_of(installation),
        "app": installation.public_id,
    }


def push_address(installation: Installation, conversation: Conversation) -> str:
    """Where a click leads: the conversation, opened as whoever wrote in it."""
    identity = conversation.contact.identities.filter(is_retired=False).best_first().first()
    if identity is None:
        return f"{page_of(installation)}?conversation={conversation.public_id}"
    return link_for(installation, conversation, identity)


def logo_of(installation: Installation) -> str | None:
    address = files.public_url(installation.logo_key)
    if address is None or address.startswith("http"):
        return address
    return f"{settings.SITE_URL}{address}"


def letter(notice: Notice, replies: list[Message], email: Identity) -> Letter:
    """The mail with the unseen replies and the link back. Nothing in it was written by a visitor:
    it may go to an address that is not theirs."""
    installation, conversation = notice.installation, notice.conversation
    locale = language_of(installation, conversation.contact.locale)
    texts = texts_in(locale)
    stop = stop_link_for(conversation)
    context = {
        "locale": locale,
        "direction": languages.direction(locale),
        "installation": installation,
        "on_color": on_color(installation.color),
        "logo": logo_of(installation),
        "title": texts["away.title"].format(author=author_of(replies[-1])),
        "replies": [shown(reply, texts) for reply in replies],
        "is_more": conversation.contact_unread > len(replies),
        "link": link_for(installation, conversation, email),
        "stop": stop,
        "t": {
            key.removeprefix("away.").replace(".", "_"): text.replace("{name}", installation.name)
            for key, text in texts.items()
            if key.startswith("away.") or key == "continue"
        },
    }
    domain = our_domain()
    return Letter(
        to=email.value,
        from_name=installation.name,
        subject=texts["away.subject"].format(name=installation.name),
        text=render_to_string("messenger/mail.txt", context),
        html=render_to_string("messenger/mail.html", context),
        # The same at every attempt, so that a receiver who has it already can tell.
        message_id=f"<{notice.public_id}@{domain}>",
        headers={
            "References": f"<{conversation.public_id}@{domain}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def author_of(reply: Message) -> str:
    return public_name(reply.author_type, reply.author_name)


def shown(reply: Message, texts: dict[str, str]) -> dict[str, Any]:
    """A reply as the templates write it; its HTML was made safe when it was stored."""
    names = ", ".join(reply.attachments.values_list("name", flat=True))
    return {
        "author": author_of(reply),
        "text": reply.body_text,
        "html": mark_safe(reply.body_html),
        "files": texts["away.files"].format(names=names) if names else "",
    }
