"""A signed sign-in: who the visitor is from then on, by the rules of trust."""

import threading
from functools import partial

import pytest
from django.db import connection

from ground.journal.models import Decision, Entry
from ground.web.problems import Invalid
from people.actions import claim_identity, identify, meet_visitor, track, unmerge, update_contact
from people.models import Attribute, Company, Contact, ContactMerge, Identity

SCOPE = "app_one"


def sign_in(visitor=None, *, sub="dora-1", visitor_id="v1", **claims):
    return identify(scope=SCOPE, visitor_id=visitor_id, visitor_contact=visitor, sub=sub, **claims)


def visitor_of(visitor_id="v1"):
    return meet_visitor(scope=SCOPE, visitor_id=visitor_id)


def decision_about(contact):
    return Decision.objects.filter(subject_id=contact.public_id).latest("id")


def test_a_known_user_gets_what_they_wrote_before_signing_in(dora):
    visitor = visitor_of()
    event = track(visitor, "before")
    assert sign_in(visitor) == dora
    event.refresh_from_db()
    assert event.contact == dora
    visitor.refresh_from_db()
    assert visitor.resolve() == dora
    decision = decision_about(dora)
    assert decision.decider == "people.identify"
    assert decision.result["did"] == "merged"
    assert decision.facts["visitor"] == visitor.public_id
    assert Entry.objects.filter(kind="contact.merged", subject_id=dora.public_id).exists()


def test_that_merge_can_be_undone(dora):
    visitor = visitor_of()
    event = track(visitor, "before")
    sign_in(visitor)
    unmerge(ContactMerge.objects.get(), by=None)
    event.refresh_from_db()
    assert event.contact == visitor


def test_a_new_user_id_makes_the_visitor_that_user(db):
    visitor = visitor_of()
    contact = sign_in(visitor, sub="new-1", name="New One", email="New@Mail.test")
    assert contact == visitor
    assert contact.role == Contact.Role.USER
    assert (contact.name, contact.email) == ("New One", "new@mail.test")
    assert contact.external_id == "new-1"
    assert contact.is_verified
    assert decision_about(contact).result["did"] == "attached"
    assert Entry.objects.filter(kind="contact.identified").count() == 1


def test_a_new_user_id_without_a_visitor_makes_a_contact(db):
    contact = sign_in(None, sub="new-1")
    assert contact.role == Contact.Role.USER
    assert decision_about(contact).result["did"] == "created"
    assert sign_in(None, sub="new-1") == contact
    assert Contact.objects.count() == 1


def test_signing_in_again_writes_nothing_new(dora):
    visitor = visitor_of()
    contact = sign_in(visitor, name="Dora L.", attributes={"size": "L"})
    count = Entry.objects.count(), Decision.objects.count()
    assert sign_in(contact, name="Dora L.", attributes={"size": "L"}) == contact
    assert (Entry.objects.count(), Decision.objects.count()) == count


def test_one_proved_person_is_never_merged_into_another(dora, emil):
    """Emil signs in where Dora was signed in before: a shared computer."""
    before = visitor_of()
    assert sign_in(before) == dora
    assert sign_in(dora, sub="emil-1") == emil
    dora.refresh_from_db()
    assert not dora.is_merged
    decision = decision_about(emil)
    assert decision.result["did"] == "kept apart"
    assert decision.facts["visitor_is_verified"] is True


def test_a_new_user_on_a_shared_computer_is_a_new_contact(dora):
    somebody = sign_in(dora, sub="new-1")
    assert somebody != dora
    assert decision_about(somebody).result["did"] == "created"
    assert dora.identities.filter(kind="external").count() == 1


def test_a_signed_address_opens_nobodys_history(dora):
    """Many sites sign addresses that nobody has confirmed."""
    visitor = visitor_of()
    mallory = sign_in(visitor, sub="mallory-1", email="dora@acme.test")
    assert mallory != dora
    assert mallory.email == ""
    assert mallory.claims["email"] == "dora@acme.test"
    decision = decision_about(mallory)
    assert decision.result["possible_twin"] == dora.public_id
    sign_in(mallory, sub="mallory-1", email="dora@acme.test")
    assert decision_about(mallory) == decision


def test_a_claimed_user_id_is_no_sign_in(otto):
    claim_identity(
        otto, "external", "new-1", trust=Identity.Trust.CLAIMED, source="messenger", by=otto
    )
    contact = sign_in(None, sub="new-1")
    assert contact != otto
    assert contact.external_id == "new-1"


def test_the_company_comes_along(dora):
    claim = {"id": "acme", "name": "Acme Ltd", "plan": "gold", "monthly_spend": 12.5}
    contact = sign_in(None, company=claim)
    company = Company.objects.get(external_id="acme")
    assert contact.company == company
    assert (company.name, company.plan, str(company.monthly_spend)) == ("Acme Ltd", "gold", "12.50")
    assert sign_in(None, company="Initech").company.external_id == "Initech"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": "x" * 300},
        {"sub": "a\x00b"},
        {"email": "not an address"},
        {"name": "x" * 300},
        {"company": {"name": "No id"}},
        {"company": {"id": "acme", "monthly_spend": "much"}},
        {"attributes": {"size": {"deep": 1}}},
        {"attributes": {"seats": "many"}},
        {"attributes": "text"},
    ],
    ids=str,
)
def test_what_is_ill_typed_is_refused_as_a_whole(dora, claims):
    Attribute.objects.create(subject="contact", key="seats", label="Seats", type="number")
    visitor = visitor_of()
    with pytest.raises(Invalid) as caught:
        sign_in(visitor, **claims)
    assert caught.value.errors
    visitor.refresh_from_db()
    assert not visitor.is_merged
    assert not Decision.objects.exists()


def test_a_first_message_written_meanwhile_is_found(dora):
    visitor = visitor_of("v7")
    assert sign_in(None, visitor_id="v7") == dora
    visitor.refresh_from_db()
    assert visitor.resolve() == dora


def test_a_blocked_visitor_stays_blocked(dora):
    visitor = visitor_of()
    update_contact(visitor, by=None, is_blocked=True)
    assert sign_in(visitor).is_blocked


def at_once(*jobs):
    start = threading.Barrier(len(jobs))
    results = []

    def run(job):
        try:
            start.wait()
            results.append(job())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_many_boots_at_once_make_one_contact():
    for number in range(5):
        sub = f"user-{number}"
        claims = {"sub": sub, "company": f"firm-{number}", "email": f"{sub}@mail.test"}
        results = at_once(*[partial(sign_in, None, **claims)] * 4)
        assert len({contact.pk for contact in results}) == 1, results
        assert Contact.objects.filter(identities__value=sub).count() == 1
        assert Decision.objects.filter(facts__sub=sub).count() == 1
    assert Contact.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_many_boots_of_one_visitor_merge_once():
    for number in range(5):
        known = sign_in(None, sub=f"user-{number}")
        visitor = visitor_of(f"visitor-{number}")
        again = partial(sign_in, visitor, sub=f"user-{number}", visitor_id=f"visitor-{number}")
        results = at_once(*[again] * 4)
        assert set(results) == {known}
        assert ContactMerge.objects.filter(kept=known, merged=visitor).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_in_one_browser_at_once_stay_two():
    for number in range(5):
        visitor = visitor_of(f"visitor-{number}")
        results = at_once(
            partial(sign_in, visitor, sub=f"a-{number}"),
            partial(sign_in, visitor, sub=f"b-{number}"),
        )
        assert len(set(results)) == 2, results
        assert all(isinstance(result, Contact) for result in results)


@pytest.mark.django_db(transaction=True)
def test_two_first_writes_at_once_make_one_visitor():
    results = at_once(*[lambda: visitor_of("v9")] * 4)
    assert len(set(results)) == 1
    assert Contact.objects.count() == 1
