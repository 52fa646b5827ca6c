"""Setting a messenger up for a site, and rotating the secrets that sign its users."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from ground.journal import record
from ground.web import files
from ground.web.problems import Invalid, NotAllowed, StateConflict
from inbox.models import Line
from messenger import kinds
from messenger.models import IdentitySecret, Installation, InstallationText
from people.models import Teammate

LINE_KIND = "messenger"
BAD_ORIGIN = "“{}” is no origin. Write scheme://host or scheme://host:port, without a path."
DEFAULT_PORTS = {"http": 80, "https": 443}
# Origins become sources of a policy, where a blank, a comma or a semicolon begins the next one.
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f.]*:[0-9a-f:.]*")
LOGO_SIDE = 256
WORDS = ("greeting", "reply_time", "office_hours", "home_links")
LINKS = 8
LINK_TITLE = 60
LINK_URL = 500
CONFIGURED = (
    "name",
    "is_active",
    "allowed_origins",
    "color",
    "logo_key",
    "position",
    "locale",
    "languages",
    "greeting",
    "reply_time",
    "is_wait_shown",
    "office_hours",
    "home_links",
    "can_upload",
    "can_start",
    "is_rating_asked",
    "is_unread_in_title",
    "is_unseen_mailed",
    "is_verification_required",
    "is_user_hash_allowed",
)

# What decides who may speak: open sockets are asked again when one of these changes.
RULES = {"is_active", "allowed_origins", "is_verification_required"}

Words = Mapping[str, Any]


def install(installation: Installation, *, by: Teammate | None) -> IdentitySecret:
    """Stores a new installation with its line and its first secret, which is returned."""
    require_admin(by)
    with transaction.atomic():
        installation.line = Line.objects.create(
            kind=LINE_KIND, name=f"{installation.name} messenger"[:80]
        )
        installation.save()
        record(
            kinds.INSTALLATION_CREATED,
            by=by,
            subject=installation,
            after={name: getattr(installation, name) for name in CONFIGURED},
        )
        return add_secret(installation, by=by)


def change_installation(
    installation: Installation, *, by: Teammate | None, **changes: Any
) -> Installation:
    """Changes the named fields, those of CONFIGURED; what stays the same leaves no entry.

    The messenger shows it within seconds. Raises Invalid for home links that are none.
    """
    require_admin(by)
    unknown = set(changes) - set(CONFIGURED)
    if unknown:
        raise TypeError(f"No fields of an installation: {unknown}")
    if "home_links" in changes:
        changes["home_links"] = checked_links(changes["home_links"])
    with transaction.atomic():
        held = Installation.objects.select_for_update().get(pk=installation.pk)
        before = {name: getattr(held, name) for name in changes}
        after = {name: value for name, value in changes.items() if value != before[name]}
        if not after:
            return held
        for name, value in after.items():
            setattr(held, name, value)
        held.save(update_fields=list(after))
        note_change(held, by, {name: before[name] for name in after}, after)
    return held


def change_texts(
    installation: Installation, *, by: Teammate | None, texts: Mapping[str, Words | None]
) -> None:
    """What an installation says in each of the named languages; None takes a language's texts away.

    A language's words are `greeting`, `reply_time`, `office_hours` and `home_links`; what is left
    out stays. Raises Invalid for home links that are none.
    """
    require_admin(by)
    with transaction.atomic():
        held = Installation.objects.select_for_update().get(pk=installation.pk)
        known = {text.locale: text for text in held.texts.all()}
        before = {locale: words_of(known.get(locale)) for locale in texts}
        for locale, words in texts.items():
            if words is None:
                held.texts.filter(locale=locale).delete()
            else:
                given = dict(words)
                if "home_links" in words:
                    given["home_links"] = checked_links(words["home_links"])
                held.texts.update_or_create(locale=locale, defaults=given)
        now = {text.locale: text for text in held.texts.all()}
        after = {locale: words_of(now.get(locale)) for locale in texts}
        differing = [locale for locale in texts if before[locale] != after[locale]]
        if differing:
            note_change(
                held,
                by,
                {"texts": {locale: before[locale] for locale in differing}},
                {"texts": {locale: after[locale] for locale in differing}},
            )


def words_of(text: InstallationText | None) -> Words | None:
    return {name: getattr(text, name) for name in WORDS} if text else None


def note_change(
    installation: Installation, by: Teammate | None, before: Words, after: Words
) -> None:
    record(
        kinds.INSTALLATION_CHANGED,
        by=by,
        subject=installation,
        topics=[f"installation.{installation.public_id}"],
        before=before,
        after=after,
    )


def change_logo(
    installation: Installation, *, by: Teammate | None, upload: UploadedFile | None
) -> Installation:
    """Another logo, made small and drawn anew from the picture's pixels, or none.

    Raises Invalid for what is no raster image.
    """
    require_admin(by)
    key = files.store_image(upload, LOGO_SIDE) if upload is not None else ""
    return change_installation(installation, by=by, logo_key=key)


def add_secret(installation: Installation, *, by: Teammate | None) -> IdentitySecret:
    """One more secret beside those in force: the first half of a rotation."""
    require_admin(by)
    with transaction.atomic():
        secret = IdentitySecret.objects.create(installation=installation)
        record(kinds.SECRET_ADDED, by=by, subject=installation, after={"key_id": secret.key_id})
    return secret


def retire_secret(secret: IdentitySecret, *, by: Teammate | None) -> IdentitySecret:
    """Puts a secret out of force: the second half of a rotation.

    Raises StateConflict for the last one, since everybody who signs in would be refused.
    """
    require_admin(by)
    with transaction.atomic():
        installation = Installation.objects.select_for_update().get(pk=secret.installation_id)
        held = IdentitySecret.objects.get(pk=secret.pk)
        if held.retired_at is not None:
            return held
        others = installation.identity_secrets.filter(retired_at=None).exclude(pk=held.pk)
        if not others.exists():
            raise StateConflict("This is the last secret in force. Create another one first.")
        held.retired_at = timezone.now()
        held.save(update_fields=["retired_at"])
        record(kinds.SECRET_RETIRED, by=by, subject=installation, before={"key_id": held.key_id})
    return held


def require_admin(by: Teammate | None) -> None:
    if by is not None and not (by.is_active and by.is_admin):
        raise NotAllowed("Only an admin may do this.")


def checked_links(links: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Links for the messenger's home, {"title", "url"} each: web and mail addresses only.

    Raises Invalid.
    """
    found = [checked_link(link) for link in links]
    if len(found) > LINKS:
        raise Invalid(errors={"home_links": [f"Up to {LINKS} links fit."]})
    return found


def checked_link(link: Mapping[str, str]) -> dict[str, str]:
    title, url = (str(link.get(name) or "").strip() for name in ("title", "url"))
    if not title or not url:
        wrong = "Each link needs a title and an address."
    elif len(title) > LINK_TITLE or len(url) > LINK_URL:
        wrong = f"A title has up to {LINK_TITLE} characters, an address up to {LINK_URL}."
    elif not is_linkable(url):
        wrong = f"“{url[:100]}” is no address that we link to. Write https://… or mailto:…"
    else:
        return {"title": title, "url": url}
    raise Invalid(errors={"home_links": [wrong]})


def is_linkable(url: str) -> bool:
    if not url.isprintable() or any(sign in url for sign in ' \\"<>'):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in DEFAULT_PORTS and bool(parts.hostname)


def normalized_origin(text: str) -> str:
    """An origin as browsers send it. Raises Invalid."""
    wrong = Invalid(errors={"allowed_origins": [BAD_ORIGIN.format(text[:100])]})
    try:
        parts = urlsplit(text.strip().lower().rstrip("/"))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise wrong from None
    is_bare = not (parts.path or parts.query or parts.fragment or parts.username)
    if parts.scheme not in DEFAULT_PORTS or not is_bare or not HOST.fullmatch(host):
        raise wrong
    host = f"[{host}]" if ":" in host else host
    is_default = port is None or port == DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"
