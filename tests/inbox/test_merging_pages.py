"""Merging by page, and what whoever looks sees of it."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from inbox import actions
from inbox.finding.index import index_named
from inbox.finding.search import search
from people.models import Role

SCRIPT = {"HTTP_HX_REQUEST": "true"}


def page(conversation, *rest, view="all"):
    return "/".join(["/inbox", view, conversation.public_id, *rest, ""])


def note(conversation, by, body):
    return actions.note(conversation, by=by, body=body, client_id=uuid.uuid4())


@pytest.fixture
def two(begin, dora):
    return begin(dora, "Where is my coat?"), begin(dora, "And my hat?")


def test_the_page_offers_the_same_contacts_other_conversations(
    browser_of, two, begin, emil, dora, ben, ada, billing
):
    part, _ = two
    begin(emil, "Emil's own matter")
    secret = begin(dora, "A private bill")
    actions.assign(secret, by=ada, team=billing)
    answer = browser_of(ben).get(page(part, "merge"), **SCRIPT).content.decode()
    assert "And my hat?" in answer
    for hidden in ("Emil", "A private bill", "Where is my coat?"):
        assert hidden not in answer
    found = browser_of(ben).get(page(part, "merge") + "?q=nothing+like+it").content.decode()
    assert "has these words" in found
    assert "And my hat?" in browser_of(ben).get(page(part, "merge") + "?q=HAT").content.decode()


def test_merging_by_form_leads_to_the_whole_and_can_be_undone(browser_of, two, ben):
    part, whole = two
    browser = browser_of(ben)
    into = {"is_merged": "true", "into": whole.public_id}
    answer = browser.post(page(part, "merge"), into)
    assert answer.headers["Location"] == page(whole)
    assert browser.get(page(part)).headers["Location"] == f"{page(whole)}#part-{part.public_id}"
    again = browser.post(page(part, "merge"), into, **SCRIPT)
    told = json.loads(again.headers["HX-Trigger"])
    assert told["inbox:merged"] == {"conversation": part.public_id, "into": whole.public_id}
    undo = told["inbox:done"]["undo"]
    assert undo == {"url": page(part, "merge"), "values": {"is_merged": ""}}
    answer = browser.post(undo["url"], undo["values"], **SCRIPT)
    assert f'data-conversation="{whole.public_id}"' in answer.content.decode()
    part.refresh_from_db()
    assert part.status == "open"
    kinds = Entry.objects.filter(subject_id=part.public_id).values_list("kind", flat=True)
    assert {"conversation.merged", "conversation.unmerged"} <= set(kinds)


def test_a_thread_shows_what_was_merged_and_opens_it_to_read(browser_of, two, ben):
    part, whole = two
    note(part, ben, "She has called as well")
    actions.merge(part, into=whole, by=ben)
    shown = browser_of(ben).get(page(whole)).content.decode()
    assert "Where is my coat?" in shown
    assert "2 messages" in shown
    opened = browser_of(ben).get(page(whole, "parts", part.public_id)).content.decode()
    assert "Where is my coat?" in opened
    assert "She has called as well" in opened


def test_a_note_in_a_part_is_changed_where_it_was_written(browser_of, two, ben):
    """A part is read, not written: no pen that would be refused."""
    part, whole = two
    note(part, ben, "Sleeve 64")
    pen = 'class="note-change"'
    assert pen in browser_of(ben).get(page(part)).content.decode()
    actions.merge(part, into=whole, by=ben)
    opened = browser_of(ben).get(page(whole, "parts", part.public_id)).content.decode()
    assert "Sleeve 64" in opened and pen not in opened


def test_who_may_not_see_a_part_sees_nothing_of_it(browser_of, begin, dora, ben, ada, billing):
    whole, secret = begin(dora, "About the coat"), begin(dora, "My card number")
    actions.assign(secret, by=ada, team=billing)
    actions.merge(secret, into=whole, by=ada)
    index_named(set(secret.messages.values_list("public_id", flat=True)))
    shown = browser_of(ben).get(page(whole)).content.decode()
    for hidden in ("My card number", "1 message", 'class="part"'):
        assert hidden not in shown
    assert browser_of(ben).get(page(whole, "parts", secret.public_id)).status_code == 404
    assert browser_of(ben).get(page(secret)).status_code == 404
    assert not search("card", viewer=ben).hits
    assert [hit.conversation for hit in search("card", viewer=ada).hits] == [whole]
    assert "My card number" in browser_of(ada).get(page(whole)).content.decode()


def test_who_sees_the_part_only_still_reads_it(browser_of, two, ben, ada, cleo, billing):
    part, whole = two
    actions.assign(whole, by=ada, team=billing)
    actions.merge(part, into=whole, by=ada)
    answer = browser_of(ben).get(page(part))
    assert answer.headers["Location"].startswith(page(part, "transcript"))
    assert "Where is my coat?" in browser_of(ben).get(answer.headers["Location"]).content.decode()


def test_only_a_part_is_read_as_one(browser_of, two, begin, emil, ben):
    part, whole = two
    other = begin(emil, "Emil's")
    for name in (part.public_id, whole.public_id, other.public_id, "cv_nothing"):
        assert browser_of(ben).get(page(whole, "parts", name)).status_code == 404


def test_a_live_line_tells_nothing_of_the_part(
    two, ben, published, django_capture_on_commit_callbacks
):
    part, whole = two
    with django_capture_on_commit_callbacks(execute=True):
        actions.merge(part, into=whole, by=ben)
    told = json.dumps(
        [
            frame
            for topics, frame in published
            if "inbox" in topics or f"conversation.{whole.public_id}" in topics
        ]
    )
    assert "Where is my coat?" not in told
    merged = [frame for _, frame in published if frame["type"] == "merged"]
    # Not everybody who watches the part sees the whole: where it goes on, each one asks.
    assert merged == [{"type": "merged", "conversation": part.public_id}]
    removed = [frame for _, frame in published if frame.get("removed")]
    assert [frame["conversation"] for frame in removed] == [part.public_id]


def test_search_finds_what_was_said_in_a_part_and_leads_to_the_whole(browser_of, two, ben):
    part, whole = two
    index_named(set(part.messages.values_list("public_id", flat=True)))
    actions.merge(part, into=whole, by=ben)
    (hit,) = search("coat", viewer=ben).hits
    assert (hit.conversation, hit.part) == (whole, part)
    shown = browser_of(ben).get("/inbox/search/?q=coat").content.decode()
    assert f"{page(whole)}#part-{part.public_id}" in shown


def test_a_thread_costs_the_same_for_any_number_of_parts(browser_of, begin, dora, ben):
    browser = browser_of(ben)
    plain = begin(dora, "Plain")
    with CaptureQueriesContext(connection) as before:
        browser.get(page(plain), **SCRIPT, HTTP_HX_TARGET="conversation")
    whole = begin(dora, "Whole")
    costs = []
    for count in (2, 6):
        for index in range(count):
            actions.merge(begin(dora, f"{index}"), into=whole, by=ben)
        with CaptureQueriesContext(connection) as after:
            browser.get(page(whole), **SCRIPT, HTTP_HX_TARGET="conversation")
        costs.append(len(after))
    assert costs[0] == costs[1]
    assert costs[0] > len(before)


def test_a_part_has_a_way_out_at_any_later_time_also_without_scripts(browser_of, two, ben):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    browser = browser_of(ben)
    shown = browser.get(page(whole)).content.decode()
    way = f'<form class="unmerge" method="post" action="{page(part, "merge")}"'
    assert way in shown
    opened = browser.get(page(whole, "parts", part.public_id)).content.decode()
    assert way in opened
    answer = browser.post(page(part, "merge"), {"is_merged": ""})
    assert answer.headers["Location"] == page(whole)
    part.refresh_from_db()
    assert part.merged_into is None
    assert Entry.objects.filter(subject_id=part.public_id, kind="conversation.unmerged").exists()
    assert 'class="unmerge"' not in browser.get(page(whole)).content.decode()


def test_two_again_can_be_made_one_by_the_undo(browser_of, two, ben):
    part, whole = two
    actions.merge(part, into=whole, by=ben)
    browser = browser_of(ben)
    answer = browser.post(page(part, "merge"), {"is_merged": ""}, **SCRIPT)
    told = json.loads(answer.headers["HX-Trigger"])
    pair = {"conversation": part.public_id, "into": whole.public_id}
    assert told["inbox:unmerged"] == pair
    assert told["inbox:done"]["conversation"] == part.public_id, "the screen stays with the whole"
    undo = told["inbox:done"]["undo"]
    browser.post(undo["url"], undo["values"], **SCRIPT)
    part.refresh_from_db()
    assert part.merged_into == whole
    assert Entry.objects.filter(kind="conversation.merged").count() == 2


def test_who_may_only_look_has_no_way_to_take_a_part_out(browser_of, two, ada, ben, cleo):
    part, whole = two
    actions.merge(part, into=whole, by=ada)
    looker = cleo
    looker.role = Role.objects.create(name="Looker", capabilities=[])
    looker.save()
    for address in (page(whole), page(whole, "parts", part.public_id)):
        assert 'class="unmerge"' not in browser_of(looker).get(address).content.decode()
    assert browser_of(looker).post(page(part, "merge"), {"is_merged": ""}).status_code == 403
    part.refresh_from_db()
    assert part.merged_into == whole
