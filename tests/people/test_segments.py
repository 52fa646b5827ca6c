"""Segments: who is in them, asked of one contact and of all, and who may write them."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ground.conditions import InvalidCondition, evaluate, parse, to_queryset
from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound
from ground.web.timing import OutOfTime
from people import preview, segments
from people.actions import (
    change_segment,
    create_contact,
    create_segment,
    create_token,
    delete_segment,
    find_or_create_tag,
    merge_contacts,
    tag_contact,
    track,
    update_contact,
)
from people.models import Attribute, Contact, Role, Segment
from people.models.token import Scope

pytestmark = pytest.mark.django_db

PRO = {"fact": "company.plan", "op": "is", "value": "pro"}
USERS = {"fact": "contact.role", "op": "is", "value": "user"}
BUYERS = {"fact": "contact.events", "op": "at_least", "value": {"name": "order.placed", "count": 2}}
VIP = {"fact": "contact.tags", "op": "contains", "value": "VIP"}
AT_ACME = {"fact": "contact.email", "op": "ends_with", "value": "@acme.test"}
SPENT = {"fact": "contact.attributes.spent", "op": "more_than", "value": 1000}


def made(name="Pro", condition=PRO, **more):
    return create_segment(by=None, name=name, condition=condition, **more)


def names_of(contact):
    return [segment.name for segment in segments.segments_of(Contact.objects.get(pk=contact.pk))]


def in_it(segment):
    return set(segments.contacts_in(segment, Contact.objects.all()))


# ---- writing -------------------------------------------------------------------------------------


def test_a_segment_is_made_changed_and_deleted_with_an_entry_each(ben):
    segment = create_segment(by=ben, name="  Pro  accounts ", description="Pay.", condition=PRO)
    entry = Entry.objects.get(kind="segment.created")
    assert (entry.actor_id, entry.subject_id) == (ben.public_id, segment.public_id)
    assert entry.after == {"name": "Pro accounts", "description": "Pay.", "condition": PRO}
    change_segment(segment, by=ben, name="Pro", condition=USERS, description="Pay.")
    entry = Entry.objects.get(kind="segment.changed")
    assert entry.before == {"name": "Pro accounts", "condition": PRO}
    assert entry.after == {"name": "Pro", "condition": USERS}
    change_segment(segment, by=ben, name="Pro")
    assert Entry.objects.filter(kind="segment.changed").count() == 1
    delete_segment(segment, by=ben)
    assert Entry.objects.get(kind="segment.deleted").before["condition"] == USERS
    assert not Segment.objects.exists()
    for gone in (lambda: delete_segment(segment, by=ben), lambda: change_segment(segment, by=ben)):
        with pytest.raises(NotFound):
            gone()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 61},
        {"name": "nul\0"},
        {"name": 7},
        {"description": "x" * 201},
        {"condition": None},
        {"condition": "everybody"},
        {"condition": {"all": []}},
        {"condition": {"all": [PRO] * 51}},
        {"condition": {"fact": "contact.nothing", "op": "is", "value": "x"}},
        {"condition": {"fact": "conversation.status", "op": "is", "value": "open"}},
        {"condition": {"fact": "contact.name", "op": "matches", "value": "a"}},
    ],
)
def test_what_is_no_segment_is_not_made(ben, wrong):
    with pytest.raises(Invalid):
        create_segment(by=ben, **{"name": "Fine", "condition": PRO, **wrong})
    held = made()
    with pytest.raises(Invalid):
        change_segment(held, by=ben, **wrong)
    held.refresh_from_db()
    assert (held.name, held.description, held.condition) == ("Pro", "", PRO)
    assert not Entry.objects.filter(kind="segment.changed").exists()


def test_a_name_is_taken_once_in_whatever_case(ben):
    held, other = made("Pro"), made("Users", USERS)
    with pytest.raises(Invalid):
        made("PRO")
    with pytest.raises(Invalid):
        change_segment(other, by=ben, name="pro")
    assert change_segment(held, by=ben, name="PRO").name == "PRO"


def test_there_are_no_more_segments_than_a_record_can_ask(monkeypatch):
    monkeypatch.setattr("people.actions.segments.SEGMENTS_MAX", 1)
    made()
    with pytest.raises(Invalid):
        made("Another")
    assert Segment.objects.count() == 1


def test_who_may_not_manage_writes_no_segments(ben, dora):
    ben.role = Role.objects.create(name="Reader", capabilities=["contacts.edit"])
    ben.save()
    held = made()
    reading, _ = create_token(by=None, teammate=None, name="R", scopes=[Scope.CONTACTS_READ])
    for by in (ben, dora, reading):
        for change in (
            lambda by: create_segment(by=by, name="Mine", condition=PRO),
            lambda by: change_segment(held, by=by, name="Mine"),
            lambda by: delete_segment(held, by=by),
        ):
            with pytest.raises(NotAllowed):
                change(by)
    assert [segment.name for segment in Segment.objects.all()] == ["Pro"]


def test_a_segment_cannot_ask_for_segments(ben):
    held = made()
    nested = {"any": [USERS, {"fact": segments.FACT, "op": "contains", "value": held.public_id}]}
    with pytest.raises(Invalid) as refused:
        made("Nested", nested)
    assert refused.value.errors == {"condition": [segments.NESTED]}
    with pytest.raises(InvalidCondition) as wrong:
        segments.sound(nested, segments.language())
    assert wrong.value.errors == {"any[1].fact": segments.NESTED}
    # Not even one that came some other way turns in a circle.
    Segment.objects.filter(pk=held.pk).update(condition=nested)
    held.refresh_from_db()
    assert names_of(create_contact(by=None, name="Fay", role="user")) == []
    assert in_it(held) == set()


# ---- who is in it --------------------------------------------------------------------------------


@pytest.fixture
def busy(dora, emil, otto):
    """Contacts of whom something of each kind is known."""
    Attribute.objects.create(subject="contact", key="spent", label="Spent", type="number")
    vip, _ = find_or_create_tag("VIP", by=None)
    tag_contact(dora, by=None, add=[vip])
    update_contact(dora, by=None, attributes={"spent": 4210})
    update_contact(emil, by=None, attributes={"spent": 12})
    for _ in range(2):
        track(dora, "order.placed")
    track(emil, "order.placed")
    return dora, emil, otto


def test_a_contact_comes_and_goes_with_what_is_known_of_them(busy):
    dora, emil, _ = busy
    made("Big", SPENT)
    assert (names_of(dora), names_of(emil)) == (["Big"], [])
    update_contact(emil, by=None, attributes={"spent": 1001})
    update_contact(dora, by=None, attributes={"spent": None})
    assert (names_of(dora), names_of(emil)) == ([], ["Big"])


@pytest.mark.parametrize(
    "condition",
    [
        PRO,
        USERS,
        BUYERS,
        VIP,
        AT_ACME,
        SPENT,
        {"not": PRO},
        {"all": [USERS, {"not": BUYERS}]},
        {"fact": "contact.events", "op": "none", "value": {"days": 3}},
        {"fact": "contact.events", "op": "ever", "value": {"name": "order.placed"}},
        {"fact": "contact.events", "op": "at_most", "value": {"count": 1, "days": 0.5}},
    ],
    ids=str,
)
def test_one_contact_and_all_contacts_give_the_same_answer(busy, condition):
    segment = made("Asked", condition)
    found = {contact for contact in busy if names_of(contact)}
    assert in_it(segment) == found
    for op, expected in (
        ("contains", found),
        ("does_not_contain", set(busy) - found),
    ):
        asked = parse({"fact": segments.FACT, "op": op, "value": "asked"}, subject="contact")
        assert set(to_queryset(asked, Contact, now=timezone.now())) == expected
        alone = {c for c in Contact.objects.all() if evaluate(asked, c, now=timezone.now())}
        assert alone == expected
    empty = parse({"fact": segments.FACT, "op": "is_empty"}, subject="contact")
    assert set(to_queryset(empty, Contact, now=timezone.now())) == set(busy) - found


def test_twenty_segments_ask_as_much_as_one_of_each_kind(busy):
    dora = busy[0]
    kinds = [PRO, BUYERS, VIP, AT_ACME, SPENT]
    made("All", {"any": kinds})
    counts = []
    for number in (0, 20):
        for each in range(number):
            days = {"name": f"event.{each}", "days": each + 1, "count": 1}
            events = {"fact": "contact.events", "op": "at_least", "value": days}
            made(f"More {each}", {"any": [kinds[each % 5], events]})
        fresh = Contact.objects.select_related("company").get(pk=dora.pk)
        with CaptureQueriesContext(connection) as captured:
            found = segments.segments_of(fresh)
        counts.append(len(captured))
        assert len(found) == number + 1
    # Segments, attributes of contacts, addresses, tags, events.
    assert counts == [5, 5], captured.captured_queries


def test_no_segments_cost_one_query(dora, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert segments.segments_of(dora) == []


def test_a_segment_that_asks_for_what_is_gone_holds_nobody_and_says_so(busy):
    dora = busy[0]
    gone, fine = made("Gone", {"not": SPENT}), made("Users", USERS)
    broken = Segment.objects.create(name="Broken", condition={"any": "thing"})
    Attribute.objects.all().delete()
    assert names_of(dora) == ["Users"]
    assert in_it(gone) == in_it(broken) == set()
    spoken = segments.language()
    assert segments.faults(gone, spoken) and segments.faults(broken, spoken)
    assert segments.faults(fine, spoken) == []
    asked = {"fact": segments.FACT, "op": "contains_any", "value": ["Gone", "Broken"]}
    found = to_queryset(parse(asked, subject="contact"), Contact, now=timezone.now())
    assert not found.exists()
    # Its name may still be changed: what it asks for stays.
    assert change_segment(gone, by=None, name="Lost", condition=gone.condition).name == "Lost"


def test_who_was_merged_is_counted_once(dora, emil):
    segment = made("Users", USERS)
    merge_contacts(dora, create_contact(by=None, name="Dora", role="user"), by=None)
    assert set(segments.contacts_in(segment, Contact.objects.current())) == {dora, emil}


def test_a_deleted_segment_is_asked_for_in_vain(dora):
    segment = made("Users", USERS)
    tree = {"fact": segments.FACT, "op": "contains", "value": segment.public_id}
    assert evaluate(parse(tree, subject="contact"), dora, now=timezone.now())
    delete_segment(segment, by=None)
    with pytest.raises(InvalidCondition):
        parse(tree, subject="contact")
    asked = parse(tree, subject="contact", is_stored=True)
    assert not evaluate(asked, dora, now=timezone.now())
    assert not to_queryset(asked, Contact, now=timezone.now()).exists()


def test_a_preview_counts_and_lists_in_time(busy, monkeypatch):
    condition = segments.sound(USERS, segments.language())

    def found():
        return preview.preview_of(condition, Contact.objects.current())

    whole = found()
    assert whole.words == "Matches 2 contacts." and set(whole.rows) == set(busy[:2])
    monkeypatch.setattr(preview, "COUNTED_MAX", 1)
    assert found().words == "Matches more than 1 contacts, these are the newest."
    assert set(found().rows) == set(busy[:2])

    def late(milliseconds):
        raise OutOfTime

    monkeypatch.setattr(preview, "within", late)
    assert "too long" in found().words


def test_what_cannot_be_counted_in_one_go_is_looked_for_among_the_newest(busy, monkeypatch):
    condition = segments.sound(USERS, segments.language())
    monkeypatch.setattr(preview, "counted", lambda contacts: None)

    def found():
        return preview.preview_of(condition, Contact.objects.current())

    whole = found()
    assert whole.words == "Matches 2 contacts." and set(whole.rows) == set(busy[:2])
    monkeypatch.setattr(preview, "STEP", 1)
    monkeypatch.setattr(preview, "QUICK", 0)
    times = iter(range(Contact.objects.latest("pk").pk - busy[1].pk + 1))
    within = preview.within

    def soon_over(milliseconds):
        if next(times, None) is None:
            raise OutOfTime
        return within(milliseconds)

    monkeypatch.setattr(preview, "within", soon_over)
    some = found()
    assert some.rows == [busy[1]] and some.is_more
    assert some.words.startswith("Matches 1 of about the newest ")


# ---- the admin -----------------------------------------------------------------------------------

LIST = "/admin/people/segment/"
FORM = {"name": "Pro", "description": "Pay.", "c.word": "all", "c.0.fact": "company.plan"}
WHOLE = FORM | {"c.0.was": "company.plan", "c.0.op": "is", "c.0.value": "pro"}
SCRIPT = {"HX-Request": "true", "HX-Target": "asking-form"}


def test_an_admin_writes_a_segment_in_the_condition_form(ada, dora, emil, browser_of):
    client = browser_of(ada)
    page = client.get(f"{LIST}add/").content.decode()
    assert "Choose what…" in page and "contact.segments" not in page and "Plan" in page
    answer = client.post(f"{LIST}add/", WHOLE)
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    segment = Segment.objects.get()
    assert (segment.name, segment.description) == ("Pro", "Pay.")
    assert segment.condition == {"all": [PRO]}
    assert Entry.objects.get(kind="segment.created").actor_id == ada.public_id
    assert LogEntry.objects.get().user_id == ada.pk
    page = client.get(f"{LIST}{segment.pk}/change/").content.decode()
    assert "Matches 1 contact." in page and "Dora Lindqvist" in page and "Emil" not in page
    client.post(f"{LIST}{segment.pk}/change/", WHOLE | {"c.0.value": "free", "name": "Free"})
    segment.refresh_from_db()
    assert (segment.name, segment.condition["all"][0]["value"]) == ("Free", "free")
    assert "plan is free" in client.get(LIST).content.decode().lower()
    client.post(f"{LIST}{segment.pk}/delete/", {"post": "yes"})
    assert Entry.objects.get(kind="segment.deleted").actor_id == ada.public_id


def test_the_form_is_drawn_anew_with_what_it_matches(ada, dora, browser_of):
    client = browser_of(ada)
    drawn = client.post(f"{LIST}add/", FORM | {"do": "draw"}, headers=SCRIPT).content.decode()
    assert drawn.lstrip().startswith('<form id="asking-form"') and 'name="c.0.op"' in drawn
    more = client.post(f"{LIST}add/", WHOLE | {"do": "add c"}, headers=SCRIPT).content.decode()
    assert 'name="c.1.fact"' in more and 'value="Pay."' in more and "Dora Lindqvist" in more
    part = SCRIPT | {"HX-Target": "preview"}
    seen = client.post(f"{LIST}add/", WHOLE | {"do": "draw"}, headers=part).content.decode()
    assert seen.lstrip().startswith('<section id="preview"') and "Matches 1 contact." in seen
    saved = client.post(f"{LIST}add/", WHOLE | {"do": "save"}, headers=SCRIPT)
    assert saved.json() == {"url": LIST}
    assert Segment.objects.get().name == "Pro"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Give the segment a name."),
        ({"name": "taken"}, "There is a segment of this name."),
        ({"c.0.fact": ""}, "Say what to look for."),
        ({"c.0.fact": "contact.segments"}, segments.NESTED),
    ],
)
def test_what_is_refused_is_said_in_the_form_and_stays_written(ada, browser_of, wrong, said):
    made("Taken", USERS)
    answer = browser_of(ada).post(f"{LIST}add/", WHOLE | wrong)
    page = answer.content.decode()
    assert answer.status_code == 400 and said in page and 'value="Pay."' in page
    assert Segment.objects.count() == 1


def test_the_list_says_who_is_in_each_and_asks_the_same_for_many(ada, browser_of):
    Attribute.objects.create(subject="contact", key="spent", label="Spent", type="number")
    client, counts = browser_of(ada), []
    Segment.objects.create(name="Lost", condition={"fact": "contact.gone", "op": "is_known"})
    for number in (1, 24):
        for each in range(number):
            made(f"S{number} {each}", {"any": [SPENT, {"not": PRO}]})
        with CaptureQueriesContext(connection) as captured:
            page = client.get(LIST).content.decode()
        counts.append(len(captured))
    assert "spent is more than 1,000" in page and "Nobody: it asks for what is gone" in page
    assert counts[0] == counts[1]


def test_only_admins_come_to_segments(ada, ben, dora, browser_of):
    ben.is_staff = True
    ben.save()
    segment = made()
    client = browser_of(ben)
    for path in ("", "add/", f"{segment.pk}/change/", f"{segment.pk}/delete/"):
        assert client.get(LIST + path).status_code == 403
        assert client.post(LIST + path, WHOLE | {"post": "yes"}).status_code == 403
    assert [each.name for each in Segment.objects.all()] == ["Pro"]
    assert browser_of(ada).get(f"{LIST}999999/change/").status_code in {302, 404}
