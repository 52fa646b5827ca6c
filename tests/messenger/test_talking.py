import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox import actions
from inbox.actions import close, note, reply
from inbox.models import Conversation, Message
from people.actions import merge_contacts
from people.models import Contact, Event
from tests.visiting import Browser


def test_booting_makes_no_contact_and_says_all_that_is_needed(browser, installation, ben):
    visitor = Browser(installation)
    answer = visitor.boot(page={"url": "https://shop.test/"}, locale="de", timezone="Europe/Berlin")
    body = answer.json()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert body["contact"] == {"id": None, "role": "visitor", "name": "", "email": None}
    assert body["conversations"] == [] and body["unread"] == 0 and body["outbound"] == []
    assert body["settings"]["name"] == "Lumen" and body["settings"]["on_color"] == "#ffffff"
    assert body["settings"]["live_url"].endswith("/ws/messenger/")
    assert body["settings"]["team"] == [{"name": "Ben", "avatar": None, "initials": "BO"}]
    assert not Contact.objects.exists()
    assert not answer.cookies


def test_the_first_word_makes_the_contact_and_the_conversation(browser):
    visitor = browser(locale="de", timezone="Europe/Berlin")
    answer = visitor.start("Hello", page={"url": "https://shop.test/a", "title": "Coats"})
    assert answer.status_code == 201
    body = answer.json()
    contact = Contact.objects.get()
    assert (contact.role, contact.locale, contact.timezone) == ("visitor", "de", "Europe/Berlin")
    conversation = Conversation.objects.get()
    assert body["conversation"]["id"] == conversation.public_id
    assert body["conversation"]["last_seq"] == body["message"]["seq"] == 1
    assert conversation.page["title"] == "Coats"
    binding = conversation.bindings.get()
    assert binding.identity.kind == "widget_visitor"
    assert visitor.start("Again").status_code == 201
    assert Contact.objects.count() == 1


def test_a_retry_is_answered_with_the_stored_rows(browser):
    visitor, client_id = browser(), uuid.uuid4()
    first, again = visitor.start("Hello", client_id), visitor.start("Hello", client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["message"] == again.json()["message"]
    other = visitor.start("Another", client_id)
    assert other.status_code == 409 and other.json()["type"] == "client-id-reused"
    conversation, client_id = first.json()["conversation"]["id"], uuid.uuid4()
    answers = [visitor.say(conversation, "More", client_id) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert visitor.say(conversation, "Else", client_id).status_code == 409
    assert Message.objects.count() == 2


def test_history_is_there_after_a_reload_without_what_only_teammates_see(browser, ben):
    visitor = browser()
    name = visitor.start("One").json()["conversation"]["id"]
    conversation = Conversation.objects.get()
    note(conversation, by=ben, body="A secret", client_id=uuid.uuid4())
    reply(conversation, by=ben, body="Two", client_id=uuid.uuid4())
    close(conversation, by=ben)
    body = visitor.read(name).json()
    assert [(row["seq"], row["body_text"]) for row in body["messages"]] == [(1, "One"), (2, "Two")]
    assert (body["last_seq"], body["seen_seq"], body["status"]) == (2, 2, "closed")
    author = body["messages"][1]["author"]
    assert (author["type"], author["name"], author["initials"]) == ("teammate", "Ben", "BO")
    assert "ben@lumen.test" not in str(body) and "secret" not in str(body)
    booted = visitor.boot().json()
    assert booted["unread"] == 1 and booted["conversations"][0]["id"] == name
    assert booted["conversations"][0]["preview"] == "Two"


def test_windows_of_a_long_thread(browser, ben):
    visitor = browser()
    name = visitor.start("m1").json()["conversation"]["id"]
    conversation = Conversation.objects.get()
    for number in range(2, 8):
        reply(conversation, by=ben, body=f"m{number}", client_id=uuid.uuid4())

    def texts(query):
        return [row["body_text"] for row in visitor.read(name, query).json()["messages"]]

    assert texts("?limit=3") == ["m5", "m6", "m7"]
    assert texts("?limit=3&before=5") == ["m2", "m3", "m4"]
    assert texts("?limit=3&after=1") == ["m2", "m3", "m4"]
    for bad in ("after=-1", "after=x", "after=1e30", f"after={10**30}", "limit=0", "limit=1000"):
        answer = visitor.read(name, f"?{bad}")
        assert answer.status_code == 400 and answer.json()["type"] == "validation", bad


def test_reading_moves_the_badge(browser, ben):
    visitor = browser()
    name = visitor.start().json()["conversation"]["id"]
    reply(Conversation.objects.get(), by=ben, body="Here", client_id=uuid.uuid4())
    assert visitor.boot().json()["unread"] == 1
    assert visitor.call("put", f"conversations/{name}/read", {"seq": 2}).status_code == 204
    assert visitor.boot().json()["unread"] == 0


def test_nobody_opens_what_another_visitor_wrote(browser, ben):
    mine, foreign = browser(), browser()
    name = mine.start("Private words").json()["conversation"]["id"]
    foreign.start("Something else")
    calls = [
        foreign.read(name),
        foreign.say(name, "Hi"),
        foreign.call("put", f"conversations/{name}/read", {"seq": 1}),
        foreign.call("post", f"conversations/{name}/typing", {}),
        browser().read(name),
    ]
    assert {answer.status_code for answer in calls} == {404}
    assert all("Private" not in answer.content.decode() for answer in calls)
    listed = foreign.call("get", "conversations").json()["conversations"]
    assert [row["preview"] for row in listed] == ["Something else"]


@pytest.mark.parametrize(
    "token", ["", "x" * 40, "null", "a.b.c", "eyJhIjoiYiJ9:1tabcd:sig-sig-sig-sig"]
)
def test_a_forged_token_opens_nothing(browser, token):
    visitor = browser()
    visitor.start()
    visitor.token = token
    for answer in (visitor.call("get", "conversations"), visitor.start()):
        assert answer.status_code == 401
        assert answer.json()["type"] == "not-authenticated"
        assert answer["Content-Type"] == "application/problem+json"
    assert visitor.boot(token=token).json()["conversations"] == []


def test_a_token_of_one_installation_is_none_of_another(browser, installation, line):
    from inbox.models import Line
    from messenger.models import Installation

    other = Installation.objects.create(
        line=Line.objects.create(kind="messenger", name="Other"),
        name="Other",
        allowed_origins=["https://shop.test"],
    )
    visitor = browser()
    visitor.start("Mine")
    elsewhere = Browser(other)
    assert elsewhere.boot(token=visitor.token).json()["conversations"] == []


def test_a_foreign_site_is_refused_and_an_allowed_one_may_read_even_errors(browser, installation):
    stranger = Browser(installation, origin="https://evil.test")
    answer = stranger.boot()
    assert answer.status_code == 403 and answer.json()["type"] == "not-allowed"
    assert set(answer.json()) == {"type", "title", "status", "detail"}
    visitor = browser()
    answer = visitor.call("get", "conversations")
    assert answer["Access-Control-Allow-Origin"] == "https://shop.test"
    assert "Access-Control-Allow-Credentials" not in answer
    wrong = visitor.call("get", "conversations", token="x" * 40)
    assert wrong.status_code == 401
    assert wrong["Access-Control-Allow-Origin"] == "https://shop.test"
    visitor.origin = "https://evil.test"
    refused = visitor.call("get", "conversations")
    assert refused.status_code == 403 and "Access-Control-Allow-Origin" not in refused
    preflight = visitor.client.options(
        "/m/api/boot",
        headers={"origin": "https://shop.test", "access-control-request-method": "POST"},
    )
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "https://shop.test"


def test_an_unknown_or_paused_app_is_not_found(browser, installation):
    for app in ("app_nope", "x", "../etc"):
        assert Browser(installation).boot(app=app).status_code in {400, 404}
    installation.is_active = False
    installation.save()
    assert Browser(installation).boot().status_code == 404


ID = b'"client_id": "8c0cbb3e-6cf5-4a5c-9a8b-0f2a3c0b8a11"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"client_id": "x", "body": "hi"}',
        b'{"body": "no id"}',
        b"{" + ID + b', "body": "a\\u0000b"}',
        b"{" + ID + b', "body": "\\ud800"}',
        b"{" + ID + b', "body": 7}',
        b"{" + ID + b', "body": "   "}',
        b"{" + ID + b', "body": "x", "attachments": "a"}',
        b"{" + ID + b', "body": "x", "attachments": [1e999]}',
        b"{" + ID + b', "body": "x", "page": {"url": 1}}',
        b"{" + ID + b', "body": "x", "page": []}',
        b"\xff\xfe",
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
    ],
)
def test_malformed_bodies_leave_nothing_behind(browser, body):
    visitor = browser()
    answer = visitor.call("post", "conversations", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["type"] == "validation" and answer.json()["detail"]
    assert not Conversation.objects.exists()


def test_too_much_at_once_is_too_large(browser):
    visitor = browser()
    assert visitor.start("x" * 40_000).status_code == 400
    assert visitor.start("x" * 300_000).status_code == 413
    assert not Conversation.objects.exists()


def test_a_flood_is_slowed_down_and_nobody_else_is(browser, settings):
    settings.VISITOR_MESSAGES_PER_MINUTE = 5
    flooder, other = browser(), browser()
    name = flooder.start().json()["conversation"]["id"]
    answers = [flooder.say(name, f"{number}") for number in range(12)]
    codes = [answer.status_code for answer in answers]
    assert codes[:5] == [201] * 5 and set(codes[5:]) == {429}
    assert int(answers[-1]["Retry-After"]) >= 1 and answers[-1].json()["type"] == "too-many"
    theirs = other.start().json()["conversation"]["id"]
    assert other.say(theirs, "calm").status_code == 201


def test_hearing_that_a_conversation_is_stored_costs_no_limit(browser, settings):
    settings.VISITOR_CONVERSATIONS_PER_HOUR = 1
    visitor, client_id = browser(), uuid.uuid4()
    codes = [visitor.start("Hello", client_id).status_code for _ in range(4)]
    assert codes == [201, 200, 200, 200]
    assert visitor.start("Another").status_code == 429


def test_a_blocked_contact_is_told_so(browser):
    visitor = browser()
    name = visitor.start().json()["conversation"]["id"]
    Contact.objects.update(is_blocked=True)
    assert visitor.say(name, "Hi").status_code == 403
    assert visitor.start("Hi").status_code == 403
    assert visitor.call("post", f"conversations/{name}/typing", {}).status_code == 403
    upload = visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("a.txt", b"a")},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
    )
    assert upload.status_code == 403


def test_a_file_goes_up_first_and_then_with_the_message(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    visitor, other = browser(), browser()

    def upload(who):
        return who.client.post(
            "/m/api/uploads",
            {"file": SimpleUploadedFile("receipt.txt", b"one coat")},
            headers={"origin": who.origin, "authorization": f"Bearer {who.token}"},
        )

    stored = upload(visitor)
    assert stored.status_code == 201 and stored.json()["name"] == "receipt.txt"
    stolen = other.start("", attachments=[stored.json()["id"]])
    assert stolen.status_code == 400
    said = visitor.start("", attachments=[stored.json()["id"]])
    assert said.status_code == 201
    file = said.json()["message"]["attachments"][0]
    assert file["size"] == 8
    fetched = visitor.client.get(file["url"])
    assert fetched.status_code == 200
    assert fetched["Content-Disposition"].startswith("attachment")
    assert (
        visitor.client.post(
            "/m/api/uploads", headers={"authorization": f"Bearer {visitor.token}"}
        ).status_code
        == 400
    )


def test_events_are_kept_for_contacts_that_we_know(browser):
    visitor = browser()
    event = {
        "name": "coat.viewed",
        "metadata": {"sku": "C-1"},
        "page": {"url": "https://shop.test/c"},
    }
    assert visitor.call("post", "events", event).status_code == 202
    assert not Event.objects.exists()
    visitor.start()
    assert visitor.call("post", "events", event).json() == {"outbound": []}
    stored = Event.objects.get(name="coat.viewed")
    assert stored.metadata == {"sku": "C-1", "url": "https://shop.test/c"}
    assert visitor.call("post", "events", {"name": "x" * 200}).status_code == 400


def test_a_pages_address_is_one_of_the_web(browser):
    visitor = browser()
    visitor.start("Hi", page={"url": "javascript:alert(1)", "referrer": "data:text/html,x"})
    assert Conversation.objects.get().page["url"] == ""


def test_the_loader_and_the_frame_are_served(client, installation):
    loader = client.get("/m/loader.js")
    assert loader.status_code == 200 and loader["Content-Type"].startswith("text/javascript")
    frame = client.get(f"/m/frame/?app={installation.public_id}")
    assert frame.status_code == 200 and not frame.cookies
    policy = frame["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://shop.test" in policy
    assert "X-Frame-Options" not in frame
    assert client.get("/m/frame/?app=app_nope").status_code == 404


@pytest.mark.parametrize("wrong", [{"body": "  "}, {"body": "x", "attachments": ["at_unknown"]}])
def test_a_refused_first_word_makes_no_contact(browser, wrong):
    visitor = browser()
    assert visitor.start(**wrong).status_code == 400
    assert not Contact.objects.exists()
    assert visitor.boot().json()["contact"]["id"] is None


def test_a_merge_while_a_visitor_sends_loses_no_word(browser, monkeypatch):
    visitor, other = browser(), browser()
    name = visitor.start("One").json()["conversation"]["id"]
    other.start("Two")
    mine, theirs = (
        Conversation.objects.get(public_id=name).contact,
        Conversation.objects.exclude(public_id=name).get().contact,
    )
    real, calls = actions.reply, []

    def reply(conversation, **said):
        if not calls:
            merge_contacts(theirs, mine, by=None)
        calls.append(conversation)
        return real(conversation, **said)

    monkeypatch.setattr("messenger.api.messages.actions.reply", reply)
    assert visitor.say(name, "Three").status_code == 201
    assert len(calls) == 2
    assert Message.objects.filter(body_text="Three").count() == 1


@pytest.mark.parametrize("path", ["boot", "conversations", "uploads", "events"])
def test_a_browser_may_ask_beforehand_whether_it_may_call(client, installation, path):
    answer = client.options(
        f"/m/api/{path}",
        headers={
            "origin": "https://shop.test",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "https://shop.test"
    assert "Authorization" in answer["Access-Control-Allow-Headers"]


def test_of_two_tellings_the_later_is_known_and_what_is_not_shown_leaves_no_trace(browser, ben):
    visitor = browser()
    name = visitor.start("Hello").json()["conversation"]["id"]
    conversation = Conversation.objects.get(public_id=name)

    def told():
        (row,) = visitor.call("get", "conversations").json()["conversations"]
        return row["version"], row["status"]

    def word():
        return {"by": ben, "body": "One word.", "client_id": uuid.uuid4()}

    assert told() == (1, "open")
    note(conversation, **word())
    actions.prioritize(conversation, by=ben, priority=Conversation.Priority.HIGH)
    actions.mark_spam(conversation, by=ben)
    assert told() == (1, "open")
    actions.unmark_spam(conversation, by=ben)
    assert told() == (1, "open")
    reply(conversation, **word())
    actions.assign(conversation, by=ben, assignee=ben)
    assert told() == (3, "open")
    close(conversation, by=ben)
    assert told() == (4, "closed")
    visitor.call("put", f"conversations/{name}/rating", {"score": 4})
    assert told() == (5, "closed")
    visitor.say(name, "One more thing.")
    version, status = told()
    assert version > 5 and status == "open"
