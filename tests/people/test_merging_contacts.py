"""Two contacts become one, and can become two again."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import models, transaction

from ground.journal.models import Entry
from ground.web.problems import NotAllowed, StateConflict
from people.actions import (
    claim_identity,
    create_contact,
    current,
    merge_contacts,
    track,
    unmerge,
    update_contact,
)
from people.actions.merge import BOOKKEEPING, name_of, references
from people.models import Contact, ContactMerge, Event, Identity
from tests.races import at_once

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def every_key_to_contact():
    """All foreign keys to Contact, found the slow way: model by model, field by field."""
    return {
        name_of(field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey) and field.related_model is Contact
    }


def test_no_foreign_key_to_contact_is_forgotten():
    assert {name_of(field) for field in references()} | BOOKKEEPING == every_key_to_contact()
    assert "inbox.conversation.contact" in every_key_to_contact()


def value_for(field, number):
    """Something that fits a column which has no default."""
    if isinstance(field, models.DateTimeField):
        return LATE
    if isinstance(field, models.IntegerField):
        return number
    if isinstance(field, models.CharField | models.TextField):
        return f"{number}"
    return None


def row_of(model, contact, key, number):
    """A row of any model that points at a contact; what else it needs is made along with it."""
    fields = {key: contact}
    for field in model._meta.concrete_fields:
        needs = not (field.null or field.has_default() or field.has_db_default())
        if field.name == key or field.primary_key or not needs:
            continue
        if isinstance(field, models.ForeignKey):
            if field.related_model is Contact:
                fields[field.name] = contact
            else:
                first_key = next(iter(keys_of(field.related_model)), None)
                fields[field.name] = row_of(field.related_model, contact, first_key, number)
        elif field.choices:
            fields[field.name] = field.choices[0][0]
        else:
            fields[field.name] = value_for(field, number)
    if "public_seq" in {field.name for field in model._meta.concrete_fields}:
        fields["public_seq"] = number
    fields.pop(None, None)
    return model._base_manager.create(**fields)


def keys_of(model):
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Contact
    ]


def test_every_kind_of_row_moves_and_returns(dora, otto):
    rows = [
        (field, row_of(field.model, otto, field.name, number))
        for number, field in enumerate(references(), start=1)
    ]
    assert len(rows) >= 5
    merge = merge_contacts(dora, otto, by=None)
    for field, row in rows:
        row.refresh_from_db()
        assert getattr(row, field.name) == dora, name_of(field)
    unmerge(merge, by=None)
    for field, row in rows:
        row.refresh_from_db()
        assert getattr(row, field.name) == otto, name_of(field)


def test_the_kept_one_is_filled_only_where_it_is_empty(dora, otto):
    otto.locale, otto.last_seen_at = "de", LATE
    otto.attributes = {"size": "M", "vip": True}
    otto.save()
    dora.last_seen_at, dora.attributes = EARLY, {"size": "L"}
    dora.save()
    merge_contacts(dora, otto, by=None)
    dora.refresh_from_db()
    assert dora.name == "Dora Lindqvist"
    assert dora.locale == "de"
    assert dora.last_seen_at == LATE
    assert dora.attributes == {"size": "L", "vip": True}


def test_an_undo_restores_exactly_what_moved(dora, otto):
    old_event = track(otto, "otto's")
    otto.attributes = {"size": "M", "vip": True}
    otto.save()
    merge = merge_contacts(dora, otto, by=None)
    new_event = track(otto, "since then")
    update_contact(dora, by=None, attributes={"size": "XL"}, name="Dora L.")
    again = unmerge(merge, by=None)
    assert again == otto
    assert not again.is_merged
    assert Event.objects.get(pk=old_event.pk).contact == otto
    assert Event.objects.get(pk=new_event.pk).contact == dora
    dora.refresh_from_db()
    assert dora.attributes == {"size": "XL"}
    assert dora.name == "Dora L."
    assert dora.role == Contact.Role.USER


def test_identities_move_and_return(dora):
    twin = create_contact(by=None, email="dora.private@mail.test")
    merge = merge_contacts(dora, twin, by=None)
    assert set(dora.identities.values_list("contact", flat=True)) == {dora.pk}
    assert dora.identities.filter(value="dora.private@mail.test").exists()
    unmerge(merge, by=None)
    assert twin.identities.get().value == "dora.private@mail.test"


def test_where_only_one_row_may_be_each_keeps_its_own(dora, otto):
    """Two conversations with the same client id cannot both be Dora's."""
    client_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    Conversation = apps.get_model("inbox.Conversation")
    kept_row = Conversation.objects.create(contact=dora, client_id=client_id)
    stays = Conversation.objects.create(contact=otto, client_id=client_id)
    moves = Conversation.objects.create(contact=otto)
    merge = merge_contacts(dora, otto, by=None)
    for row in (kept_row, stays, moves):
        row.refresh_from_db()
    assert (kept_row.contact, stays.contact, moves.contact) == (dora, otto, dora)
    unmerge(merge, by=None)
    moves.refresh_from_db()
    assert moves.contact == otto


def test_both_histories_tell_of_the_merge(ada, dora, otto):
    merge = merge_contacts(dora, otto, by=ada, reason="The same person.")
    entry = Entry.objects.get(kind="contact.merged")
    assert entry.topics == [f"contact.{dora.public_id}", f"contact.{otto.public_id}"]
    assert entry.actor_id == ada.public_id
    assert entry.after["merged"] == otto.public_id
    unmerge(merge, by=ada)
    entry = Entry.objects.get(kind="contact.unmerged")
    assert entry.topics == [f"contact.{dora.public_id}", f"contact.{otto.public_id}"]


def test_a_chain_of_merges_leads_to_the_last(dora, emil, otto):
    first = merge_contacts(emil, otto, by=None)
    second = merge_contacts(dora, emil, by=None)
    otto.refresh_from_db()
    assert otto.resolve() == dora
    with pytest.raises(StateConflict):
        unmerge(first, by=None)
    unmerge(second, by=None)
    unmerge(first, by=None)
    otto.refresh_from_db()
    assert otto.resolve() == otto


def test_what_is_merged_cannot_be_merged_again(dora, emil, otto):
    merge = merge_contacts(dora, otto, by=None)
    for kept, merged in ((emil, otto), (otto, emil), (dora, dora)):
        with pytest.raises(StateConflict):
            merge_contacts(kept, merged, by=None)
    unmerge(merge, by=None)
    with pytest.raises(StateConflict):
        unmerge(merge, by=None)


def test_a_role_without_the_right_merges_nothing(ben, agent_role, dora, otto):
    agent_role.capabilities = ["conversations.reply"]
    agent_role.save()
    ben.refresh_from_db()
    with pytest.raises(NotAllowed):
        merge_contacts(dora, otto, by=ben)
    otto.refresh_from_db()
    assert not otto.is_merged


def test_a_block_is_not_shed_by_a_merge(dora, otto):
    otto.is_blocked = True
    otto.save()
    merge = merge_contacts(dora, otto, by=None)
    dora.refresh_from_db()
    assert dora.is_blocked
    unmerge(merge, by=None)
    dora.refresh_from_db()
    assert not dora.is_blocked


# ---- races, with real commits --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_merging_both_ways_at_once_has_one_winner():
    for number in range(8):
        one = create_contact(by=None, name=f"One {number}", email=f"one{number}@mail.test")
        two = create_contact(by=None, name=f"Two {number}", email=f"two{number}@mail.test")
        track(one, "first")
        track(two, "second")
        errors = at_once(
            lambda one=one, two=two: merge_contacts(one, two, by=None),
            lambda one=one, two=two: merge_contacts(two, one, by=None),
        )
        assert [type(error) for error in errors] == [StateConflict]
        merge = ContactMerge.objects.get(kept__in=[one, two])
        assert set(Event.objects.filter(contact=merge.kept).values_list("name", flat=True)) == {
            "first",
            "second",
        }
        assert merge.kept.identities.count() == 2
        assert merge.kept.resolve() == merge.merged.resolve() == merge.kept


@pytest.mark.django_db(transaction=True)
def test_what_is_added_during_a_merge_is_not_left_behind():
    for number in range(8):
        kept = create_contact(by=None, name="Kept")
        merged = create_contact(by=None, name="Merged")
        errors = at_once(
            lambda kept=kept, merged=merged: merge_contacts(kept, merged, by=None),
            lambda merged=merged: track(merged, "just now"),
            lambda merged=merged, number=number: claim_identity(
                merged,
                Identity.Kind.EMAIL,
                f"late{number}@mail.test",
                trust=Identity.Trust.PROVED,
                source="test",
                by=None,
            ),
        )
        assert errors == []
        assert Event.objects.get(name="just now", contact__in=[kept, merged]).contact == kept
        assert kept.identities.count() == 1
        assert not merged.identities.exists()


@pytest.mark.django_db(transaction=True)
def test_undoing_twice_at_once_happens_once():
    kept, merged = create_contact(by=None, name="Kept"), create_contact(by=None, name="Merged")
    merge = merge_contacts(kept, merged, by=None)
    errors = at_once(lambda: unmerge(merge, by=None), lambda: unmerge(merge, by=None))
    assert [type(error) for error in errors] == [StateConflict]
    with transaction.atomic():
        assert current(merged) == merged
