"""How an installation shows itself: its looks, its words in the visitor's language, its rules."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from ground.web import files, languages, push
from messenger.models import Installation, InstallationText
from messenger.present import teammate_json
from messenger.texts import texts_in
from people.models import Teammate

FACES = 3
POLL_SECONDS = 5
# What the messenger is written on by day and by night: --bg of static/tokens.css.
GROUNDS = ("#FFFFFF", "#14161B")
# 4.5 on the ground itself would be too little on the color's own soft tint.
READABLE = 6
SAID = ("greeting", "reply_time", "office_hours", "home_links")


def settings_json(
    installation: Installation, locale: str, texts: Iterable[InstallationText] | None = None
) -> dict[str, Any]:
    """What a messenger needs to show itself in `locale`, one of ours; the same for every visitor.

    A text nobody wrote for the language is taken from the next one in its chain, then from the
    installation's own; `greeting` and `reply_time` are never empty, an empty `office_hours` is not
    shown. `texts` are those of the installation, unless it is not stored.
    """
    own = installation.texts.all() if texts is None else texts
    return {
        "name": installation.name,
        "logo": files.public_url(installation.logo_key),
        "color": installation.color,
        "on_color": on_color(installation.color),
        "text_colors": [readable_on(installation.color, ground) for ground in GROUNDS],
        "position": installation.position,
        "locale": locale,
        "direction": languages.direction(locale),
        **words(installation, own, locale),
        "can_upload": installation.can_upload,
        "can_start": installation.can_start,
        "is_rating_asked": installation.is_rating_asked,
        "is_unread_in_title": installation.is_unread_in_title,
        "labels": labels(locale),
        "push": push.offer(),
        "live_url": f"{settings.LIVE_URL}/ws/messenger/",
        "poll_seconds": POLL_SECONDS,
        "limits": {
            "message_bytes": settings.MESSAGE_MAX_KB * 1024,
            "attachment_bytes": settings.ATTACHMENT_MAX_MB * 1024 * 1024,
            "attachments": settings.ATTACHMENTS_PER_MESSAGE,
        },
        "team": faces(),
    }


def words(
    installation: Installation, texts: Iterable[InstallationText], locale: str
) -> dict[str, Any]:
    """What the admin wrote, each text in the language nearest to `locale` that has it."""
    chain = list(languages.chain(locale))
    written: dict[str, Any] = {text.locale: text for text in texts}
    written[installation.locale] = installation
    sources = [written[tag] for tag in chain if tag in written] + [installation]
    said = {
        name: next((value for source in sources if (value := getattr(source, name))), default)
        for name, default in zip(SAID, ("", "", "", []), strict=True)
    }
    said["greeting"] = said["greeting"] or texts_in(locale)["greeting"]
    said["reply_time"] = said["reply_time"] or texts_in(locale)["start.hint"]
    return said


def labels(locale: str) -> dict[str, Any]:
    """What the launcher says to those who cannot see it; `unread` by CLDR plural form."""
    texts = texts_in(locale)
    forms = {key.partition(".")[2]: text for key, text in texts.items() if key[:7] == "unread."}
    return {"open": texts["launcher.open"], "close": texts["launcher.close"], "unread": forms}


def faces() -> list[dict[str, Any]]:
    """A few of those who answer, those who are there first."""
    people = Teammate.objects.active().order_by("is_away", "id")[:FACES]
    return [teammate_json(mate) for mate in people]


def on_color(color: str) -> str:
    """Black or white, whichever reads better on a #rrggbb color."""
    return max("#ffffff", "#000000", key=lambda text: contrast(text, color))


def readable_on(color: str, ground: str) -> str:
    """A #rrggbb color itself when it reads on this ground, else its nearest mix with black or white
    that does."""
    pole = on_color(ground)
    mixes = (mixed(color, pole, step / 20) for step in range(20))
    return next((mix for mix in mixes if contrast(mix, ground) >= READABLE), pole)


def mixed(color: str, other: str, share: float) -> str:
    """`color` with this share, 0 to 1, of `other`."""
    pairs = zip(bytes.fromhex(color[1:]), bytes.fromhex(other[1:]), strict=True)
    return f"#{bytes(round(one + (two - one) * share) for one, two in pairs).hex()}"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #rrggbb colors as WCAG counts it, 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    channels = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
