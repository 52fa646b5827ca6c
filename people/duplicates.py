"""Who may be the same person: what a teammate is shown before they merge two contacts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from people.models import Contact, Distinction, Identity

LOOKED_AT = 10
DIFFERENCES_SHOWN = 12
VALUE_LENGTH = 80
SHARED = {Identity.Kind.EMAIL: "e-mail", Identity.Kind.PHONE: "phone"}


@dataclass(frozen=True)
class Twin:
    """Somebody who may be the same: why (`reasons`), which of the two would stay (`kept`), which
    would become part of it, and why they cannot be merged ("" when they can)."""

    reasons: list[str]
    kept: Contact
    merged: Contact
    obstacle: str

    @property
    def pair(self) -> list[Contact]:
        return [self.kept, self.merged]

    @property
    def name(self) -> str:
        return self.kept.name or self.merged.name or self.kept.display_name

    @property
    def has_block(self) -> bool:
        """Whether a block of one of them would be that of both."""
        return self.kept.is_blocked != self.merged.is_blocked


def twins_of(contact: Contact, identities: Iterable[Identity], *, most: int) -> list[Twin]:
    """Contacts with an address of this one, or that claim one, or of the same name and company.

    Those of whom somebody has said that they are not the same are left out. Four queries at most,
    one when there is nobody.
    """
    found = sources(contact, addresses_of(contact, identities))
    if not found:
        return []
    first, *others = found
    ids = sorted(first.union(*others) if others else first)
    if not ids:
        return []
    rows = Contact.objects.filter(pk__in=[contact.pk, *ids])
    people = {each.pk: each for each in rows.select_related("company").with_identities()}
    here = people.pop(contact.pk)
    apart = told_apart(here, ids)
    twins = [people[pk] for pk in ids if pk in people]
    same = [each for each in twins if apart.get(each.pk) != known_as(here, each)]
    return [twin(here, each) for each in same[:most]]


def told_apart(contact: Contact, ids: Iterable[int]) -> dict[int, str]:
    """Those of `ids` of whom it was said that they are somebody else, and `known_as` then."""
    pairs = Distinction.objects.filter(
        Q(one=contact, other__in=ids) | Q(other=contact, one__in=ids)
    ).values_list("one_id", "other_id", "known_as")
    return {other if one == contact.pk else one: then for one, other, then in pairs}


def known_as(one: Contact, other: Contact) -> str:
    """A digest of what two contacts are known by and have in common, whichever comes first."""
    pair = sorted((one, other), key=lambda each: each.pk)
    addresses = [sorted(addresses_of(each, each.identities.all())) for each in pair]
    return sha256(json.dumps([addresses, reasons(*pair)]).encode()).hexdigest()


def addresses_of(contact: Contact, identities: Iterable[Identity]) -> set[tuple[str, str]]:
    """The kinds and values by which a contact is known or says that they are."""
    known = {(each.kind, each.value) for each in identities if each.kind in SHARED}
    said = {(kind, contact.claims.get(kind)) for kind in SHARED}
    return known | {(str(kind), value) for kind, value in said if isinstance(value, str) and value}


def sources(contact: Contact, addresses: set[tuple[str, str]]) -> list[QuerySet]:
    """The ids of others, one queryset for each thing that they may share."""
    others = Contact.objects.current().exclude(pk=contact.pk)
    found = []
    for kind, value in sorted(addresses):
        known = Identity.objects.address(kind, value).values("contact_id")
        found.append(others.filter(pk__in=known))
        found.append(others.filter(claims__contains={kind: value}))
    if contact.name and contact.company_id:
        same = others.filter(company=contact.company_id).alias(folded=Lower("name"))
        found.append(same.filter(folded=contact.name.lower()))
    return [each.order_by("pk").values_list("pk", flat=True)[:LOOKED_AT] for each in found]


def twin(contact: Contact, other: Contact) -> Twin:
    kept, merged = sorted((contact, other), key=weight)
    return Twin(reasons(contact, other), kept, merged, obstacle(kept, merged))


def weight(contact: Contact) -> tuple[bool, bool, int]:
    """Who is surely somebody stays, then who is known longer."""
    return not user_id(contact), not contact.is_verified, contact.pk


def reasons(one: Contact, other: Contact) -> list[str]:
    mine = addresses_of(one, one.identities.all())
    shared = mine & addresses_of(other, other.identities.all())
    found = [f"same {SHARED[Identity.Kind(kind)]}" for kind in sorted({kind for kind, _ in shared})]
    is_namesake = one.name and one.name.lower() == other.name.lower()
    if is_namesake and one.company_id and one.company_id == other.company_id:
        found.append("same name and company")
    return found


@dataclass(frozen=True)
class Difference:
    """Something that both have otherwise: the one's stays, the other's is put aside."""

    label: str
    kept: str
    merged: str


def differences(kept: Contact, merged: Contact) -> list[Difference]:
    """What a merge of these two would have to choose of: the first few of it."""
    pairs = [("Name", kept.name, merged.name), ("Company", kept.company, merged.company)]
    pairs += [
        (key.replace("_", " ").capitalize(), kept.attributes[key], merged.attributes[key])
        for key in sorted(kept.attributes.keys() & merged.attributes.keys())
    ]
    return [
        Difference(label, str(one)[:VALUE_LENGTH], str(other)[:VALUE_LENGTH])
        for label, one, other in pairs
        if one and other and one != other
    ][:DIFFERENCES_SHOWN]


def user_id(contact: Contact) -> str:
    """The proved id in the company's own system, "" for none."""
    known = contact.identities.all()
    proved = [each for each in known if each.kind == Identity.Kind.EXTERNAL and each.is_verified]
    return proved[0].value if proved else ""


def obstacle(one: Contact, other: Contact) -> str:
    """Why two contacts must not be merged by hand, as a sentence; "" when they may."""
    ids = [user_id(one), user_id(other)]
    if all(ids):
        return (
            f"Both have a proved user id ({ids[0]} and {ids[1]}): "
            "these are two accounts, and neither may read what is the other's."
        )
    return ""
