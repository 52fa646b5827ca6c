"""What a teammate has begun to write is on every device of theirs, and nobody else's."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import NewerMessages, NotAllowed, NotFound
from inbox.actions import (
    DraftOvertaken,
    assign,
    attach,
    forget_empty_drafts,
    reply,
    save_draft,
    send_later,
)
from inbox.actions import send as send_message
from inbox.models import Draft
from people.models import Role
from tests.inbox.state import SCRIPT
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db

FIRST, SECOND = uuid.uuid4(), uuid.uuid4()


def keep(conversation, by, body, *, version=0, kind="reply", client_id=FIRST, **more):
    return save_draft(
        conversation, by=by, kind=kind, version=version, client_id=client_id, body=body, **more
    )


def send(conversation, by, body, *, client_id=FIRST, kind="reply", **more):
    return send_message(conversation, by=by, kind=kind, body=body, client_id=client_id, **more)


@pytest.fixture
def desk(browser_of, conversation):
    """desk(ben): one device of a teammate, with the conversation open."""

    class Desk:
        def __init__(self, teammate):
            self.browser = browser_of(teammate)
            self.address = f"/inbox/all/{conversation.public_id}/drafts/"

        def keep(self, body, version=0, **more):
            form = {"kind": "reply", "body": body, "version": version, "client_id": str(FIRST)}
            return self.browser.post(self.address, form | more, headers=SCRIPT)

        def look(self):
            return self.browser.get(self.address, headers=SCRIPT).json()["drafts"]

        def marks(self):
            return self.browser.get("/inbox/drafts/", headers=SCRIPT).json()["drafts"]

    return Desk


def test_a_draft_is_found_on_another_device_with_all_that_belongs_to_it(
    conversation, ben, desk, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("invoice.txt", b"paid"), by=ben)
    kept = desk(ben).keep(
        "Dear Dora,\n ",
        attachments=[file.public_id],
        choices=["Yes", "No"],
        then='{"do":"close"}',
        macros=["mc_1"],
    )
    assert (kept.status_code, kept.json()["version"]) == (200, 1)
    found = desk(ben).look()["reply"]
    assert found["body"] == "Dear Dora,\n "
    assert [upload["name"] for upload in found["uploads"]] == ["invoice.txt"]
    assert found["choices"] == ["Yes", "No"]
    assert [step["words"] for step in found["then"]] == ["Close"]
    assert (found["client_id"], found["macros"]) == (str(FIRST), ["mc_1"])
    page = desk(ben).browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert ">Dear Dora,\n </textarea>" in page, "without scripts too"


def test_reply_and_note_are_kept_apart(conversation, ben, desk):
    desk(ben).keep("For Dora")
    desk(ben).keep("For us", kind="note")
    assert {kind: draft["body"] for kind, draft in desk(ben).look().items()} == {
        "reply": "For Dora",
        "note": "For us",
    }


def test_nobody_else_sees_a_draft_or_that_there_is_one(conversation, ada, ben, desk):
    desk(ben).keep("Between us")
    assert desk(ben).marks() == [{"conversation": conversation.public_id, "kind": "reply"}]
    assert (desk(ada).look(), desk(ada).marks()) == ({}, [])
    page = desk(ada).browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "Between us" not in page


def test_a_draft_is_out_of_reach_with_its_conversation(conversation, ada, ben, billing, desk):
    desk(ben).keep("Half a word")
    assign(conversation, by=ada, team=billing)
    assert desk(ben).browser.get(desk(ben).address, headers=SCRIPT).status_code == 404
    assert desk(ben).keep("More", 1).status_code == 404
    assert desk(ben).marks() == []
    assert Draft.objects.get().body == "Half a word", "it is there when he is let in again"


def test_an_older_version_never_overwrites_a_newer_one(conversation, ben, desk):
    phone, laptop = desk(ben), desk(ben)
    phone.keep("From the phone")
    laptop.keep("From the laptop", 1)
    late = phone.keep("From the phone, late", 1)
    assert (late.status_code, late.json()["type"]) == (409, "state-conflict")
    assert late.json()["draft"]["body"] == "From the laptop"
    assert late.json()["draft"]["version"] == 2
    assert Draft.objects.get().body == "From the laptop"
    assert phone.keep("Both", 2).json()["version"] == 3


def test_the_same_words_again_are_no_conflict_and_no_new_version(conversation, ben, desk):
    desk(ben).keep("One")
    desk(ben).keep("Two", 1)
    again = desk(ben).keep("Two", 1)
    assert (again.status_code, again.json()["version"]) == (200, 2)


def test_a_first_save_that_comes_after_its_message_brings_nothing_back(conversation, ben, desk):
    send(conversation, ben, "On its way.")
    late = desk(ben).keep("On its way.")
    assert (late.status_code, late.json()["version"]) == (200, 0)
    assert desk(ben).marks() == [] and Draft.objects.get().body == ""
    assert desk(ben).keep("And more", client_id=str(SECOND)).json()["version"] == 1
    assert Draft.objects.get().body == "And more"


def test_a_first_save_that_comes_after_its_reply_was_put_off_brings_nothing_back(
    conversation, ben, desk
):
    due_at = timezone.now() + timedelta(hours=1)
    send_later(conversation, by=ben, body="Soon", client_id=FIRST, due_at=due_at)
    assert desk(ben).keep("Soon").status_code == 200
    assert desk(ben).marks() == [] and Draft.objects.get().body == ""
    desk(ben).keep("Next", client_id=str(SECOND))
    assert desk(ben).keep("Soon").status_code == 409
    assert Draft.objects.get().body == "Next"


def test_only_the_message_made_of_it_clears_a_draft(conversation, ada, ben):
    keep(conversation, ben, "On its way.")
    keep(conversation, ben, "Call him", kind="note", client_id=SECOND)
    keep(conversation, ada, "Mine", client_id=FIRST)
    send(conversation, ben, "Something else", client_id=uuid.uuid4())
    assert Draft.objects.get(teammate=ben, kind="reply").body == "On its way."
    send(conversation, ben, "On its way.")
    draft = Draft.objects.get(teammate=ben, kind="reply")
    assert (draft.body, draft.is_empty, draft.version) == ("", True, 2)
    assert Draft.objects.get(teammate=ben, kind="note").body == "Call him"
    assert Draft.objects.get(teammate=ada).body == "Mine"


def test_what_could_not_be_sent_is_still_a_draft(conversation, ada, ben):
    keep(conversation, ben, "On its way.")
    reply(conversation, by=ada, body="I have it.", client_id=uuid.uuid4())
    with pytest.raises(NewerMessages):
        send(conversation, ben, "On its way.", last_seen_seq=1)
    with pytest.raises(RuntimeError), transaction.atomic():
        send(conversation, ben, "On its way.")
        raise RuntimeError("the machine died before the commit")
    draft = Draft.objects.get()
    assert (draft.body, draft.version) == ("On its way.", 1)


def test_a_save_that_comes_after_the_sending_brings_nothing_back(conversation, ben):
    keep(conversation, ben, "On its")
    send(conversation, ben, "On its way.")
    with pytest.raises(DraftOvertaken) as refused:
        keep(conversation, ben, "On its way", version=1)
    assert refused.value.stored.is_empty
    assert Draft.objects.get().is_empty


def test_new_words_after_sending_are_a_new_draft(conversation, ben):
    keep(conversation, ben, "One")
    send(conversation, ben, "One")
    assert keep(conversation, ben, "Two", version=1, client_id=SECOND).version == 3
    send(conversation, ben, "One")
    assert Draft.objects.get().body == "Two", "a retry of the first message clears nothing"


def test_a_draft_decides_nothing_so_the_journal_is_silent(conversation, ben):
    before = Entry.objects.count()
    keep(conversation, ben, "Hm")
    assert Entry.objects.count() == before


def test_ones_other_screens_hear_that_there_is_a_draft_but_not_what_it_says(
    conversation, ada, ben, browser_of
):
    cookies = [session_cookie(browser_of(mate)) for mate in (ben, ada)]

    async def scene():
        sockets = []
        for cookie in cookies:
            socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
            await socket.open()
            await socket.say({"type": "hello", "watch": {"conversation": {}}})
            await socket.hear("ready")
            sockets.append(socket)
        await committed(lambda: keep(conversation, ben, "Secret"))
        begun = await sockets[0].hear("draft")
        quiet = await sockets[1].hears_nothing()
        await committed(lambda: send(conversation, ben, "Secret"))
        cleared = await sockets[0].hear("draft")
        for socket in sockets:
            await socket.close()
        return begun, quiet, cleared

    begun, is_quiet, cleared = play(scene)
    assert begun == {
        "type": "draft",
        "conversation": conversation.public_id,
        "kind": "reply",
        "version": 1,
        "is_empty": False,
    }
    assert is_quiet
    assert (cleared["version"], cleared["is_empty"]) == (2, True)


def test_who_may_not_write_keeps_no_draft(conversation, ben, emil, begin, ada, billing):
    ben.role = Role.objects.create(name="Notes only", capabilities=["conversations.note"])
    ben.save()
    with pytest.raises(NotAllowed):
        keep(conversation, ben, "Hi")
    keep(conversation, ben, "Hi", kind="note")
    private = assign(begin(emil), by=ada, team=billing)
    with pytest.raises(NotFound):
        keep(private, ben, "Hi", kind="note")


def test_empty_rows_are_forgotten_after_a_month(conversation, ben, ada):
    keep(conversation, ben, "One")
    keep(conversation, ada, "Two", client_id=SECOND)
    send(conversation, ben, "One")
    assert forget_empty_drafts() == 0
    Draft.objects.update(saved_at="2020-01-01T00:00:00Z")
    assert forget_empty_drafts() == 1
    assert Draft.objects.get().body == "Two"
    assert keep(conversation, ben, "Again", version=2, client_id=SECOND).version == 3


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "activity"},
        {"version": "-1"},
        {"version": str(2**63)},
        {"client_id": "no uuid"},
        {"body": "a\x00b"},
        {"body": "x" * (32 * 1024 + 1)},
        {"attachments": "../../etc"},
        {"attachments": [f"att_{number}" for number in range(101)]},
        {"then": '{"do":"explode"}'},
        {"choices": ["x" * 81]},
    ],
)
def test_hostile_drafts_are_refused_and_leave_nothing(form, conversation, ben, desk):
    answer = desk(ben).keep(**({"body": "Hi"} | form))
    assert answer.status_code == 400, json.dumps(answer.json())
    assert not Draft.objects.exists()


def test_drafts_cost_the_same_for_one_and_for_many(
    conversation, begin, emil, ben, desk, django_assert_num_queries
):
    own = desk(ben)
    for size in (1, 20):
        for _ in range(size):
            keep(begin(emil), ben, "Hm", client_id=uuid.uuid4())
        with django_assert_num_queries(5):
            assert len(own.marks()) >= size
    keep(conversation, ben, "Hm")
    keep(conversation, ben, "Hm", kind="note")
    with django_assert_num_queries(6):
        own.look()
