"""Tags on contacts: put on and taken off in the record, by the API, by whoever may."""

import json

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed
from inbox.actions import start
from people.actions import (
    CONTACT_TAGS_MAX,
    create_token,
    find_or_create_tag,
    merge_contacts,
    set_contact_tags,
    tag_contact,
    unmerge,
)
from people.models import ContactTagging, Role, Tag

pytestmark = pytest.mark.django_db


def made(*names):
    return [Tag.objects.create(name=name) for name in names]


def names(contact):
    return [tag.name for tag in type(contact).objects.get(pk=contact.pk).tags]


def test_tags_are_put_on_a_contact_and_taken_off_with_an_entry(dora, ben):
    vip, press = made("VIP", "press")
    tag_contact(dora, by=ben, add=[vip, press])
    assert names(dora) == ["press", "VIP"]
    assert set(ContactTagging.objects.values_list("teammate", flat=True)) == {ben.pk}
    tag_contact(dora, by=ben, add=[vip], remove=[press])
    assert names(dora) == ["VIP"]
    first, second = Entry.objects.filter(kind="contact.tagged").order_by("id")
    assert first.before == {"tags": []}
    assert set(first.after["tags"]) == {vip.public_id, press.public_id}
    assert second.after == {"tags": [vip.public_id]}


def test_what_is_so_already_leaves_no_trace(dora, ben):
    [vip] = made("VIP")
    tag_contact(dora, by=ben, add=[vip])
    tag_contact(dora, by=ben, add=[vip])
    assert Entry.objects.filter(kind="contact.tagged").count() == 1


def test_an_archived_tag_and_one_too_many_are_refused(dora, ben):
    [old] = made("old")
    old.is_archived = True
    old.save()
    with pytest.raises(Invalid):
        tag_contact(dora, by=ben, add=[old])
    with pytest.raises(Invalid):
        tag_contact(dora, by=ben, add=made(*(f"t{n}" for n in range(CONTACT_TAGS_MAX + 1))))
    assert names(dora) == []


def test_a_role_without_the_right_tags_nobody(dora, ben):
    ben.role = Role.objects.create(name="Looker", capabilities=[])
    ben.save()
    with pytest.raises(NotAllowed):
        tag_contact(dora, by=ben, add=made("VIP"))
    assert names(dora) == []


def test_a_merge_keeps_the_tags_of_both_and_gives_them_back(dora, otto, ada):
    vip, press, lost = made("VIP", "press", "lost")
    set_contact_tags(dora, by=ada, tags=[vip, press])
    set_contact_tags(otto, by=ada, tags=[press, lost])
    merge = merge_contacts(dora, otto, by=ada)
    assert names(dora) == ["lost", "press", "VIP"]
    unmerge(merge, by=ada)
    assert names(dora) == ["press", "VIP"]
    assert names(otto) == ["lost", "press"]


@pytest.fixture
def conversation(dora, line):
    return start(
        dora,
        line=line,
        identity=None,
        body="Hello",
        client_id="6f9619ff-8b86-4011-b42d-00cf4fc964ff",
    ).conversation


def send(browser, conversation, **values):
    return browser.post(
        f"/inbox/all/{conversation.public_id}/record/tags/",
        values,
        headers={"hx-request": "true", "hx-target": "about"},
    )


def test_the_record_shows_and_edits_them_with_undo(browser_of, ben, conversation, dora, published):
    made("VIP", "gone")
    Tag.objects.filter(name="gone").update(is_archived=True)
    browser = browser_of(ben)
    answer = send(browser, conversation, tag=Tag.objects.get(name="VIP").public_id, is_on="true")
    assert "Take off the tag VIP" in answer.content.decode()
    assert "gone" not in answer.content.decode()
    told = json.loads(answer["HX-Trigger"])["inbox:done"]
    assert told["words"] == "Tagged VIP."
    assert names(dora) == ["VIP"]
    send(browser, conversation, **told["undo"]["values"])
    assert names(dora) == []
    answer = send(browser, conversation, name="brand new")
    assert names(dora) == ["brand new"]
    assert "brand new" in answer.content.decode()


def test_colleagues_with_the_contact_on_screen_are_told(
    ben, dora, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        tag_contact(dora, by=ben, add=made("VIP"))
    topics = [topic for shown, frame in published for topic in shown if frame["type"] == "record"]
    assert topics == [f"record.{dora.public_id}"]


def test_a_looker_sees_tags_and_no_way_to_change_them(browser_of, ben, conversation, dora):
    tag_contact(dora, by=None, add=made("VIP", "press")[:1])
    ben.role = Role.objects.create(name="Looker", capabilities=[])
    ben.save()
    page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "VIP" in page
    assert "Take off the tag" not in page
    assert send(browser_of(ben), conversation, name="x").status_code == 403


def test_the_api_sets_them(client, dora, ben):
    vip, _ = find_or_create_tag("VIP", by=ben)
    token = create_token(
        by=None, teammate=ben, name="api", scopes=["contacts:write", "contacts:read"]
    )[1]
    address = f"/api/v1/contacts/{dora.public_id}/tags"
    headers = {"authorization": f"Bearer {token}"}
    sent = {"tags": [vip.public_id]}
    answer = client.put(address, sent, content_type="application/json", headers=headers)
    assert answer.json()["tags"] == [{"id": vip.public_id, "name": "VIP"}]
    assert Entry.objects.get(kind="contact.tagged").actor_id == ben.public_id
    for wrong in ({"tags": ["tag_nothing"]}, {"tags": "VIP"}, {}, {"tags": [None]}):
        answer = client.put(address, wrong, content_type="application/json", headers=headers)
        assert answer.status_code == 422 or answer.status_code == 400, answer.content
    assert names(dora) == ["VIP"]
