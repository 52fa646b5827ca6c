"""The rows of the record that can be edited in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from people.actions.editing import PREFIX
from people.attributes import in_text, type_of
from people.models import Attribute, Company, Contact, Identity

Choices = list[tuple[str, str]]
ADDRESSES = {Identity.Kind.EMAIL: "email", Identity.Kind.PHONE: "tel"}
LONG = 60
INPUTS = {
    Attribute.Type.TEXT: "text",
    Attribute.Type.NUMBER: "number",
    Attribute.Type.DATETIME: "datetime-local",
}
YES_OR_NO: Choices = [("true", "Yes"), ("false", "No")]


@dataclass(frozen=True)
class Field:
    """A row: `name` and `was` say to `edit_contact` or `edit_company` what it is, `value` is what
    the form begins with, `shown` what people read. `input` is the type of the form's control, or
    area or choice."""

    name: str
    label: str
    was: str
    value: str
    shown: str
    input: str = "text"
    choices: Choices | None = None
    identity: Identity | None = None
    can_edit: bool = True

    @property
    def key(self) -> str:
        """What tells the row apart in the page, also after its value has changed."""
        return f"{self.name} {self.was}" if self.identity else self.name


def contact_fields(contact: Contact, identities: Iterable[Identity]) -> list[Field]:
    """Name, addresses and company; a kind of address that is not known is an empty row."""
    company = contact.company
    name, id_ = (company.name, company.public_id) if company else ("", "")
    return [
        Field("name", "Name", contact.name, contact.name, contact.name),
        *address_fields(list(identities)),
        Field("company", "Company", id_, name, name, input="company"),
    ]


def company_fields(company: Company) -> list[Field]:
    """Plan and monthly spend; what is not known is an empty row."""
    spend = in_text(company.monthly_spend)
    return [
        Field("plan", "Plan", company.plan, company.plan, company.plan),
        Field("monthly_spend", "Monthly spend", spend, spend, spend, "number"),
    ]


def address_fields(identities: list[Identity]) -> Iterator[Field]:
    for kind, input_ in ADDRESSES.items():
        of_kind = [identity for identity in identities if identity.kind == kind]
        for each in of_kind:
            shown = each.value_raw or each.value
            label = str(Identity.Kind(kind).label)
            yield Field(kind, label, each.value, shown, shown, input_, identity=each)
        if not of_kind:
            yield Field(kind, str(Identity.Kind(kind).label), "", "", "", input_)
    for each in identities:
        if each.kind not in ADDRESSES:
            shown = each.value_raw or each.value
            label = each.get_kind_display()
            yield Field(each.kind, label, each.value, shown, shown, identity=each, can_edit=False)


def attribute_fields(
    values: Mapping[str, Any], definitions: Iterable[Attribute]
) -> tuple[list[Field], list[Field]]:
    """The attributes that are known, and those that have a definition and no value yet."""
    by_key = {each.key: each for each in definitions}
    known = [
        attribute_field(key, value, by_key.get(key))
        for key, value in values.items()
        if value not in (None, "")
    ]
    missing = [
        attribute_field(key, None, each)
        for key, each in by_key.items()
        if values.get(key) in (None, "")
    ]
    return known, missing


def attribute_field(key: str, value: Any, definition: Attribute | None) -> Field:
    type_ = definition.type if definition else type_of(value)
    was = in_text(value)
    value_, shown, choices, input_ = was, was, None, INPUTS.get(Attribute.Type(type_), "choice")
    if type_ == Attribute.Type.BOOLEAN:
        choices = YES_OR_NO
        shown = dict(YES_OR_NO).get(was, was)
    elif type_ == Attribute.Type.CHOICE and definition:
        choices = [(each, each) for each in definition.choices]
    elif type_ == Attribute.Type.DATETIME:
        value_ = was.removesuffix("Z")
        shown = was.replace("T", " ").removesuffix(":00Z").replace("Z", "")
        shown = f"{shown} UTC" if was else ""
    elif input_ == "text" and (len(was) > LONG or "\n" in was):
        input_ = "area"
    label = label_of(key, definition)
    return Field(f"{PREFIX}{key}", label, was, value_, shown, input_, choices)


def label_of(key: str, definition: Attribute | None) -> str:
    """The name that people gave an attribute, else its key made readable."""
    return definition.label if definition else key.replace("_", " ").capitalize()
