"""Changing contacts and companies: checked as a whole, journaled, and only what differs."""

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed
from people.actions import (
    create_contact,
    create_token,
    merge_contacts,
    note_seen,
    track,
    update_contact,
    upsert_company,
)
from people.models import Attribute, Company, Contact, Event


def test_a_change_says_before_and_after(ben, otto):
    update_contact(otto, by=ben, name="Otto Brandt", locale="de")
    entry = Entry.objects.get(kind="contact.updated")
    assert entry.before == {"name": "Otto", "locale": ""}
    assert entry.after == {"name": "Otto Brandt", "locale": "de"}
    assert (entry.actor_id, entry.topics) == (ben.public_id, [f"contact.{otto.public_id}"])


def test_no_change_leaves_no_entry(ben, otto):
    update_contact(otto, by=ben, name="Otto", attributes={})
    assert not Entry.objects.filter(kind="contact.updated").exists()


def test_attributes_are_set_and_taken_away_one_by_one(otto):
    update_contact(otto, by=None, attributes={"size": "L", "seats": 3})
    update_contact(otto, by=None, attributes={"size": None, "vip": True})
    otto.refresh_from_db()
    assert otto.attributes == {"seats": 3, "vip": True}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("number", "7"),
        ("number", True),
        ("number", float("nan")),
        ("number", 1e400),
        ("boolean", "yes"),
        ("boolean", 1),
        ("choice", "XXL"),
        ("datetime", "tomorrow"),
        ("datetime", "2026-13-01T00:00:00Z"),
        ("datetime", "2026-05-01T10:00:00"),
        ("datetime", "0001-01-01T00:00:00+14:00"),
        ("datetime", 5),
        ("text", 5),
        ("text", "x" * 1025),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("text", ["a"]),
        ("text", {"a": 1}),
    ],
)
def test_an_ill_typed_attribute_is_refused_by_name(otto, type_, value):
    Attribute.objects.create(
        subject="contact", key="field", label="Field", type=type_, choices=["M", "L"]
    )
    with pytest.raises(Invalid) as caught:
        update_contact(otto, by=None, name="New", attributes={"field": value, "fine": 1})
    assert list(caught.value.errors) == ["attributes.field"]
    otto.refresh_from_db()
    assert (otto.name, otto.attributes) == ("Otto", {})


def test_a_moment_is_stored_in_one_spelling(otto):
    Attribute.objects.create(subject="contact", key="at", label="At", type="datetime")
    update_contact(otto, by=None, attributes={"at": "2026-05-01T10:00:00+02:00"})
    otto.refresh_from_db()
    assert otto.attributes == {"at": "2026-05-01T08:00:00Z"}


@pytest.mark.parametrize("attributes", [{"": 1}, {"a\nb": 1}, {"x" * 61: 1}, {5: 1}, [1], "a"])
def test_odd_keys_are_refused(otto, attributes):
    with pytest.raises(Invalid):
        update_contact(otto, by=None, attributes=attributes)


def test_there_are_at_most_a_hundred_attributes(otto):
    update_contact(otto, by=None, attributes={f"a{n}": n for n in range(100)})
    with pytest.raises(Invalid):
        update_contact(otto, by=None, attributes={"one more": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 201},
        {"name": 5},
        {"role": "admin"},
        {"company": "acme"},
        {"timezone": "Mars/Olympus"},
        {"is_blocked": "no"},
        {"merged_into": None},
        {"public_id": "ct_other"},
        {"created_at": "2020-01-01"},
        {"email": "no address"},
    ],
    ids=str,
)
def test_what_is_no_value_or_no_field_is_refused(otto, changes):
    with pytest.raises(Invalid) as caught:
        update_contact(otto, by=None, locale="fr", **changes)
    assert list(caught.value.errors) == list(changes)
    otto.refresh_from_db()
    assert otto.locale == ""


def test_a_change_of_a_merged_contact_reaches_the_one_it_is_part_of(dora, otto):
    merge_contacts(dora, otto, by=None)
    assert update_contact(otto, by=None, locale="sv") == dora


def test_rights_are_asked(ben, dora, agent_role):
    agent_role.capabilities = ["conversations.reply"]
    agent_role.save()
    ben.role.refresh_from_db()
    reader, _ = create_token(teammate=None, name="Reader", scopes=["contacts:read"])
    writer, _ = create_token(teammate=None, name="Writer", scopes=["contacts:write"])
    bens, _ = create_token(teammate=ben, name="Ben's", scopes=["contacts:write"])
    for nobody in (ben, reader, bens, dora):
        with pytest.raises(NotAllowed):
            update_contact(dora, by=nobody, name="Changed")
        with pytest.raises(NotAllowed):
            create_contact(by=nobody, name="New")
        with pytest.raises(NotAllowed):
            upsert_company(by=nobody, external_id="new")
    assert update_contact(dora, by=writer, name="Changed").name == "Changed"


def test_a_company_is_made_once_and_kept_up_to_date(db):
    first = upsert_company(by=None, external_id="acme", name="Acme", plan="pro")
    again = upsert_company(by=None, external_id="acme", plan="gold", attributes={"seats": 3})
    assert again == first
    assert (again.name, again.plan, again.attributes) == ("Acme", "gold", {"seats": 3})
    upsert_company(by=None, external_id="acme", plan="gold")
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["company.created", "company.updated"]
    assert Company.objects.count() == 1


@pytest.mark.parametrize("spend", ["much", float("inf"), "1e30", True, [1]])
def test_an_amount_that_is_none_is_refused(db, spend):
    with pytest.raises(Invalid):
        upsert_company(by=None, external_id="acme", monthly_spend=spend)
    assert not Company.objects.exists()


def test_events_are_bounded(otto):
    event = track(otto, "order.placed", {"total": 12.5, "gift": True, "note": "x" * 3000})
    assert event.created_at
    assert Entry.objects.get(kind="contact.did").after["event"] == "order.placed"
    for name, metadata in (
        ("", {}),
        ("x" * 101, {}),
        (5, {}),
        ("fine", {"deep": {"a": 1}}),
        ("fine", {"long": "x" * 4097}),
        ("fine", {f"k{n}": "x" * 100 for n in range(60)}),
        ("fine", {"nul": "\x00"}),
    ):
        with pytest.raises(Invalid):
            track(otto, name, metadata)
    assert Event.objects.count() == 1


def test_being_seen_is_written_once_a_minute(otto, django_assert_num_queries):
    with django_assert_num_queries(1):
        note_seen(otto)
    seen = Contact.objects.get(pk=otto.pk).last_seen_at
    assert seen
    note_seen(otto)
    assert Contact.objects.get(pk=otto.pk).last_seen_at == seen
