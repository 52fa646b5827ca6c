"""The same person twice: suggested in the record, merged by a click, and two again by another."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from ground.web.problems import NotAllowed, StateConflict
from inbox.actions import assign
from inbox.models import Conversation
from people.actions import (
    claim_identity,
    confuse,
    create_contact,
    merge_contacts,
    note_claims,
    tell_apart,
    update_contact,
)
from people.duplicates import twins_of
from people.models import Contact, ContactMerge, Distinction, Identity, Role

pytestmark = pytest.mark.django_db


def found(contact):
    contact = Contact.objects.get(pk=contact.pk)
    return {
        (twin.kept if twin.merged == contact else twin.merged): twin
        for twin in twins_of(contact, contact.identities.all(), most=5)
    }


def send(browser, conversation, **values):
    return browser.post(
        f"/inbox/all/{conversation.public_id}/merges/",
        values,
        headers={"hx-request": "true", "hx-target": "about"},
    )


def record_page(browser, conversation):
    headers = {"hx-request": "true", "hx-target": "record"}
    return browser.get(f"/inbox/all/{conversation.public_id}/", headers=headers).content.decode()


def pair(kept, merged):
    return {"kept": kept.public_id, "merged": merged.public_id}


@pytest.fixture
def claimant(otto):
    """Otto, who says that he has dora's address."""
    return note_claims(otto, {"email": "dora@acme.test"})


def test_who_claims_an_address_and_who_has_it_are_suggested_to_each_other(dora, emil, claimant):
    assert found(dora)[claimant].reasons == ["same e-mail"]
    there = found(claimant)[dora]
    assert (there.kept, there.merged, there.obstacle) == (dora, claimant, "")
    assert found(emil) == {}


def test_a_phone_counts_like_an_address(dora, otto):
    update_contact(dora, by=None, phone="+49301234567")
    claim_identity(otto, Identity.Kind.PHONE, "+49 30 1234567", trust=0, source="mail", by=None)
    assert found(otto)[dora].reasons == ["same phone"]


def test_namesakes_are_suggested_within_one_company_only(dora, acme, globex):
    twin = create_contact(by=None, name="dora lindqvist", company=acme)
    create_contact(by=None, name="Dora Lindqvist", company=globex)
    create_contact(by=None, name="Dora Lindqvist")
    assert list(found(dora)) == [twin]
    assert found(dora)[twin].reasons == ["same name and company"]


def test_nobody_is_suggested_who_was_merged_already(dora, claimant):
    merge_contacts(dora, claimant, by=None)
    assert found(dora) == {}


def test_one_click_merges_and_another_takes_it_back(begin, dora, claimant, ben, browser_of):
    conversation = begin(claimant)
    browser = browser_of(ben)
    page = record_page(browser, conversation)
    assert "Maybe the same person" in page and "Same e-mail" in page
    assert "Dora Lindqvist" in page and "Stays" in page
    answer = send(browser, conversation, **pair(dora, claimant))
    assert answer.status_code == 200 and "Maybe the same" not in answer.content.decode()
    assert Conversation.objects.get(pk=conversation.pk).contact == dora
    merge = ContactMerge.objects.get(kept=dora, merged=claimant, by=ben)
    entry = Entry.objects.get(kind="contact.merged")
    assert (entry.actor_id, entry.subject_id) == (ben.public_id, dora.public_id)
    done = json.loads(answer["HX-Trigger"])["inbox:done"]
    assert done["words"] == "Otto is part of Dora Lindqvist now."
    assert done["undo"]["values"] == {"undone": str(merge.pk)}
    assert "Unmerge" in record_page(browser, conversation)
    assert send(browser, conversation, undone=merge.pk).status_code == 200
    assert Conversation.objects.get(pk=conversation.pk).contact == claimant
    assert Entry.objects.filter(kind="contact.unmerged", actor_id=ben.public_id).exists()
    assert send(browser, conversation, undone=merge.pk).status_code in {404, 409}


def test_two_proved_users_are_never_merged_by_hand_and_the_record_says_why(
    begin, dora, emil, acme, ada, browser_of
):
    update_contact(emil, by=None, name="Dora Lindqvist", company=acme)
    conversation = begin(dora)
    page = record_page(browser_of(ada), conversation)
    assert "Both have a proved user id (dora-1 and emil-1)" in page
    assert "Merge into one" not in page
    answer = send(browser_of(ada), conversation, **pair(dora, emil))
    assert answer.status_code == 409 and "two accounts" in answer.json()["detail"]
    with pytest.raises(StateConflict):
        merge_contacts(emil, dora, by=ada)
    assert not ContactMerge.objects.exists()


def test_who_may_not_merge_is_shown_no_suggestion(begin, dora, claimant, ben, browser_of):
    ben.role = Role.objects.create(name="Editor", capabilities=["contacts.edit"])
    ben.save()
    conversation = begin(dora)
    assert "Maybe the same" not in record_page(browser_of(ben), conversation)
    assert send(browser_of(ben), conversation, **pair(dora, claimant)).status_code == 403
    assert not ContactMerge.objects.exists()


def test_what_names_no_pair_of_this_conversation_is_refused(
    conversation, dora, emil, otto, claimant, ben, browser_of
):
    browser = browser_of(ben)
    elsewhere = merge_contacts(emil, create_contact(by=None, name="Em"), by=None)
    for values, status in [
        ({}, 400),
        ({"kept": dora.public_id}, 400),
        ({"undone": "0"}, 400),
        ({"undone": str(2**63)}, 400),
        ({"undone": "x"}, 400),
        ({"undone": elsewhere.pk}, 404),
        ({"kept": dora.public_id, "merged": "ct_nobody"}, 404),
        ({"kept": dora.public_id, "merged": "\x00"}, 400),
        ({"kept": dora.public_id, "merged": emil.public_id, "apart": "perhaps"}, 400),
        ({"kept": dora.public_id, "apart": "true"}, 400),
        (pair(dora, dora) | {"apart": "true"}, 409),
        (pair(dora, dora), 409),
        (pair(emil, otto), 409),
    ]:
        assert send(browser, conversation, **values).status_code == status, values
    assert not ContactMerge.objects.filter(by=ben).exists()


def test_looking_for_twins_asks_four_times_at_most(dora, acme, django_assert_max_num_queries):
    for _ in range(30):
        create_contact(by=None, name="Dora Lindqvist", company=acme)
    here = Contact.objects.get(pk=dora.pk)
    known = list(here.identities.all())
    with django_assert_max_num_queries(4):
        twins = twins_of(here, known, most=2)
        assert [twin.reasons for twin in twins] == [["same name and company"]] * 2


# ---- not the same --------------------------------------------------------------------------------


def test_two_who_are_not_the_same_are_suggested_to_nobody_any_more(
    conversation, begin, dora, claimant, ada, ben, browser_of
):
    page = browser_of(ben)
    assert "Not the same" in record_page(page, conversation)
    said = send(page, conversation, **pair(dora, claimant), apart="true")
    assert said.status_code == 200 and "Maybe the same person" not in said.content.decode()
    assert found(dora) == {} and found(claimant) == {}
    others = record_page(browser_of(ada), begin(claimant))
    assert "Maybe the same person" not in others
    entry = Entry.objects.get(kind="contact.told_apart")
    assert entry.actor_id == ben.public_id
    assert {entry.subject_id, entry.after["other"]} == {dora.public_id, claimant.public_id}
    done = json.loads(said.headers["HX-Trigger"])["inbox:done"]
    send(page, conversation, **done["undo"]["values"])
    assert claimant in found(dora) and dora in found(claimant)
    assert Entry.objects.filter(kind="contact.may_be_same").count() == 1
    send(page, conversation, **done["undo"]["values"])
    assert Entry.objects.filter(kind="contact.may_be_same").count() == 1


def test_they_are_suggested_again_once_an_address_changes(dora, emil, claimant, ben):
    tell_apart(claimant, dora, by=ben)
    assert found(dora) == {}
    phone = "+49 30 1234567"
    claim_identity(claimant, Identity.Kind.PHONE, phone, trust=0, source="mail", by=None)
    assert claimant in found(dora)
    tell_apart(dora, claimant, by=ben)
    assert found(dora) == {}, "it can be said anew"
    assert Distinction.objects.count() == 1


def test_who_may_not_merge_may_not_tell_apart(conversation, dora, claimant, agent_role, ben):
    agent_role.capabilities = []
    agent_role.save()
    ben.refresh_from_db()
    for act in (tell_apart, confuse):
        with pytest.raises(NotAllowed):
            act(dora, claimant, by=ben)
    assert not Distinction.objects.exists()


def test_nobody_is_told_apart_from_themselves_or_from_who_is_gone(dora, emil, claimant, ada):
    with pytest.raises(StateConflict):
        tell_apart(dora, dora, by=ada)
    tell_apart(dora, claimant, by=ada)
    merge_contacts(dora, claimant, by=ada)
    with pytest.raises(StateConflict):
        tell_apart(dora, claimant, by=ada)
    assert found(dora) == {}


# ---- with anybody --------------------------------------------------------------------------------


@pytest.fixture
def emma(ben):
    return create_contact(by=ben, name="Emma Berg")


def dialog(browser, conversation, part="merge", **query):
    headers = {"hx-request": "true", "hx-target": part} if part else {}
    return browser.get(f"/inbox/all/{conversation.public_id}/merges/", query, headers=headers)


def test_a_customer_is_merged_with_anybody_who_is_found_by_name(
    conversation, dora, emma, ben, browser_of
):
    browser = browser_of(ben)
    assert 'data-merge="merges/"' in record_page(browser, conversation)
    offers = dialog(browser, conversation, "merge-offers", q="emma").content.decode()
    assert f"?with={emma.public_id}" in offers
    both = dialog(browser, conversation, **{"with": emma.public_id}).content.decode()
    assert "Merge these two?" in both
    assert f'name="kept" value="{dora.public_id}"' in both
    assert f'name="merged" value="{emma.public_id}"' in both
    assert send(browser, conversation, **pair(dora, emma)).status_code == 200
    emma.refresh_from_db()
    assert emma.merged_into == dora
    assert Entry.objects.get(kind="contact.merged").subject_id == dora.public_id


def test_what_both_have_otherwise_is_said_before(conversation, dora, emma, ben, browser_of):
    update_contact(dora, by=ben, attributes={"plan": "pro"})
    update_contact(emma, by=ben, attributes={"plan": "<b>free</b>"})
    both = dialog(browser_of(ben), conversation, **{"with": emma.public_id}).content.decode()
    assert f"Name: <b>{dora.name}</b> stays, {emma.name} is put aside." in both
    assert "Plan: <b>pro</b> stays, &lt;b&gt;free&lt;/b&gt; is put aside." in both


def test_the_customer_is_not_offered_to_themselves_nor_who_was_merged(
    conversation, dora, emma, otto, ben, browser_of
):
    merge_contacts(otto, emma, by=ben)
    browser = browser_of(ben)
    offers = dialog(browser, conversation, "merge-offers", q="dora").content.decode()
    assert dora.public_id not in offers
    assert emma.public_id not in dialog(browser, conversation, q="emma").content.decode()
    # An address from before leads to whom they are a part of now.
    both = dialog(browser, conversation, **{"with": emma.public_id}).content.decode()
    assert otto.public_id in both


def test_without_scripts_it_is_a_page(conversation, emma, ben, browser_of):
    browser = browser_of(ben)
    page = dialog(browser, conversation, "", q="emma").content.decode()
    assert "<html" in page
    assert f"?with={emma.public_id}" in page
    page = dialog(browser, conversation, "", **{"with": emma.public_id}).content.decode()
    assert "<html" in page
    assert "Merge into one" in page


def test_only_who_may_merge_contacts_is_asked_with_whom(
    conversation, emma, cleo, billing, ada, ben, browser_of
):
    role = Role.objects.create(name="Reader", capabilities=["reply", "note"])
    ben.role = role
    ben.save()
    browser = browser_of(ben)
    assert dialog(browser, conversation, q="emma").status_code == 403
    assert "merges/" not in record_page(browser, conversation)
    assign(conversation, by=ada, team=billing)
    browser = browser_of(ben)
    assert dialog(browser, conversation).status_code in (403, 404)


@pytest.mark.parametrize("name", ["ct_never", "x" * 200, "' OR 1=1"])
def test_a_hostile_other_is_not_found(name, conversation, ben, browser_of):
    assert dialog(browser_of(ben), conversation, **{"with": name}).status_code == 404


def test_the_dialog_costs_as_much_with_many_as_with_one(conversation, ben, browser_of):
    browser = browser_of(ben)

    def cost(size):
        while Contact.objects.filter(name__startswith="Zephyr").count() < size:
            create_contact(by=ben, name=f"Zephyr {Contact.objects.count()}")
        with CaptureQueriesContext(connection) as asked:
            assert dialog(browser, conversation, "merge-offers", q="zephyr").status_code == 200
        return len(asked)

    assert cost(2) == cost(20)
