"""The one spelling of an address, so that the same address is never two identities."""

import re

from ground.web.problems import Invalid
from ground.web.text import clean, is_blank
from people.models import Identity

EMAIL_LENGTH = 254
VALUE_LENGTH = 255
LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}", re.ASCII)
DOMAIN_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PHONE_DECORATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
PHONE = re.compile(r"\+[1-9][0-9]{5,14}")

BAD_EMAIL = "This is not an e-mail address."
BAD_PHONE = "Write the number with its country, for example +49 30 1234567."


def normalized(kind: str, value: object) -> str:
    """The spelling under which an address of this kind is stored. Raises Invalid under its kind."""
    text = clean(value, kind, max_bytes=4 * VALUE_LENGTH).strip()
    if kind == Identity.Kind.EMAIL:
        return email(text)
    if kind == Identity.Kind.PHONE:
        return phone(text)
    if "\n" in text or "\t" in text or is_blank(text) or len(text) > VALUE_LENGTH:
        raise Invalid(errors={kind: [f"Write one line of at most {VALUE_LENGTH} characters."]})
    return text


def email(text: str) -> str:
    """In lower case, the domain in its ASCII form. Raises Invalid."""
    local, at, domain = text.rpartition("@")
    host = ascii_domain(domain.lower())
    # Lower-casing the Kelvin sign gives a plain k: two mailboxes would become one.
    address = f"{local.lower() if local.isascii() else local}@{host}"
    if not at or host is None or not is_local_part(local) or len(address) > EMAIL_LENGTH:
        raise Invalid(errors={"email": [BAD_EMAIL]})
    return address


def is_local_part(local: str) -> bool:
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return not dots and local.isprintable() and bool(LOCAL_PART.fullmatch(local))


def ascii_domain(domain: str) -> str | None:
    """The domain as DNS writes it; None when it is no domain of at least two labels."""
    try:
        host = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        return None
    labels = host.split(".")
    is_sound = all(DOMAIN_LABEL.fullmatch(label) for label in labels)
    return host if is_sound and len(labels) >= 2 and not labels[-1].isdigit() else None


def phone(text: str) -> str:
    """E.164: a plus, the country, the number. Raises Invalid."""
    digits = PHONE_DECORATION.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not PHONE.fullmatch(digits):
        raise Invalid(errors={"phone": [BAD_PHONE]})
    return digits
