"""The inbox's pages as a browser without scripts sees them."""

import re
import uuid

import pytest

from inbox.actions import assign, close, note, reply, start
from inbox.models import ReadMarker
from people.models import Contact

pytestmark = pytest.mark.django_db


def conversation_of(contact, line, body="Hello, where is my lamp?", **fields):
    posted = start(contact, line=line, identity=None, body=body, client_id=uuid.uuid4(), **fields)
    return posted.conversation


@pytest.fixture
def lamp(dora, line):
    page = {"url": "https://shop.test/lamps/7", "title": "Lamp no. 7"}
    return conversation_of(dora, line, page=page)


def address(conversation, view="all", tail=""):
    return f"/inbox/{view}/{conversation.public_id}/{tail}"


def text_of(response):
    return response.content.decode()


def test_a_stranger_is_asked_to_log_in(client, lamp):
    response = client.get(address(lamp))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=/inbox/all/")


def test_a_fragment_for_somebody_logged_out_is_a_clear_error(client):
    response = client.get("/inbox/all/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.json()["type"] == "not-authenticated"


def test_the_log_in_page_logs_in(client, ben):
    page = client.get("/login/")
    assert "autofocus" in text_of(page)
    answer = client.post(
        "/login/", {"username": "ben@lumen.test", "password": "correct horse battery staple"}
    )
    assert answer["Location"] == "/"


def test_a_wrong_password_is_said_without_saying_which_half_was_wrong(client, ben):
    answer = client.post("/login/", {"username": "ben@lumen.test", "password": "wrong"})
    assert answer.status_code == 200
    assert 'role="alert"' in text_of(answer)


def test_guessing_passwords_ends_in_a_wait(client, ben):
    wrong = {"username": "ben@lumen.test", "password": "wrong"}
    answers = [client.post("/login/", wrong) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert "Wait 15 minutes" in text_of(answers[-1])


def test_the_front_door_leads_to_a_view(browser_of, ben):
    response = browser_of(ben).get("/inbox/", follow=True)
    assert response.redirect_chain == [("/inbox/unassigned/", 302)]
    assert "All clear" in text_of(response)


def test_a_list_shows_who_and_what(browser_of, ben, lamp):
    page = text_of(browser_of(ben).get("/inbox/unassigned/"))
    assert "Dora Lindqvist" in page
    assert "where is my lamp?" in page
    assert f'id="row-{lamp.public_id}"' in page


def test_each_view_holds_what_its_name_says(browser_of, ben, ada, dora, emil, otto, line):
    mine, closed, free = (conversation_of(contact, line) for contact in (dora, emil, otto))
    assign(mine, by=ada, assignee=ben)
    close(closed, by=ada)
    browser = browser_of(ben)

    def shown(view):
        page = text_of(browser.get(f"/inbox/{view}/"))
        return [c for c in (mine, closed, free) if f'id="row-{c.public_id}"' in page]

    assert shown("you") == [mine]
    assert shown("unassigned") == [free]
    assert shown("all") == [mine, free]
    assert shown("closed") == [closed]
    assert shown("snoozed") == []


def test_a_team_has_a_view(browser_of, ben, ada, support, lamp):
    assign(lamp, by=ada, team=support)
    page = text_of(browser_of(ben).get(f"/inbox/team-{support.public_id}/"))
    assert f'id="row-{lamp.public_id}"' in page


def test_a_private_team_is_nowhere_to_be_found_by_others(browser_of, ben, cleo, ada, billing, lamp):
    assign(lamp, by=ada, team=billing)
    outside, inside = browser_of(ben), browser_of(cleo)
    team_view = f"/inbox/team-{billing.public_id}/"
    for path in (address(lamp), address(lamp, tail="messages/"), team_view):
        assert outside.get(path).status_code == 404
        assert inside.get(path).status_code == 200
    everything = text_of(outside.get("/inbox/all/"))
    assert lamp.public_id not in everything
    assert "Billing" not in everything


def test_what_is_not_there_looks_like_what_is_not_yours(browser_of, ben):
    browser = browser_of(ben)
    for path in ("/inbox/nowhere/", "/inbox/team-tm_1/", "/inbox/all/cv_nothing/"):
        assert browser.get(path).status_code == 404


def test_a_bad_cursor_is_refused_with_a_sentence(browser_of, ben):
    response = browser_of(ben).get("/inbox/all/?cursor=nonsense")
    assert response.status_code == 400
    assert "cursor" in text_of(response)


def test_the_thread_shows_words_notes_and_what_was_done(browser_of, ben, ada, lamp):
    reply(lamp, by=ben, body="It is **on its way**.", client_id=uuid.uuid4())
    note(lamp, by=ada, body="Watch this one.", client_id=uuid.uuid4())
    assign(lamp, by=ada, assignee=ben)
    page = text_of(browser_of(ben).get(address(lamp)))
    assert "It is <strong>on its way</strong>." in page
    assert "Internal note by Ada Byron" in page
    assert "Ada Byron assigned this to Ben Okafor" in page


def test_the_record_shows_who_it_is_and_from_which_page(browser_of, ben, lamp):
    page = text_of(browser_of(ben).get(address(lamp)))
    assert "dora@acme.test" in page
    assert "Acme" in page
    assert "Lamp no. 7" in page
    assert 'href="https://shop.test/lamps/7"' in page


def test_a_visitors_page_address_never_becomes_a_script(browser_of, ben, otto, line):
    conversation = conversation_of(otto, line, page={"url": "javascript:alert(1)", "title": "<b>"})
    page = text_of(browser_of(ben).get(address(conversation)))
    assert 'href="javascript:' not in page
    assert "&lt;b&gt;" in page


def test_what_a_visitor_claims_is_marked_as_unverified(browser_of, ben, otto, line):
    otto.claims = {"plan": "gold <script>"}
    otto.save()
    page = text_of(browser_of(ben).get(address(conversation_of(otto, line))))
    assert "gold &lt;script&gt;" in page
    assert "Unverified" in page


def test_a_plain_form_sends_a_reply_and_comes_back_to_it(browser_of, ben, lamp):
    browser = browser_of(ben)
    form = {"kind": "reply", "body": "On\r\nits way.", "client_id": str(uuid.uuid4())}
    answer = browser.post(address(lamp, tail="messages/"), form)
    message = lamp.messages.get(kind="reply", teammate=ben)
    assert message.body_text == "On\nits way."
    assert answer.status_code == 302
    assert answer["Location"] == f"{address(lamp)}#message-{message.public_id}"
    again = browser.post(address(lamp, tail="messages/"), form)
    assert again.status_code == 302
    assert lamp.messages.filter(teammate=ben).count() == 1


def test_a_plain_form_writes_a_note_that_the_contact_never_sees(browser_of, ben, lamp):
    form = {"kind": "note", "body": "Only us.", "client_id": str(uuid.uuid4())}
    browser_of(ben).post(address(lamp, tail="messages/"), form)
    assert lamp.messages.get(kind="note").public_seq is None


def test_an_empty_message_comes_back_with_the_reason(browser_of, ben, lamp):
    form = {"kind": "note", "body": "  ", "client_id": str(uuid.uuid4())}
    answer = browser_of(ben).post(address(lamp, tail="messages/"), form)
    assert answer.status_code == 400
    assert "must not be empty" in text_of(answer)


def test_a_preview_is_what_the_message_will_look_like(browser_of, ben, lamp):
    browser, body = browser_of(ben), "**Soon** <script>alert(1)</script>\n\n- one"
    before = lamp.messages.count()
    shown = browser.post("/inbox/preview/", {"body": body}, HTTP_HX_REQUEST="true")
    sent = reply(lamp, by=ben, body=body, client_id=uuid.uuid4()).message
    assert shown.content.decode() == sent.body_html and "<strong>Soon" in sent.body_html
    assert lamp.messages.count() == before + 1
    nul = browser.post("/inbox/preview/", {"body": "a\x00b"}, HTTP_HX_REQUEST="true")
    assert nul.status_code in (200, 400)
    long = browser.post("/inbox/preview/", {"body": "x" * 40_000}, HTTP_HX_REQUEST="true")
    assert long.status_code in (400, 413)


def test_a_stale_reply_comes_back_with_its_words_and_what_was_newer(browser_of, ben, ada, lamp):
    seen = lamp.last_seq
    reply(lamp, by=ada, body="I have it.", client_id=uuid.uuid4())
    form = {
        "kind": "reply",
        "body": "Mine too",
        "client_id": str(uuid.uuid4()),
        "last_seen_seq": seen,
    }
    browser = browser_of(ben)
    answer = browser.post(address(lamp, tail="messages/"), form)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Mine too</textarea>" in page
    assert "I have it." in page
    assert "Send anyway" in page and f'name="last_seen_seq" value="{seen}"' in page
    assert not lamp.messages.filter(teammate=ben).exists()
    sent = browser.post(address(lamp, tail="messages/"), form | {"override": "true"})
    assert sent.status_code == 302
    assert lamp.messages.filter(teammate=ben).count() == 1


def test_a_script_gets_the_stale_reply_as_a_problem_with_fragments(browser_of, ben, ada, lamp):
    seen = lamp.last_seq
    reply(lamp, by=ada, body="I have it.", client_id=uuid.uuid4())
    answer = browser_of(ben).post(
        address(lamp, tail="messages/"),
        {"kind": "reply", "body": "Me", "client_id": str(uuid.uuid4()), "last_seen_seq": seen},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "newer-messages"
    assert problem["messages"][0]["author"]["name"] == "Ada Byron"
    assert "I have it." in problem["messages"][0]["html"]


def test_a_script_gets_the_stored_message_as_a_fragment(browser_of, ben, lamp):
    client_id = str(uuid.uuid4())
    form = {"kind": "reply", "body": "Hi", "client_id": client_id}
    browser = browser_of(ben)
    first = browser.post(address(lamp, tail="messages/"), form, headers={"HX-Request": "true"})
    second = browser.post(address(lamp, tail="messages/"), form, headers={"HX-Request": "true"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert f'data-client-id="{client_id}"' in first.json()["html"]


def test_another_body_under_a_used_client_id_is_refused(browser_of, ben, lamp):
    form = {"kind": "reply", "body": "Hi", "client_id": str(uuid.uuid4())}
    browser = browser_of(ben)
    browser.post(address(lamp, tail="messages/"), form)
    answer = browser.post(
        address(lamp, tail="messages/"), form | {"body": "Other"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "client-id-reused")


def test_reading_on_gives_only_what_follows(browser_of, ben, lamp):
    reply(lamp, by=ben, body="Second", client_id=uuid.uuid4())
    part = text_of(browser_of(ben).get(address(lamp, tail="messages/?after=1")))
    assert "Second" in part
    assert "where is my lamp?" not in part
    assert 'data-last-seq="2"' in part


def test_a_long_thread_opens_at_its_end_and_reads_backwards(browser_of, ben, lamp):
    for number in range(60):
        note(lamp, by=ben, body=f"Note number {number}.", client_id=uuid.uuid4())
    browser = browser_of(ben)
    page = text_of(browser.get(address(lamp)))
    assert "Note number 59." in page
    assert "Note number 5." not in page
    assert 'href="?before=12"' in page
    older = text_of(browser.get(address(lamp) + "?before=12"))
    assert "Note number 5." in older
    assert "where is my lamp?" in older


def test_closing_and_opening_again_by_form(browser_of, ben, lamp):
    browser = browser_of(ben)
    browser.post(address(lamp, tail="status/"), {"status": "closed"})
    lamp.refresh_from_db()
    assert lamp.is_closed
    answer = browser.post(address(lamp, tail="status/"), {"status": "open"})
    lamp.refresh_from_db()
    assert lamp.is_open
    assert answer["Location"] == address(lamp)


def test_snoozing_until_tomorrow_is_meant_in_the_agents_own_zone(browser_of, ben, lamp):
    form = {"status": "snoozed", "snooze": "tomorrow", "timezone": "Asia/Tokyo"}
    browser_of(ben).post(address(lamp, tail="status/"), form)
    lamp.refresh_from_db()
    assert lamp.status == "snoozed"
    assert (lamp.snoozed_until.hour, lamp.snoozed_until.minute) == (0, 0)


@pytest.mark.parametrize(
    "form",
    [
        {"status": "snoozed"},
        {"status": "snoozed", "until": "soon"},
        {"status": "snoozed", "until": "2020-01-01T10:00"},
        {"status": "snoozed", "until": "9999-12-31T23:59-12:00"},
        {"status": "snoozed", "snooze": "never"},
        {"status": "gone"},
        {},
    ],
)
def test_a_status_that_makes_no_sense_is_refused(browser_of, ben, lamp, form):
    answer = browser_of(ben).post(address(lamp, tail="status/"), form)
    assert answer.status_code == 400
    lamp.refresh_from_db()
    assert lamp.is_open


def test_assigning_by_form_answers_a_script_with_the_new_head(browser_of, ben, lamp):
    answer = browser_of(ben).post(
        address(lamp, tail="assignment/"), {"assignee": "me"}, headers={"HX-Request": "true"}
    )
    lamp.refresh_from_db()
    assert lamp.assignee == ben
    assert f'data-assignee="{ben.public_id}"' in text_of(answer)
    assert "Assigned to Ben Okafor." in answer["HX-Trigger"]


def test_nobody_is_given_what_they_may_not_name(browser_of, ben, billing, lamp):
    browser = browser_of(ben)
    for form in ({"team": billing.public_id}, {"assignee": "mate_nobody"}):
        assert browser.post(address(lamp, tail="assignment/"), form).status_code == 404
    assert browser.post(address(lamp, tail="assignment/"), {}).status_code == 400


def test_reading_is_noted_without_a_socket(browser_of, ben, lamp):
    answer = browser_of(ben).post(address(lamp, tail="read/"), {"seq": 1})
    assert answer.status_code == 204
    assert ReadMarker.objects.get(conversation=lamp, teammate=ben).seq == 1


def test_unread_rows_are_marked_for_the_viewer_only(browser_of, ben, ada, lamp):
    browser_of(ben).post(address(lamp, tail="read/"), {"seq": 1})
    assert "is-unread" not in text_of(browser_of(ben).get("/inbox/all/"))
    assert "is-unread" in text_of(browser_of(ada).get("/inbox/all/"))


def test_who_may_only_look_sees_no_composer_and_no_buttons(browser_of, ben, lamp, agent_role):
    agent_role.capabilities = []
    agent_role.save()
    browser = browser_of(ben)
    page = text_of(browser.get(address(lamp)))
    assert "<inbox-composer" not in page
    assert "Your role lets you read" in page
    form = {"kind": "reply", "body": "Hi", "client_id": str(uuid.uuid4())}
    assert browser.post(address(lamp, tail="messages/"), form).status_code == 403
    assert browser.post(address(lamp, tail="status/"), {"status": "closed"}).status_code == 403


def test_being_away_is_said_by_a_form(browser_of, ben):
    browser = browser_of(ben)
    browser.post("/inbox/availability/", {"is_away": "true"})
    ben.refresh_from_db()
    assert ben.is_away
    fragment = browser.post(
        "/inbox/availability/", {"is_away": "false"}, headers={"HX-Request": "true"}
    )
    assert "Available" in text_of(fragment)


def test_html_in_every_field_stays_text(browser_of, ben, otto, line):
    evil = "<img src=x onerror=alert(1)>\"'><script>"
    otto.name = evil
    otto.attributes = {evil: evil}
    otto.save()
    conversation = conversation_of(otto, line, body=evil, page={"url": evil, "title": evil})
    page = text_of(browser_of(ben).get(address(conversation)))
    assert "<img src=x" not in page
    assert "<script>" not in page


def test_a_page_left_open_by_somebody_else_cannot_write_in_your_name(browser_of, ben, ada, lamp):
    answer = browser_of(ben).post(
        address(lamp, tail="messages/"),
        {"kind": "reply", "body": "Hi", "client_id": str(uuid.uuid4())},
        headers={"HX-Request": "true", "X-Teammate": ada.public_id},
    )
    assert answer.status_code == 401
    assert not lamp.messages.filter(kind="reply", author_type="teammate").exists()


@pytest.mark.parametrize("part", ["room", "rows", "views", "conversation"])
def test_every_part_of_a_list_page_is_there_alone(browser_of, ben, lamp, part):
    browser = browser_of(ben)
    for view in ("unassigned", "snoozed"):
        answer = browser.get(f"/inbox/{view}/", headers={"HX-Request": "true", "HX-Target": part})
        assert answer.status_code == 200
        assert "<html" not in text_of(answer)


@pytest.mark.parametrize("part", ["room", "head", "conversation"])
def test_every_part_of_a_conversation_page_is_there_alone(browser_of, ben, lamp, part):
    answer = browser_of(ben).get(address(lamp), headers={"HX-Request": "true", "HX-Target": part})
    assert f'id="{part}"' in text_of(answer)
    assert "<html" not in text_of(answer)


def test_a_long_list_goes_on_by_a_plain_link(browser_of, ben, line):
    for number in range(30):
        conversation_of(Contact.objects.create(name=f"Customer {number}"), line)
    browser = browser_of(ben)
    page = text_of(browser.get("/inbox/all/"))
    assert page.count('class="row ') == 25
    more = re.search(r'href="(/inbox/all/\?cursor=[^"]+)"', page)[1]
    rest = text_of(browser.get(more))
    assert rest.count('class="row ') == 5
    assert "Back to the beginning" in rest
    assert f'data-from="{more.split("=")[1]}"' in rest
    assert "Show more" not in rest
