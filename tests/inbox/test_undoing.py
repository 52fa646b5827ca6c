"""Undo of what was done along with a message, and of what was deleted."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import NotAllowed, NotFound
from inbox.actions import (
    assign,
    delete_macro,
    prioritize,
    reopen,
    restore_macro,
    restore_view,
    save_macro,
    save_view,
    send_due,
    send_later,
    snooze,
    tag,
)
from inbox.models import Conversation, LaterMessage, Macro, Message, SavedView
from people.actions import create_token
from people.models.token import Scope
from tests.inbox.state import SCRIPT, now

pytestmark = pytest.mark.django_db


def steps(*steps):
    return [json.dumps({"do": do, "to": to}) for do, to in steps]


def send(browser, conversation, then, **more):
    form = {"kind": "reply", "body": "Done.", "client_id": str(uuid.uuid4()), "then": then} | more
    address = f"/inbox/all/{conversation.public_id}/messages/"
    answer = browser.post(address, form, headers=SCRIPT)
    assert answer.status_code in (200, 201)
    return answer.json()["done"]


def undo(browser, done):
    answer = browser.post(done["undo"]["url"], done["undo"]["values"], headers=SCRIPT)
    assert answer.status_code == 200
    return json.loads(answer["HX-Trigger"])["inbox:done"]


def names(conversation):
    return [tag["name"] for tag in now(conversation).shown_tags]


def test_undo_takes_back_all_that_a_press_did(
    conversation, ben, cleo, support, billing, vip, browser_of
):
    browser = browser_of(ben)
    then = steps(
        ("close", ""),
        ("tag", vip.public_id),
        ("priority", "urgent"),
        ("team", support.public_id),
        ("assign", "me"),
    )
    done = send(browser, conversation, then)
    assert done["words"].startswith("Sent and closed. Tag VIP, Priority Urgent, ")
    sent = now(conversation)
    assert (sent.status, sent.priority_word, sent.team, sent.assignee) == (
        *("closed", "urgent"),
        *(support, ben),
    )
    entries = Entry.objects.count()
    assert undo(browser, done)["words"] == "As before."
    back = now(conversation)
    assert (back.status, back.priority_word, back.team, back.assignee) == (
        *("open", "normal"),
        *(None, None),
    )
    assert names(conversation) == []
    kinds = list(Entry.objects.order_by("id")[entries:].values_list("kind", flat=True))
    assert kinds == [
        "conversation.reopened",
        "conversation.prioritized",
        "conversation.assigned",
        "conversation.assigned",
        "conversation.tagged",
    ]
    assert conversation.messages.filter(body_text="Done.").exists()


def test_steps_that_leave_a_conversation_open_can_be_undone_too(conversation, ben, vip, browser_of):
    browser = browser_of(ben)
    done = send(browser, conversation, steps(("tag", vip.public_id)))
    assert (done["words"], done["status"]) == ("Sent. Tag VIP.", "open")
    undo(browser, done)
    assert names(conversation) == []


def test_what_somebody_changed_since_stays(conversation, ada, ben, support, vip, browser_of):
    browser = browser_of(ben)
    then = steps(("close", ""), ("priority", "urgent"), ("assign", "me"))
    done = send(browser, conversation, then)
    assign(now(conversation), by=ada, assignee=ada)
    prioritize(now(conversation), by=ada, priority=Conversation.Priority.of("low"))
    tag(now(conversation), by=ada, add=[vip])
    said = undo(browser, done)
    assert said["words"] == "As before, but not all of it. Somebody has changed it since."
    assert said["is_partly"]
    left = now(conversation)
    assert (left.status, left.assignee, left.priority_word) == ("open", ada, "low")
    assert names(conversation) == ["VIP"]


def test_what_was_taken_back_by_hand_already_counts_as_taken_back(conversation, ben, browser_of):
    browser = browser_of(ben)
    done = send(browser, conversation, steps(("close", "")))
    reopen(now(conversation), by=ben)
    assert undo(browser, done)["words"] == "As before."
    assert Entry.objects.filter(kind="conversation.reopened").count() == 1


def test_a_snooze_gets_its_old_end_again(conversation, ben, next_week, browser_of):
    browser = browser_of(ben)
    snooze(conversation, by=ben, until=next_week)
    done = send(browser, conversation, steps(("close", "")))
    undo(browser, done)
    back = now(conversation)
    assert (back.status, back.snoozed_until) == ("snoozed", next_week)


def test_steps_that_changed_nothing_offer_no_undo(conversation, ben, vip, browser_of):
    tag(conversation, by=ben, add=[vip])
    assert send(browser_of(ben), conversation, steps(("tag", vip.public_id))) is None
    assert send(browser_of(ben), conversation, []) is None


def test_a_message_that_is_sent_again_still_says_that_it_closed(conversation, ben, browser_of):
    browser, same = browser_of(ben), str(uuid.uuid4())
    send(browser, conversation, steps(("close", "")), client_id=same)
    done = send(browser, conversation, steps(("close", "")), client_id=same)
    assert done["words"] == "Sent and closed."
    undo(browser, done)
    assert now(conversation).is_open


@pytest.mark.parametrize(
    "ways",
    [
        "",
        "{}",
        "[]",
        "[" * 5000,
        '[{"part": "merge", "values": {"into": "x"}, "left": {}}]',
        '[{"part": "assignment", "values": {"pk": "1"}, "left": {}}]',
        '[{"part": "tags", "values": {"name": "New"}, "left": {}}]',
        '[{"part": ["status"], "values": {"status": "open"}, "left": {}}]',
        '[{"part": "status", "values": {"status": 1}, "left": {}}]',
        json.dumps([{"part": "status", "values": {"status": "open"}, "left": {}}] * 101),
    ],
)
def test_a_hostile_way_back_is_refused(ways, conversation, ben, browser_of):
    entries = Entry.objects.count()
    address = f"/inbox/all/{conversation.public_id}/undo/"
    assert browser_of(ben).post(address, {"ways": ways}, headers=SCRIPT).status_code == 400
    assert Entry.objects.count() == entries


def test_undo_is_nobodys_who_does_not_see_the_conversation(
    conversation, ada, ben, cleo, billing, browser_of
):
    done = send(browser_of(ben), conversation, steps(("close", "")))
    assign(now(conversation), by=ada, team=billing)
    answer = browser_of(ben).post(done["undo"]["url"], done["undo"]["values"], headers=SCRIPT)
    assert answer.status_code == 404
    assert now(conversation).is_closed


# ---- what was deleted ----------------------------------------------------------------------------


def test_a_deleted_macro_comes_back_as_it_was(ben, support, browser_of):
    browser = browser_of(ben)
    made = save_macro(
        Macro(), by=ben, name="Bye", body="Bye.", steps=[{"do": "close", "to": "yes"}], team=support
    )
    Macro.objects.filter(pk=made.pk).update(used=7)
    page = browser.post(f"/inbox/macros/{made.public_id}/", {"delete": "true"}, follow=True)
    assert not Macro.objects.exists()
    assert "“Bye” is deleted." in page.content.decode()
    answer = browser.post(f"/inbox/macros/{made.public_id}/", {"restore": "true"})
    assert answer.status_code == 302
    back = Macro.objects.get()
    assert (back.public_id, back.name, back.body) == (made.public_id, "Bye", "Bye.")
    assert (back.steps, back.team, back.owner, back.used) == (made.steps, support, None, 7)
    assert Entry.objects.get(kind="macro.restored").subject_id == made.public_id
    assert restore_macro(made.public_id, by=ben) == back
    assert Entry.objects.filter(kind="macro.restored").count() == 1


def test_only_who_might_delete_a_macro_brings_it_back(ada, ben, cleo, browser_of):
    own = save_macro(Macro(), by=ben, name="Own", body="Mine.", owner=ben)
    common = save_macro(Macro(), by=ada, name="Common", body="Ours.")
    for macro, by in ((own, ben), (common, ada)):
        delete_macro(Macro.objects.get(pk=macro.pk), by=by)
    with pytest.raises(NotAllowed):
        restore_macro(own.public_id, by=cleo)
    with pytest.raises(NotAllowed):
        restore_macro(common.public_id, by=ben)
    with pytest.raises(NotFound):
        restore_macro("mc_never", by=ada)
    page = browser_of(cleo).get(f"/inbox/macros/?deleted={own.public_id}").content.decode()
    assert "is deleted" not in page
    assert not Macro.objects.exists()


def test_a_deleted_view_comes_back_with_its_readers_and_its_address(ada, ben, cleo, browser_of):
    browser = browser_of(ben)
    tree = {"all": [{"fact": "conversation.status", "op": "is", "value": "open"}]}
    made = save_view(SavedView(), by=ben, name="Ours", condition=tree, icon="star", is_shared=True)
    address = f"/inbox/views/{made.public_id}/"
    page = browser.post(address, {"do": "delete"}, follow=True).content.decode()
    assert "“Ours” is deleted." in page
    assert not SavedView.objects.exists()
    with pytest.raises(NotAllowed):
        restore_view(made.public_id, by=cleo)
    assert browser.post(address, {"do": "restore"}).status_code == 302
    back = SavedView.objects.get()
    assert (back.slug, back.name, back.icon, back.is_shared) == (made.slug, "Ours", "star", True)
    assert (back.owner, back.condition) == (ben, made.condition)
    assert Entry.objects.get(kind="view.restored").after["name"] == "Ours"
    assert browser_of(cleo).get(f"/inbox/{made.slug}/").status_code == 200


def test_a_view_comes_back_by_the_api(client, ben):
    tree = {"all": [{"fact": "conversation.status", "op": "is", "value": "open"}]}
    made = save_view(SavedView(), by=ben, name="Mine", condition=tree)
    scopes = [Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE]
    _, secret = create_token(by=ben, name="Script", scopes=scopes, teammate=ben)
    head = {"authorization": f"Bearer {secret}"}
    address = f"/api/v1/views/{made.public_id}"
    assert client.delete(address, headers=head).status_code == 200
    answer = client.put(address, {}, "application/json", headers=head)
    assert (answer.status_code, answer.json()["id"]) == (200, made.public_id)
    gone = client.put("/api/v1/views/vw_never", {}, "application/json", headers=head)
    assert gone.status_code == 404


@pytest.fixture
def waiting(conversation, ben):
    def kept(**more):
        due_at = timezone.now() + timedelta(hours=2)
        given = {"body": "See you.", "client_id": uuid.uuid4(), "due_at": due_at} | more
        return send_later(conversation, by=ben, **given)

    return kept


def do(browser, later, what, **how):
    conversation = later.conversation.public_id
    address = f"/inbox/all/{conversation}/later/{later.public_id}/"
    return browser.post(address, {"do": what}, **how)


def test_a_discarded_reply_waits_again(waiting, ben, browser_of):
    browser, later = browser_of(ben), waiting()
    page = browser.get(do(browser, later, "discard").url).content.decode()
    assert "Discarded: See you." in page
    assert do(browser, later, "restore", headers=SCRIPT).status_code == 200
    later.refresh_from_db()
    assert (later.state, later.is_discarded) == ("waiting", False)
    kinds = list(Entry.objects.filter(kind__startswith="later.").order_by("id"))
    assert [entry.kind for entry in kinds] == [
        "later.scheduled",
        "later.taken_back",
        "later.restored",
    ]


def test_what_was_discarded_too_long_is_read_and_edited_but_never_sent(waiting, ben, browser_of):
    browser, later = browser_of(ben), waiting()
    do(browser, later, "discard")
    LaterMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    do(browser, later, "restore")
    send_due()
    later.refresh_from_db()
    assert (later.state, later.reason) == (
        "called_off",
        "Its time passed while it was discarded.",
    )
    assert not Message.objects.filter(body_text="See you.").exists()


def test_only_its_author_brings_a_discarded_reply_back_and_only_that(waiting, ada, ben, browser_of):
    later = waiting()
    do(browser_of(ben), later, "discard")
    assert do(browser_of(ada), later, "restore", headers=SCRIPT).status_code == 403
    edited = waiting()
    do(browser_of(ben), edited, "take-back")
    assert do(browser_of(ben), edited, "restore", headers=SCRIPT).status_code == 409
    assert not Entry.objects.filter(kind="later.restored").exists()
