"""Companies, known by their id in the customer's own system."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, connection, transaction

from ground.journal import record
from ground.web.problems import Invalid
from people import kinds
from people.actions.fields import checked_fields, one_line
from people.attributes import changed, checked
from people.models import Attribute, Company
from people.models.teammate import Capability
from people.permissions import Actor, require

MOST_SPEND = Decimal(10) ** 10


def upsert_company(*, by: Actor, external_id: str, **fields: Any) -> Company:
    """The company with this id, made or brought up to date; what stays the same leaves no entry.

    Fields: name (the id when a new company has none), plan, monthly_spend, attributes (given keys
    are set, None removes one). Two calls at once make one company. Raises Invalid.
    """
    require(by, Capability.EDIT_CONTACTS)
    external_id = one_line(external_id, "external_id", max_length=200)
    if not external_id:
        raise Invalid(errors={"external_id": ["Give the company an id."]})
    given = checked_fields(fields, CHECKS)
    try:
        with transaction.atomic():
            return upsert(external_id, given, by)
    except IntegrityError:
        with transaction.atomic():
            return upsert(external_id, given, by)


def find_or_create_company(name: str, *, by: Actor) -> Company:
    """The company of that name, in whatever case (of several the one known longest), or a new one.
    Two calls at once make one. Raises Invalid."""
    require(by, Capability.EDIT_CONTACTS)
    name = one_line(name, "company", max_length=200)
    if not name:
        raise Invalid(errors={"company": ["Give the company a name."]})
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(lower(%s)))", [name])
        known = Company.objects.called(name).first()
        if known is not None:
            return known
        company = Company.objects.create(name=name)
        record(kinds.COMPANY_CREATED, by=by, subject=company, after={"name": name})
    return company


def update_company(company: Company, *, by: Actor, **fields: Any) -> Company:
    """Changes the named fields of a company, as `upsert_company` does. Raises Invalid."""
    require(by, Capability.EDIT_CONTACTS)
    given = checked_fields(fields, CHECKS)
    with transaction.atomic():
        held = Company.objects.select_for_update().get(pk=company.pk)
        update(held, given, by)
    return held


def upsert(external_id: str, given: Mapping[str, Any], by: Actor) -> Company:
    company = Company.objects.select_for_update().filter(external_id=external_id).first()
    if company is None:
        return create(external_id, given, by)
    update(company, given, by)
    return company


def create(external_id: str, given: Mapping[str, Any], by: Actor) -> Company:
    fields = {**given, "attributes": changed({}, given.get("attributes", {}))}
    fields["name"] = fields.get("name") or external_id
    company = Company.objects.create(external_id=external_id, **fields)
    record(
        kinds.COMPANY_CREATED,
        by=by,
        subject=company,
        after={"external_id": external_id, **written(fields)},
    )
    return company


def update(company: Company, given: Mapping[str, Any], by: Actor) -> None:
    fields = {name: value for name, value in given.items() if name != "name" or value}
    if "attributes" in fields:
        fields["attributes"] = changed(company.attributes, fields["attributes"])
    before = {name: getattr(company, name) for name in fields}
    differing = {name: value for name, value in fields.items() if value != before[name]}
    if not differing:
        return
    for name, value in differing.items():
        setattr(company, name, value)
    company.save(update_fields=[*differing, "updated_at"])
    record(
        kinds.COMPANY_UPDATED,
        by=by,
        subject=company,
        before=written({name: before[name] for name in differing}),
        after=written(differing),
    )


def checked_spend(value: object) -> Decimal | None:
    if value is None:
        return None
    wrong = Invalid(errors={"monthly_spend": ["This must be an amount of money."]})
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise wrong
    try:
        # Rounded before it is measured: cents can be what makes it too much.
        amount = Decimal(str(value)).quantize(Decimal("0.01"))
        if not (amount.is_finite() and abs(amount) < MOST_SPEND):
            raise wrong
        return amount
    except InvalidOperation:
        raise wrong from None


def checked_attributes(value: object) -> dict[str, Any]:
    return checked(value, Attribute.objects.filter(subject=Attribute.Subject.COMPANY))


CHECKS = {
    "name": lambda value: one_line(value, "name", max_length=200),
    "plan": lambda value: one_line(value, "plan", max_length=60),
    "monthly_spend": checked_spend,
    "attributes": checked_attributes,
}


def written(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in fields.items()
    }
