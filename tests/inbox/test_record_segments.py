"""Segments in the customer's record, in lists, and in what a conversation can be asked."""

import re

import pytest

from inbox.actions import save_view
from inbox.models import SavedView
from people.actions import (
    change_segment,
    create_segment,
    delete_segment,
    edit_contact,
    tag_contact,
    update_company,
)
from people.models import Attribute, Segment, Tag
from people.segments import FACT
from tests.inbox.test_pages_cost import queries_of

pytestmark = pytest.mark.django_db

PRO = {"fact": "company.plan", "op": "is", "value": "pro"}


def panel(browser, conversation):
    """What the record says about segments; None where there is no such panel."""
    page = browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    found = re.search(r'<section class="contact-segments".*?</section>', page, re.DOTALL)
    return found and found[0]


def test_the_record_names_the_segments_of_a_contact(conversation, ben, browser_of):
    browser = browser_of(ben)
    assert panel(browser, conversation) is None
    create_segment(by=None, name="Pro <b>", description="Pays by the month.", condition=PRO)
    create_segment(by=None, name="Others", condition={"not": PRO})
    shown = panel(browser, conversation)
    assert "Pro &lt;b&gt;" in shown and "Pays by the month." in shown and "Others" not in shown


def test_a_segment_that_cannot_be_asked_never_breaks_the_record(conversation, ben, browser_of):
    Segment.objects.create(name="Broken", condition={"fact": "contact.gone", "op": "is"})
    Segment.objects.create(name="Nothing", condition=[])
    create_segment(by=None, name="Pro", condition=PRO)
    shown = panel(browser_of(ben), conversation)
    assert "Pro" in shown and "Broken" not in shown and "Nothing" not in shown


def test_a_saved_edit_comes_back_with_the_segments_of_now(conversation, dora, ben, browser_of):
    Attribute.objects.create(subject="contact", key="spent", label="Spent", type="number")
    big = {"fact": "contact.attributes.spent", "op": "more_than", "value": 1000}
    create_segment(by=None, name="Spent over 1,000", condition=big)
    answer = browser_of(ben).post(
        f"/inbox/all/{conversation.public_id}/record/",
        {"field": "attributes.spent", "value": "2000", "was": ""},
        headers={"hx-request": "true", "hx-target": "about"},
    )
    assert "Spent over 1,000" in answer.content.decode()


def test_colleagues_hear_that_the_record_is_another(
    dora, ben, published, django_capture_on_commit_callbacks
):
    tag = Tag.objects.create(name="VIP")
    vips = {"fact": "contact.tags", "op": "contains", "value": tag.public_id}
    create_segment(by=None, name="VIPs", condition=vips)
    with django_capture_on_commit_callbacks(execute=True):
        tag_contact(dora, by=ben, add=[tag])
    assert ([f"record.{dora.public_id}"], {"type": "record", "contact": dora.public_id}) in [
        (list(topics), frame) for topics, frame in published
    ]


def test_one_segment_and_twenty_cost_the_record_the_same(conversation, ben, browser_of):
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/"
    counts = []
    for number in (1, 19):
        for each in range(number):
            events = {"name": f"event.{each}", "count": 1, "days": each + 1}
            parts = [
                PRO,
                {"fact": "contact.email", "op": "is_known"},
                {"fact": "contact.tags", "op": "is_empty"},
                {"fact": "contact.events", "op": "at_least", "value": events},
                {"fact": "contact.name", "op": "contains", "value": "dora"},
            ]
            create_segment(by=None, name=f"S{number} {each}", condition={"any": parts})
        counts.append(len(queries_of(browser, path)))
    assert counts[0] == counts[1]
    assert panel(browser, conversation).count("<li") == 20


def test_a_saved_view_asks_for_a_segment(conversation, begin, dora, emil, ben, browser_of):
    other = begin(emil)
    segment = create_segment(by=None, name="Pro", condition=PRO)

    def rows(op, value=None):
        tree = {"fact": FACT, "op": op} | ({"value": value} if value else {})
        view = save_view(SavedView(), by=ben, name=f"{op} {value}", condition=tree)
        fragment = {"HX-Request": "true", "HX-Target": "rows"}
        page = browser_of(ben).get(f"/inbox/{view.slug}/", headers=fragment).content.decode()
        return view, set(re.findall(r'id="row-(cv_\w+)"', page))

    view, found = rows("contains", "pro")
    # By id: another name changes nothing.
    assert view.condition["value"] == segment.public_id
    assert found == {conversation.public_id}
    assert rows("does_not_contain", "Pro")[1] == {other.public_id}
    assert rows("is_empty")[1] == {other.public_id}
    edit_contact(dora, "company", "", was=dora.company.public_id, by=ben)
    assert rows("contains_any", ["Pro"])[1] == set()


def told(published, kind):
    return [(sorted(topics), frame) for topics, frame in published if frame["type"] == kind]


def test_a_segment_that_changes_is_news_for_every_record_and_filtered_list_on_screen(
    conversation, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = create_segment(by=None, name="Pro", condition=PRO)
    assert told(published, "record") == [
        (["inbox"], {"type": "record", "segment": made.public_id}),
    ]
    assert [frame["is_cut"] for _, frame in told(published, "belonging")] == [True]
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        change_segment(made, by=None, condition={"not": PRO})
    assert len(told(published, "record")) == 1
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        delete_segment(made, by=None)
    assert len(told(published, "record")) == 1


def test_what_changes_a_company_reaches_the_records_of_its_people(
    conversation, dora, emil, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        update_company(dora.company, by=None, plan="free")
    ((topics, frame),) = told(published, "record")
    assert f"record.{dora.public_id}" in topics
    assert f"record.{emil.public_id}" not in topics
    assert frame["company"] == dora.company.public_id


def test_a_person_who_is_searched_for_is_shown_with_their_segments(dora, emil, ben, browser_of):
    create_segment(by=None, name="Pro <b>", condition=PRO)
    browser = browser_of(ben)
    page = browser.get("/inbox/search/", {"q": f"contact:{dora.public_id}"}).content.decode()
    assert "Pro &lt;b&gt;" in page
    other = browser.get("/inbox/search/", {"q": f"contact:{emil.public_id}"}).content.decode()
    assert "Pro &lt;b&gt;" not in other
