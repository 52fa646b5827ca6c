"""What teammates find, and what they must not."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal import reactions
from ground.web.problems import Invalid
from inbox.actions import assign, attach, close, mark_spam, reply, set_tags, start
from inbox.finding import matching, search
from inbox.models import Conversation, IndexedMessage, Message
from people.actions import create_contact, create_token, find_or_create_tag, update_contact
from people.models.token import Scope

pytestmark = pytest.mark.django_db


def test_what_was_written_is_found_once_its_reaction_ran(line, dora, ben, found):
    start(dora, line=line, identity=None, body="My xylophone is late", client_id=uuid.uuid4())
    assert found("xylophone", ben) == []
    reactions.run_owed()
    assert len(found("xylophone", ben)) == 1


def test_messages_replies_notes_and_names_of_files_are_found(
    say, found, dora, ben, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    one = say(dora, "Where is my harp?")
    say(one, "It is in the warehouse.", by=ben)
    say(one, "Carrier says zebra crossing", by=ben, kind="note")
    file = attach(SimpleUploadedFile("Invoice-7741.txt", b"hello"), by=ben)
    reply(one, by=ben, body="", client_id=uuid.uuid4(), attachments=[file.public_id])
    reactions.run_owed()
    for text in ("harp", "warehouse", "zebra", "7741", "invoice-7741", "has:file"):
        assert found(text, ben) == [one.public_id], text
    assert found("harp has:file", ben) == []


def test_forms_of_a_word_are_found_in_the_language_of_the_contact(say, found, ben, dora, emil):
    update_contact(dora, by=None, locale="en-GB")
    update_contact(emil, by=None, locale="de")
    dora.refresh_from_db(), emil.refresh_from_db()
    english = say(dora, "I returned the lamp")
    german = say(emil, "Zwei Häuser weiter")
    assert found("returning ", ben) == [english.public_id]
    assert found("Haus ", ben) == [german.public_id]
    hit = search("returning ", viewer=ben).hits[0]
    assert [piece.text for piece in hit.excerpt if piece.is_match] == ["returned"]


def test_words_nobody_stems_are_found_as_they_are_written(say, found, ben, otto):
    one = say(otto, "Order A-5521 für Müller, 我想退款")
    for text in ("5521", "a-5521", "muller", "MÜL", "退款", '"order a"'):
        assert found(text, ben) == [one.public_id], text
    for text in ("552 ", "款退", '"a order"', "müllers "):
        assert found(text, ben) == [], text


def test_stop_words_need_not_be_there_when_others_are(say, found, ben, dora):
    update_contact(dora, by=None, locale="en")
    dora.refresh_from_db()
    one = say(dora, "The refund came")
    assert found("refund for the ", ben) == [one.public_id]
    assert found("the ", ben) == [one.public_id]


def test_every_operator_narrows(say, found, ada, ben, support, dora, emil):
    mine = say(dora, "copper kettle")
    other = say(emil, "copper kettle")
    say(other, "copper answer", by=ben)
    tag, _ = find_or_create_tag("vip", by=ada)
    set_tags(mine, by=ada, tags=[tag])
    assign(mine, by=ada, assignee=ben, team=support)
    close(other, by=ada)
    reactions.run_owed()
    one, two = mine.public_id, other.public_id
    for text, expected in {
        "copper": [two, one],
        "copper from:dora": [one],
        "copper -from:dora": [two],
        "copper from:ben": [two],
        "copper from:me": [two],
        "copper to:emil": [two],
        "copper contact:dora@acme.test": [one],
        "copper company:acme": [one],
        "copper tag:VIP": [one],
        "copper -tag:vip": [two],
        "copper team:support": [one],
        "copper team:none": [two],
        "copper assignee:me": [one],
        "copper assignee:none": [two],
        "copper is:closed": [two],
        "copper is:open": [one],
        "copper is:unassigned": [two],
        "copper after:2020": [two, one],
        "copper before:2020": [],
        "copper before:2020-02-03": [],
        "is:closed": [two],
        "tag:vip": [one],
        "from:dora": [one],
        "copper -answer": [two, one],
        "copper -kettle": [two],
        "copper from:nobodyatall": [],
    }.items():
        assert found(text, ben) == expected, text


def test_unknown_names_are_said(say, ben, dora):
    say(dora, "copper")
    for text in ("tag:nope", "team:nope", "from:nope", "assignee:nope", "company:nope"):
        result = search(f"copper {text}", viewer=ben)
        assert result.hits == [] and "nope" in result.remarks[0]


@pytest.mark.parametrize("text", ["is:purple", "before:soon", "has:hope", "from:"])
def test_a_wrong_value_is_explained_on_the_page_and_refused_by_the_api(
    text, ben, browser_of, client
):
    page = browser_of(ben).get("/inbox/search/", {"q": text})
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    _, secret = create_token(by=ben, name="t", teammate=ben, scopes=[Scope.CONVERSATIONS_READ])
    answer = client.get(
        "/api/v1/search", {"q": text}, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"]["q"]


def test_private_teams_are_found_by_their_own_only(say, found, ada, ben, cleo, billing, dora):
    secret = say(dora, "secret sapphire")
    assign(secret, by=ada, team=billing)
    assert found("sapphire", cleo) == found("sapphire", ada) == [secret.public_id]
    assert found("sapphire", ben) == found("from:dora", ben) == found("is:open", ben) == []
    assert search("sapphire", viewer=None).hits == []
    # Nor does the name of the team tell that it is there.
    assert "No team" in search("team:billing", viewer=ben).remarks[0]


def test_spam_is_found_only_when_asked_for(say, found, ada, ben, dora):
    junk = say(dora, "cheap watches")
    mark_spam(junk, by=ada)
    assert found("watches", ben) == []
    assert found("watches is:spam", ben) == [junk.public_id]


def test_people_and_companies_are_found_by_the_beginnings_of_their_names(ben, dora, emil):
    result = search("dor lind", viewer=ben)
    assert [contact.name for contact in result.contacts] == ["Dora Lindqvist"]
    assert [contact.name for contact in search("emil@glob", viewer=ben).contacts] == ["Emil Novak"]
    create_contact(by=None, name="Žofie O'Müller")
    assert [contact.name for contact in search("zofie o'mul", viewer=ben).contacts] == [
        "Žofie O'Müller"
    ]
    assert [company.name for company in search("acm", viewer=ben).companies] == ["Acme"]
    assert search("nobody", viewer=ben).contacts == []


def test_pages_follow_each_other_without_doubles_or_gaps(say, found, ben, dora, emil):
    made = []
    for number in range(7):
        conversation = say(dora if number % 2 else emil, f"copper number {number}")
        made.append(conversation.public_id)
    # The oldest says it again: it is the newest now, and must not come a second time further down.
    say(Conversation.objects.get(public_id=made[0]), "copper again")
    for order in ("newest", "best"):
        seen, cursor = [], None
        while True:
            page = search("copper", viewer=ben, order=order, cursor=cursor, limit=2)
            seen += [hit.conversation.public_id for hit in page.hits]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == sorted(made), order
        if order == "newest":
            assert seen == [made[0], *reversed(made[1:])]


def test_conversations_by_state_alone_are_paged_too(say, ben, dora):
    made = {say(dora, f"hello {number}").public_id for number in range(5)}
    first = search("is:open", viewer=ben, limit=3)
    second = search("is:open", viewer=ben, limit=3, cursor=first.next)
    assert {hit.conversation.public_id for hit in first.hits + second.hits} == made
    assert first.hits[0].message is None and second.next is None


@pytest.mark.parametrize("cursor", ["x", "e30", "WzFd", "bnVsbA", "A" * 3000])
def test_a_cursor_of_something_else_is_refused(cursor, ben, say, dora, browser_of):
    say(dora, "copper")
    with pytest.raises(Invalid):
        search("copper", viewer=ben, cursor=cursor)
    assert (
        browser_of(ben).get("/inbox/search/", {"q": "copper", "cursor": cursor}).status_code == 400
    )


def test_best_puts_what_speaks_of_it_most_before_what_is_newest(say, found, ben, dora, emil):
    much = say(dora, "brass brass brass")
    little = say(emil, "brass, and much else that somebody wrote about many other things here")
    assert found("brass", ben) == [little.public_id, much.public_id]
    assert found("brass", ben, order="best") == [much.public_id, little.public_id]


def limits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('jit')")
        return cursor.fetchone()


def test_when_time_runs_out_what_was_found_is_shown_and_the_rest_is_a_click_away(
    say, ben, dora, monkeypatch
):
    old = say(dora, "tin whistle")
    new = say(dora, "tin drum")
    # One message is looked at in time, and all of them never are.
    monkeypatch.setattr(matching, "STRETCHES", ((1, 500), (None, 500)))
    newest = matching.Statement.newest

    def slow(self, stretch, before, count):
        if stretch is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(5)")
        return newest(self, stretch, before, count)

    monkeypatch.setattr(matching.Statement, "newest", slow)
    before = limits()
    page = search("tin", viewer=ben)
    assert [hit.conversation.public_id for hit in page.hits] == [new.public_id]
    assert page.notice == "Only the newest 1 messages were searched in time."
    further = search("tin", viewer=ben, cursor=page.next)
    assert [hit.conversation.public_id for hit in further.hits] == [old.public_id]
    assert limits() == before


def test_a_page_of_100_results_costs_as_much_as_one_of_25(say, ben, dora):
    for number in range(101):
        say(dora, f"lead {number}")

    def count(limit):
        with CaptureQueriesContext(connection) as queries:
            assert len(search("lead", viewer=ben, limit=limit).hits) == limit
        return len(queries)

    assert count(25) == count(100)


def test_the_index_is_rebuilt_and_completed_by_a_command(say, found, ben, dora, capsys):
    one = say(dora, "nickel")
    IndexedMessage.objects.all().delete()
    assert found("nickel", ben) == []
    call_command("index_messages", missing=True)
    assert found("nickel", ben) == [one.public_id]
    Message.objects.filter(conversation=one, kind="reply").update(body_text="cobalt")
    call_command("index_messages", missing=True)
    assert found("cobalt", ben) == []
    call_command("index_messages")
    assert found("cobalt", ben) == [one.public_id]


def test_the_page_leads_to_the_message_and_escapes_what_strangers_wrote(say, ben, dora, browser_of):
    one = say(dora, "<img src=x onerror=alert(1)> copper <b>")
    page = browser_of(ben).get("/inbox/search/", {"q": "copper"}).content.decode()
    message = one.messages.get(seq=1)
    assert f'href="/inbox/all/{one.public_id}/#message-{message.public_id}"' in page
    assert "<mark>copper</mark>" in page
    assert "<img src=x" not in page and "&lt;img src=x" in page
    nothing = browser_of(ben).get("/inbox/search/", {"q": '"><script>'}).content.decode()
    assert '"><script>' not in nothing


def test_a_message_far_up_is_on_the_page_without_scripts(say, ben, dora, browser_of):
    one = say(dora, "needle")
    for number in range(60):
        reply(one, by=dora, body=f"hay {number}", client_id=uuid.uuid4())
    page = browser_of(ben).get("/inbox/search/", {"q": "needle"}).content.decode()
    address = page.split('class="hit-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "?before=21#message-" in address
    shown = browser_of(ben).get(address.split("#")[0]).content.decode()
    assert f'id="{address.split("#")[1]}"' in shown


def test_the_page_says_how_to_search_and_that_nothing_was_found(ben, browser_of):
    browser = browser_of(ben)
    assert "exact words" in browser.get("/inbox/search/").content.decode()
    assert "Nothing was found." in browser.get("/inbox/search/", {"q": "unheard"}).content.decode()
    part = browser.get(
        "/inbox/search/", {"q": "x"}, headers={"HX-Request": "true", "HX-Target": "results"}
    ).content.decode()
    assert part.strip().startswith('<div id="results"')
    for text in ("a" * 600, "\x1b"):
        page = browser.get("/inbox/search/", {"q": text})
        assert page.status_code == 200 and 'role="alert"' in page.content.decode()
    assert browser.get("/inbox/search/", {"q": "nul\x00"}).status_code == 400


def test_the_api_searches_as_the_token_may(say, ada, ben, dora, billing, client):
    one = say(dora, "copper kettle")
    hidden = say(dora, "copper secret")
    assign(hidden, by=ada, team=billing)
    scopes = [Scope.CONVERSATIONS_READ]

    def ask(scopes, teammate=ben, **query):
        _, secret = create_token(by=ada, name="t", teammate=teammate, scopes=scopes)
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get("/api/v1/search", {"q": "copper", **query}, headers=headers).json()

    answer = ask(scopes)
    assert [hit["conversation"]["id"] for hit in answer["results"]] == [one.public_id]
    assert answer["results"][0]["message"]["seq"] == 1
    assert answer["results"][0]["excerpt"][0] == {"text": "copper", "is_match": True}
    assert [each["conversation"]["id"] for each in ask(scopes, None)["results"]] == [one.public_id]
    assert ask(scopes, q="dora")["contacts"] == []
    assert ask([*scopes, Scope.CONTACTS_READ], q="dora")["contacts"][0]["name"] == dora.name
