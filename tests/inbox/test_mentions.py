"""Notes that name teammates and teams: who is told, who never is, and where they find it."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from inbox.actions import assign, close, note, reply, snooze
from inbox.models import Mention
from people.actions import add_to_team, create_teammate, create_token, deactivate
from people.models import Team
from people.models.teammate import Capability
from people.models.token import Scope
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db


def noted(conversation, by, body):
    return note(conversation, by=by, body=body, client_id=uuid.uuid4()).message


def told(message):
    return {str(mention.teammate) for mention in message.mentions.all()}


def listed(browser):
    page = browser.get("/inbox/mentions/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="rows")
    assert page.status_code == 200
    return page.content.decode()


def test_a_note_mentions_whom_it_names(conversation, ada, ben, cleo):
    message = noted(conversation, ada, "@ben okafor and @Cleo Marchand, can you look?")
    assert told(message) == {"Ben Okafor", "Cleo Marchand"}
    assert '<mark class="mention">@ben okafor</mark>' in message.body_html
    entry = Entry.objects.get(kind="note.added")
    assert set(entry.after["mentioned"]) == {ben.public_id, cleo.public_id}


def test_a_team_stands_for_those_who_are_in_it_now(conversation, ada, ben, cleo, support):
    message = noted(conversation, ada, "@Support please")
    assert told(message) == {"Ben Okafor"}
    assert Mention.objects.get().team == support
    add_to_team(cleo, support, by=ada)
    assert told(message) == {"Ben Okafor"}
    both = noted(conversation, ada, "@Support, and you first of all, @Ben Okafor")
    assert {(str(m.teammate), m.team) for m in both.mentions.all()} == {
        ("Ben Okafor", None),
        ("Cleo Marchand", support),
    }


def test_who_is_called_by_name_follows_and_a_team_is_only_told(conversation, ada, ben, cleo):
    noted(conversation, ada, "@Support and @Cleo Marchand")
    assert {str(row.teammate) for row in conversation.followers.all()} == {"Cleo Marchand"}


def test_who_names_a_team_is_offered_to_give_it_the_conversation(
    conversation, ada, ben, cleo, support, billing, browser_of, agent_role
):
    browser = browser_of(ben)
    address = f"/inbox/all/{conversation.public_id}/"

    def offered(body):
        form = {"kind": "note", "body": body, "client_id": str(uuid.uuid4())}
        answer = browser.post(f"{address}messages/", form, HTTP_HX_REQUEST="true")
        assert answer.status_code == 201
        return answer.json()["offer"]

    add_to_team(cleo, support, by=ada)
    offer = offered("Hm, @Support, or @Billing?")
    assert (offer["words"], offer["verb"]) == ("Support has been told.", "Give it to Support")
    undo = offer["undo"]
    answer = browser.post(
        undo["url"], undo["values"], HTTP_HX_REQUEST="true", HTTP_HX_TARGET="head"
    )
    assert answer.status_code == 200 and "inbox:done" in answer["HX-Trigger"]
    conversation.refresh_from_db()
    assert conversation.team == support
    entry = Entry.objects.get(kind="conversation.assigned")
    assert (entry.actor_id, entry.after["team"]) == (ben.public_id, support.public_id)
    assert offered("@Support has it already") is None, "theirs it is"
    assert offered("@Cleo Marchand alone") is None and offered("`@Support`") is None
    assign(conversation, by=ada, team=None)
    agent_role.capabilities = [Capability.NOTE]
    agent_role.save()
    assert offered("@Support again") is None, "who may not assign is offered nothing"


def test_nobody_is_mentioned_by_what_only_looks_like_it(conversation, ada, ben):
    for body in (
        "ben okafor",
        "me@Ben Okafor",
        "@Ben Okaforsson",
        "`@Ben Okafor`",
        "[@Ben Okafor](https://example.com/)",
        "https://example.com/@Ben Okafor",
        "@Ada Byron talks to herself",
    ):
        assert told(noted(conversation, ada, body)) == set(), body
    assert told(reply_of(conversation, ada, "@Ben Okafor will call you")) == set()
    assert not Mention.objects.exists()
    assert not any("mentioned" in entry.after for entry in Entry.objects.all())


def reply_of(conversation, by, body):
    return reply(conversation, by=by, body=body, client_id=uuid.uuid4()).message


def test_names_are_text_and_nothing_else(conversation, ada, agent_role):
    create_teammate(
        by=None, email="x@lumen.test", name="<b>.* & Co", password="x" * 12, role=agent_role
    )
    message = noted(conversation, ada, "Ask @<b>.* & Co and @everybody")
    assert told(message) == {"<b>.* & Co"}
    assert '<mark class="mention">@&lt;b&gt;.* &amp; Co</mark>' in message.body_html
    assert "<b>" not in message.body_html


def test_a_mention_opens_no_private_door(conversation, ada, ben, cleo, billing, browser_of):
    assign(conversation, by=ada, team=billing)
    message = noted(conversation, cleo, "@Ben Okafor @Ada Byron @Support have a look")
    assert told(message) == {"Ada Byron"}
    assert "<mark" in message.body_html and "@Ben Okafor</mark>" not in message.body_html
    assert conversation.public_id not in listed(browser_of(ben))
    assert conversation.public_id in listed(browser_of(ada))


def test_a_private_team_is_nothing_to_who_does_not_know_it(conversation, ben, cleo, billing):
    message = noted(conversation, ben, "@Billing?")
    assert told(message) == set() and "<mark" not in message.body_html


def test_who_loses_sight_of_it_finds_it_no_longer(conversation, ada, ben, billing, browser_of):
    noted(conversation, ada, "@Ben Okafor")
    browser = browser_of(ben)
    assert conversation.public_id in listed(browser)
    assign(conversation, by=ada, team=billing)
    assert conversation.public_id not in listed(browser)
    assert 'data-view="mentions"' in (page := browser.get("/inbox/all/").content.decode())
    assert "1</em>" not in page.split('data-view="mentions"')[1].split("</a>")[0]


def test_the_list_holds_what_is_not_finished_and_counts_it(
    begin, dora, emil, ada, ben, browser_of, next_week
):
    first, second = begin(dora), begin(emil)
    for each in (first, second, first):
        noted(each, ada, "@Ben Okafor")
    snooze(first, by=ada, until=next_week)
    browser = browser_of(ben)
    page = listed(browser)
    assert page.count(f'id="row-{first.public_id}"') == 1 and second.public_id in page
    views = browser.get("/inbox/all/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="views")
    of_mentions = views.content.decode().split('data-view="mentions"')[1].split("</a>")[0]
    assert "2</em>" in of_mentions
    close(second, by=ada)
    assert second.public_id not in listed(browser) and first.public_id in listed(browser)
    assert first.public_id not in listed(browser_of(ada))


def test_a_retry_mentions_once(conversation, ada, ben):
    client_id = uuid.uuid4()
    for _ in range(2):
        note(conversation, by=ada, body="@Ben Okafor", client_id=client_id)
    assert Mention.objects.count() == 1


def test_who_has_left_is_not_mentioned(conversation, ada, ben):
    deactivate(ben, by=ada)
    assert told(noted(conversation, ada, "@Ben Okafor")) == set()


def test_a_note_costs_no_more_in_a_big_company(conversation, ada, agent_role, ben):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            noted(conversation, ada, "@Ben Okafor @Support")
        return len(queries)

    small = cost()
    for number in range(25):
        create_teammate(
            by=None,
            email=f"m{number}@lumen.test",
            name=f"Mate {number}",
            password="x" * 12,
            role=agent_role,
        )
        Team.objects.create(name=f"Team {number}")
    assert cost() == small


def test_the_list_is_offered_to_people_and_not_to_apps(conversation, ada, ben, client):
    noted(conversation, ada, "@Ben Okafor")
    _, own = create_token(name="Bens", teammate=ben, scopes=[Scope.CONVERSATIONS_READ])
    _, apps = create_token(name="App", teammate=None, scopes=[Scope.CONVERSATIONS_READ])

    def asked(token):
        return client.get(
            "/api/v1/conversations",
            {"view": "mentions"},
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )

    found = asked(own).json()
    assert [each["id"] for each in found["results"]] == [conversation.public_id]
    assert asked(apps).status_code == 400


# ---- what is offered after an @ ------------------------------------------------------------------


def offered(browser, conversation, q=""):
    page = browser.get(f"/inbox/all/{conversation.public_id}/mentions/", {"q": q})
    assert page.status_code == 200
    return page.content.decode()


def test_teammates_and_teams_are_offered_by_name(conversation, ada, ben, cleo, support, browser_of):
    everybody = offered(browser_of(ada), conversation)
    assert "@Ben Okafor " in everybody and "@Support " in everybody
    assert "@Ada Byron" not in everybody, "nobody needs to call themselves"
    assert "@Billing" not in offered(browser_of(ben), conversation), "a private team of others"
    assert "@Cleo" not in offered(browser_of(ada), conversation, "okaf")
    assert "Nobody has that name" in offered(browser_of(ada), conversation, "zz%_")


def test_the_offer_says_who_could_not_see_it(conversation, ada, ben, cleo, billing, browser_of):
    assign(conversation, by=ada, team=billing)
    page = offered(browser_of(cleo), conversation)
    of_ben = page.split('data-body="@Ben Okafor "')[1].split("</li>")[0]
    of_ada = page.split('data-body="@Ada Byron "')[1].split("</li>")[0]
    assert "Ben Okafor is not in Billing and will not see this note." in of_ben
    assert "Cannot see this" in of_ben and "Cannot see this" not in of_ada


def test_who_is_mentioned_hears_of_it_live_and_the_contact_never(
    conversation, ada, ben, cleo, browser_of
):
    cookies = [session_cookie(browser_of(mate)) for mate in (ben, cleo)]

    async def scene():
        sockets = []
        for cookie in cookies:
            socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
            assert await socket.open()
            await socket.say({"type": "hello", "watch": {"view": "mentions"}})
            await socket.hear("ready")
            sockets.append(socket)
        await committed(lambda: noted(conversation, ada, "@Ben Okafor"))
        heard = await sockets[0].hear("mention")
        quiet = await sockets[1].hears_nothing()
        for socket in sockets:
            await socket.close()
        return heard, quiet

    heard, is_quiet = play(scene)
    assert heard == {"type": "mention", "conversation": conversation.public_id} and is_quiet


def test_the_contact_learns_nothing_of_a_mention(conversation, ada, ben, published):
    noted(conversation, ada, "@Ben Okafor")
    topics = {topic for topics, frame in published for topic in topics}
    assert not any(topic.startswith("contact.") for topic in topics)
    assert not conversation.messages.visible_to(conversation.contact).filter(kind="note").exists()
