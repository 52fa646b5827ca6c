import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from inbox.actions import attach, close, note, reply
from inbox.models import Attachment, Conversation, Message


def png(size=(1, 1)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


PNG = png()


@pytest.fixture(autouse=True)
def file_store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(script, content=PNG, name="coat.png", **headers):
    boundary = "frontier"
    raw = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return script.call("post", "uploads", raw=raw, type=kind, **headers)


def test_a_reply_is_posted_once_and_read_back(api, ben, dora, begun):
    conversation, client_id = begun(dora), uuid.uuid4()
    script = api(ben)
    posted = script.say(conversation, "It is **on its way**.", client_id=client_id)
    assert posted.status_code == 201
    body = posted.json()
    assert (body["seq"], body["kind"], body["client_id"]) == (2, "reply", str(client_id))
    assert body["author"] == {"type": "teammate", "id": ben.public_id, "name": "Ben Okafor"}
    assert "<strong>on its way</strong>" in body["body_html"]
    again = script.say(conversation, "It is **on its way**.", client_id=client_id)
    assert (again.status_code, again.json()) == (200, body)
    thread = script.get(f"conversations/{conversation.public_id}/messages").json()
    assert thread["last_seq"] == 2 and thread["messages"][1] == body
    assert thread["messages"][0]["author"]["id"] == dora.public_id


def test_the_same_client_id_for_another_message_is_a_conflict(api, ada, ben, dora, begun):
    conversation, client_id = begun(dora), uuid.uuid4()
    script = api(ben)
    script.say(conversation, "One", client_id=client_id)
    for answer in (
        script.say(conversation, "Two", client_id=client_id),
        script.say(conversation, "One", client_id=client_id, kind="note"),
        api(ada).say(conversation, "One", client_id=client_id),
    ):
        assert answer.status_code == 409 and answer.json()["type"] == "client-id-reused"
    assert conversation.messages.count() == 2


def test_a_key_and_a_client_id_both_make_a_post_safe(api, ben, dora, begun):
    conversation, client_id = begun(dora), str(uuid.uuid4())
    script, path = api(ben), f"conversations/{conversation.public_id}/messages"
    content = {"kind": "reply", "body": "One", "client_id": client_id}
    first = script.post(path, content, idempotency_key="m-1")
    again = script.post(path, content, idempotency_key="m-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    other = script.post(path, {**content, "body": "Two"}, idempotency_key="m-1")
    assert other.status_code == 409 and other.json()["type"] == "client-id-reused"
    assert conversation.messages.count() == 2


def test_a_reply_to_what_is_not_the_latest_is_refused_with_what_is(api, ada, ben, dora, begun):
    conversation = begun(dora)
    note(conversation, by=ada, body="Between us", client_id=uuid.uuid4())
    reply(conversation, by=dora, body="Forget it, found it!", client_id=uuid.uuid4())
    script, client_id = api(ben), uuid.uuid4()
    refused = script.say(conversation, "Sorry", client_id=client_id, last_seen_seq=1)
    assert refused.status_code == 409 and refused.json()["type"] == "newer-messages"
    newer = refused.json()["messages"]
    assert [(row["seq"], row["body_text"]) for row in newer] == [(3, "Forget it, found it!")]
    assert conversation.messages.count() == 3
    seen = script.say(conversation, "Good!", last_seen_seq=3)
    assert seen.status_code == 201
    forced = script.say(conversation, "Sorry", client_id=client_id, last_seen_seq=1, override=True)
    assert forced.status_code == 201
    assert script.say(conversation, "Noted", kind="note", last_seen_seq=1).status_code == 201


def test_a_retry_that_comes_late_hears_of_its_message_and_of_no_conflict(api, ben, dora, begun):
    conversation, client_id = begun(dora), uuid.uuid4()
    script = api(ben)
    script.say(conversation, "One", client_id=client_id, last_seen_seq=1)
    reply(conversation, by=dora, body="Thanks", client_id=uuid.uuid4())
    late = script.say(conversation, "One", client_id=client_id, last_seen_seq=1)
    assert late.status_code == 200 and late.json()["seq"] == 2


def test_a_thread_is_read_in_windows_with_everything_in_it(api, ada, ben, dora, begun):
    conversation = begun(dora)
    note(conversation, by=ada, body="Between us", client_id=uuid.uuid4())
    close(conversation, by=ben)
    for number in range(4, 8):
        reply(conversation, by=ben, body=f"m{number}", client_id=uuid.uuid4(), override=True)
    script, path = api(ben), f"conversations/{conversation.public_id}/messages"

    def seqs(query):
        body = script.get(f"{path}?{query}").json()
        return [row["seq"] for row in body["messages"]], body["last_seq"]

    last = Conversation.objects.get().last_seq
    everything = list(range(1, last + 1))
    assert seqs("") == (everything, last)
    assert seqs("limit=2") == (everything[-2:], last)
    assert seqs("after=2&limit=3") == ([3, 4, 5], last)
    assert seqs("before=4&limit=2") == ([2, 3], last)
    assert seqs(f"after={last}") == ([], last)
    kinds = {row["seq"]: row for row in script.get(path).json()["messages"]}
    assert kinds[2]["kind"] == "note" and kinds[3]["kind"] == "activity"
    assert kinds[3]["activity"] == {"kind": "closed"} and kinds[3]["body_text"] == ""


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"),
        ("after=NaN", "after"),
        ("after=" + "9" * 31, "after"),
        ("before=1e309", "before"),
        ("before=0x10", "before"),
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("after=1&before=2", "non_field_errors"),
        ("cursor=x", "cursor"),
    ],
)
def test_a_window_that_is_none_is_refused(api, ben, dora, begun, query, field):
    conversation = begun(dora)
    answer = api(ben).get(f"conversations/{conversation.public_id}/messages?{query}")
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "activity"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["reply"]}, "kind"),
        ({"body": ""}, "body"),
        ({"body": " \u200b\n"}, "body"),
        ({"body": 7}, "body"),
        ({"body": None}, "body"),
        ({"body": {"text": "x"}}, "body"),
        ({"body": "a\u0007"}, "body"),
        ({"body": "x" * 40_000}, "body"),
        ({"client_id": "1"}, "client_id"),
        ({"client_id": 1}, "client_id"),
        ({"client_id": None}, "client_id"),
        ({"client_id": True}, "client_id"),
        ({"last_seen_seq": -1}, "last_seen_seq"),
        ({"last_seen_seq": "x"}, "last_seen_seq"),
        ({"last_seen_seq": True}, "last_seen_seq"),
        ({"override": "yes"}, "override"),
        ({"override": 1}, "override"),
        ({"attachments": "at_x"}, "attachments"),
        ({"attachments": [7]}, "attachments.0"),
        ({"attachments": ["at_nowhere"]}, "attachments"),
        ({"attachments": ["at_x"] * 11}, "attachments"),
        ({"author": "ada"}, "author"),
        ({"seq": 99}, "seq"),
        ({"public_seq": 99}, "public_seq"),
        ({"teammate": "mate_x"}, "teammate"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
        ({"body_html": "<script>"}, "body_html"),
    ],
)
def test_a_wrong_field_of_a_message_is_named_and_nothing_is_written(
    api, ben, dora, begun, change, field
):
    conversation = begun(dora)
    content = {"kind": "reply", "body": "One", "client_id": str(uuid.uuid4())} | change
    answer = api(ben).post(f"conversations/{conversation.public_id}/messages", content)
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]
    assert conversation.messages.count() == 1


def test_script_in_a_message_stays_text(api, ben, dora, begun):
    conversation = begun(dora)
    body = api(ben).say(conversation, "<script>alert(1)</script> [x](javascript:alert(1))").json()
    assert body["body_text"].startswith("<script>")
    assert "<script" not in body["body_html"] and "href" not in body["body_html"]


def test_a_file_is_uploaded_named_by_a_message_and_fetched_by_its_link(api, ben, dora, begun):
    conversation, script = begun(dora), api(ben)
    answer = upload(script)
    assert answer.status_code == 201
    file = answer.json()
    assert (file["name"], file["content_type"], file["width"]) == ("coat.png", "image/png", 1)
    message = script.say(conversation, "", attachments=[file["id"]]).json()
    assert [row["id"] for row in message["attachments"]] == [file["id"]]
    fetched = Client().get(message["attachments"][0]["url"].partition("8000")[2])
    assert fetched.status_code == 200 and b"".join(fetched.streaming_content) == PNG
    assert message["attachments"][0]["thumb"] is None


def test_a_large_picture_has_a_small_one_beside_it(api, ben, dora, begun):
    script = api(ben)
    file = upload(script, png((1280, 10))).json()
    message = script.say(begun(dora), "", attachments=[file["id"]]).json()
    thumb = Client().get(message["attachments"][0]["thumb"].partition("8000")[2])
    assert (thumb.status_code, thumb["Content-Type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(b"".join(thumb.streaming_content))).size == (640, 5)


def test_a_reply_offers_answers_to_pick_from(api, ben, dora, begun):
    conversation, script, client_id = begun(dora), api(ben), str(uuid.uuid4())
    sent = script.say(conversation, "Which day?", choices=["Tue", "Wed"], client_id=client_id)
    assert sent.status_code == 201 and sent.json()["choices"] == ["Tue", "Wed"]
    again = script.say(conversation, "Which day?", choices=["Tue", "Wed"], client_id=client_id)
    assert again.status_code == 200 and again.json()["id"] == sent.json()["id"]
    other = script.say(conversation, "Which day?", choices=["Tue"], client_id=client_id)
    assert other.status_code == 409 and other.json()["type"] == "client-id-reused"


@pytest.mark.parametrize(
    "choices",
    ["Tue", [1], [None], [["Tue"]], [{}], [""], ["  "], ["x" * 81], ["a\nb"], ["\x07"], ["a"] * 9],
)
def test_what_is_no_answer_to_pick_is_refused(api, ben, dora, begun, choices):
    conversation = begun(dora)
    answer = api(ben).say(conversation, "Which day?", choices=choices)
    assert answer.status_code == 400
    assert next(iter(answer.json()["errors"])).startswith("choices")
    assert Message.objects.count() == 1


def test_a_note_offers_nothing_to_pick(api, ben, dora, begun):
    answer = api(ben).say(begun(dora), "Which day?", kind="note", choices=["Tue"])
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["choices"]


def test_an_upload_under_one_key_is_stored_once(api, ben):
    script = api(ben)
    first, again = (upload(script, idempotency_key="u-1") for _ in range(2))
    assert first.json()["id"] == again.json()["id"] and again["Idempotent-Replayed"] == "true"
    assert Attachment.objects.count() == 1
    other = upload(script, b"plain text", idempotency_key="u-1")
    assert other.status_code == 409 and other.json()["type"] == "client-id-reused"


def test_what_is_no_upload_is_refused(api, ben, settings):
    script = api(ben)
    assert api().call("post", "uploads", raw=b"", type="multipart/form-data").status_code == 403
    assert upload(script, b"").status_code == 400
    assert script.post("uploads", {"file": "x"}).status_code == 415
    assert script.call("post", "uploads", raw=b"x", type="multipart/form-data").status_code == 400
    settings.ATTACHMENT_MAX_MB = 1
    assert upload(script, b"x" * 1_100_000).status_code == 413
    assert not Attachment.objects.exists()


def test_nobody_sends_another_ones_file(api, ada, ben, dora, emil, begun):
    conversation, other = begun(dora), begun(emil)

    def stored(**whose):
        return attach(SimpleUploadedFile("a.png", PNG), **whose)

    used = stored(by=ben)
    api(ben).say(other, "Look", attachments=[used.public_id])
    for file in (stored(by=ada), stored(by=emil), stored(visitor="v-1"), used):
        answer = api(ben).say(conversation, "Look", attachments=[file.public_id])
        assert answer.status_code == 400 and list(answer.json()["errors"]) == ["attachments"]
    assert Message.objects.filter(conversation=conversation).count() == 1
