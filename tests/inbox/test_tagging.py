"""Tags: put on and taken off, seen wherever the conversation is, made on the spot."""

import json
import threading
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from ground.conditions import filter as matching
from ground.conditions import parse
from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, NotFound
from inbox.actions import TAGS_MAX, assign, reply, set_tags, tag
from inbox.models import Conversation, Tagging
from people.actions import change_tag, create_token, find_or_create_tag
from people.models import Role, Tag

HOSTILE = '"><svg onload=alert(1)>'


def made(name):
    return Tag.objects.create(name=name)


def names(conversation):
    row = Conversation.objects.for_list().get(pk=conversation.pk)
    return [each["name"] for each in row.shown_tags]


def address(conversation, tail="", view="all"):
    return f"/inbox/{view}/{conversation.public_id}/{tail}"


def send(browser, conversation, **values):
    return browser.post(
        address(conversation, "tags/"),
        values,
        headers={"hx-request": "true", "hx-target": "head"},
    )


def told(answer):
    assert answer.status_code == 200, answer.content
    return json.loads(answer["HX-Trigger"])["inbox:done"]


@pytest.mark.django_db
def test_tags_are_put_on_and_taken_off_with_a_line_and_an_entry(conversation, ben):
    refund, vip = made("refund"), made("VIP")
    tag(conversation, by=ben, add=[vip, refund])
    assert names(conversation) == ["refund", "VIP"]
    assert set(Tagging.objects.values_list("teammate", flat=True)) == {ben.pk}
    changed = tag(conversation, by=ben, remove=[vip])
    assert changed.shown_tags == [{"id": refund.public_id, "name": "refund"}]
    first, second = Entry.objects.filter(kind="conversation.tagged").order_by("id")
    assert first.before == {"tags": []}
    assert first.after["tags"] == [refund.public_id, vip.public_id]
    assert second.before == {"tags": first.after["tags"]}
    assert second.after["tags"] == [refund.public_id]
    lines = conversation.messages.filter(kind="activity").order_by("seq")
    assert [line.activity for line in lines] == [
        {"kind": "tagged", "added": ["VIP", "refund"], "removed": []},
        {"kind": "tagged", "added": [], "removed": ["VIP"]},
    ]
    assert [line.public_seq for line in lines] == [None, None]


@pytest.mark.django_db
def test_what_is_so_already_leaves_no_trace(conversation, ben):
    refund = made("refund")
    tag(conversation, by=ben, add=[refund, refund])
    tag(conversation, by=ben, add=[refund])
    tag(conversation, by=ben, remove=[made("other")])
    set_tags(conversation, by=ben, tags=[refund])
    assert Entry.objects.filter(kind="conversation.tagged").count() == 1
    assert Tagging.objects.count() == 1


@pytest.mark.django_db
def test_a_list_of_tags_replaces_the_one_before(conversation, ben):
    refund, vip, late = made("refund"), made("vip"), made("late")
    tag(conversation, by=ben, add=[refund, vip])
    set_tags(conversation, by=ben, tags=[vip, late])
    assert names(conversation) == ["late", "vip"]
    set_tags(conversation, by=ben, tags=[])
    assert names(conversation) == []


@pytest.mark.django_db
def test_who_may_not_see_or_change_it_cannot_tag_it(conversation, ada, ben, cleo, dora, billing):
    refund = made("refund")
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.save()
    with pytest.raises(NotAllowed):
        tag(conversation, by=ben, add=[refund])
    with pytest.raises(NotAllowed):
        find_or_create_tag("mine", by=ben)
    with pytest.raises(NotAllowed):
        find_or_create_tag("mine", by=dora)
    assign(conversation, by=ada, team=billing)
    with pytest.raises(NotFound):
        tag(conversation, by=ben, add=[refund])
    tag(conversation, by=cleo, add=[refund])
    assert names(conversation) == ["refund"]
    assert Entry.objects.filter(kind="conversation.tagged").count() == 1


@pytest.mark.django_db
def test_an_archived_tag_stays_where_it_is_and_goes_nowhere_else(conversation, begin, emil, ben):
    refund, other = made("refund"), begin(emil)
    tag(conversation, by=ben, add=[refund])
    change_tag(refund, by=ben, is_archived=True)
    assert names(conversation) == ["refund"]
    with pytest.raises(Invalid, match="archived"):
        tag(other, by=ben, add=[refund])
    tag(conversation, by=ben, remove=[refund])
    assert names(conversation) == []


@pytest.mark.django_db
def test_a_conversation_holds_so_many_tags_and_no_more(conversation, ben):
    many = [made(f"tag {number}") for number in range(TAGS_MAX)]
    tag(conversation, by=ben, add=many)
    with pytest.raises(Invalid):
        tag(conversation, by=ben, add=[made("one more")])
    tag(conversation, by=ben, add=[Tag.objects.get(name="one more")], remove=many[:1])
    assert Tagging.objects.count() == TAGS_MAX


@pytest.mark.django_db
def test_a_name_is_one_tag_in_whatever_case(ben):
    first, is_new = find_or_create_tag("  Late   delivery ", by=ben)
    assert is_new and first.name == "Late delivery"
    same, is_new = find_or_create_tag("LATE DELIVERY", by=ben)
    assert same == first and not is_new
    change_tag(first, by=ben, is_archived=True)
    back, _ = find_or_create_tag("late delivery", by=ben)
    assert not Tag.objects.get(pk=back.pk).is_archived
    kinds = Entry.objects.filter(subject_id=first.public_id).order_by("id")
    assert [entry.kind for entry in kinds] == ["tag.created", "tag.changed", "tag.changed"]
    made("other")
    with pytest.raises(Invalid):
        change_tag(first, by=ben, name="OTHER")
    for name in ("", "   ", "x" * 41, "a\x00b", None):
        with pytest.raises(Invalid):
            find_or_create_tag(name, by=ben)


@pytest.mark.django_db(transaction=True)
def test_two_who_tag_at_once_make_one_tag_and_lose_none(conversation, ada, ben):
    gate = threading.Barrier(2)

    def both(by, own):
        gate.wait()
        shared, _ = find_or_create_tag("shared", by=by)
        fresh, _ = find_or_create_tag(own, by=by)
        tag(conversation, by=by, add=[shared, fresh])
        connection.close()

    threads = [threading.Thread(target=both, args=pair) for pair in ((ada, "one"), (ben, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(conversation) == ["one", "shared", "two"]
    assert Tag.objects.count() == 3
    assert Entry.objects.filter(kind="tag.created").count() == 3


@pytest.mark.django_db
def test_conditions_ask_for_tags(conversation, begin, emil, ben):
    other = begin(emil)
    tag(conversation, by=ben, add=[made("Refund")])
    has = parse({"fact": "conversation.tags", "op": "contains", "value": "refund"})
    every = Conversation.objects.all()
    assert list(matching(every, has, now=timezone.now())) == [conversation]
    tag(other, by=ben, add=Tag.objects.all())
    assert set(matching(every, has, now=timezone.now())) == {conversation, other}


@pytest.mark.django_db
def test_rows_heads_and_frames_show_the_tags(
    conversation, ben, browser_of, published, django_capture_on_commit_callbacks
):
    browser = browser_of(ben)
    with django_capture_on_commit_callbacks(execute=True):
        tag(conversation, by=ben, add=[made("refund"), made("vip"), made("zulu"), made(HOSTILE)])
    rows = [frame for _, frame in published if frame["type"] == "conversation"]
    assert rows[-1]["state"]["tags"] == [HOSTILE, "refund", "vip", "zulu"]
    assert "refund" in rows[-1]["html"] and "+2" in rows[-1]["html"]
    with django_capture_on_commit_callbacks(execute=True):
        reply(conversation, by=ben, body="Yes", client_id=uuid.uuid4())
    rows = [frame for _, frame in published if "html" in frame and "state" in frame]
    assert "refund" in rows[-1]["html"]
    page = browser.get(address(conversation)).content.decode()
    assert "tagged this refund" in page and HOSTILE not in page
    assert "Ben Okafor" in page


@pytest.mark.django_db
def test_the_menu_toggles_with_undo_and_makes_new_ones(conversation, ben, browser_of):
    browser, refund = browser_of(ben), made("refund")
    done = told(send(browser, conversation, tag=refund.public_id, is_on="true"))
    assert done["words"] == "Tagged refund." and names(conversation) == ["refund"]
    undone = told(send(browser, conversation, **done["undo"]["values"]))
    assert undone["words"] == "No longer tagged refund." and names(conversation) == []
    told(send(browser, conversation, name="Brand new"))
    assert names(conversation) == ["Brand new"]
    plain = browser.post(address(conversation, "tags/"), {"tag": refund.public_id, "is_on": "true"})
    assert plain.status_code == 302 and names(conversation) == ["Brand new", "refund"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tag": "tag_nobody", "is_on": "true"},
        {"tag": "'; drop", "is_on": "true"},
        {"tag": "\x00"},
        {"name": "x" * 41},
        {"name": "a\x07b"},
        {"name": "   "},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(conversation, ben, browser_of, values):
    answer = send(browser_of(ben), conversation, **values)
    assert answer.status_code in {400, 404, 422}, answer.content
    assert not Tagging.objects.exists() and not Tag.objects.exists()


@pytest.mark.django_db
def test_whoever_may_only_look_is_shown_tags_and_no_menu(conversation, ada, ben, browser_of):
    tag(conversation, by=ada, add=[made("refund")])
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.save()
    page = browser_of(ben).get(address(conversation)).content.decode()
    assert "Tags <b>refund</b>" in page and 'data-menu="tags"' not in page
    answer = send(browser_of(ben), conversation, name="mine")
    assert answer.status_code == 403 and not Tag.objects.filter(name="mine").exists()


@pytest.mark.django_db
def test_the_api_makes_lists_and_sets_tags(conversation, ben, client):
    _, secret = create_token(
        by=None,
        teammate=None,
        name="app",
        scopes=["conversations:read", "conversations:write"],
    )
    bearer = {"authorization": f"Bearer {secret}"}

    def call(method, path, body=None):
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", headers=bearer, **more)

    made_one = call("post", "tags", {"name": "refund"})
    assert made_one.status_code == 201
    again = call("post", "tags", {"name": "REFUND"})
    assert again.status_code == 200 and again.json()["id"] == made_one.json()["id"]
    assert [each["name"] for each in call("get", "tags").json()["results"]] == ["refund"]
    path = f"conversations/{conversation.public_id}/tags"
    answer = call("put", path, {"tags": [made_one.json()["id"]]})
    assert answer.status_code == 200
    assert answer.json()["tags"] == [{"id": made_one.json()["id"], "name": "refund"}]
    assert call("put", path, {"tags": ["tag_nobody"]}).status_code == 400
    assert call("put", path, {}).status_code == 400
    assert call("post", "tags", {"name": "x" * 41}).status_code == 400
    assert names(conversation) == ["refund"]
    listed = call("get", "conversations").json()["results"]
    assert listed[0]["tags"] == answer.json()["tags"]
    assert call("put", path, {"tags": []}).json()["tags"] == []
