"""Side conversations: colleagues are asked beside a conversation, and its contact never knows."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.web import mail
from ground.web.problems import ClientIdReused, Invalid, NotAllowed, NotFound, StateConflict
from inbox import presence
from inbox.actions import assign, close, mark_read, reply
from inbox.actions.asking import (
    SIDES_MAX,
    answer,
    ask,
    close_side,
    join,
    reopen_side,
)
from inbox.actions.clearing import restore
from inbox.actions.digesting import mail_digests
from inbox.actions.side_people import PARTICIPANTS_MAX, Whom
from inbox.actions.side_reading import mark_side_read
from inbox.models import Message, Notification, SideConversation, SideMessage, SideParticipant
from people.actions import add_to_team, create_token, merge_contacts, unmerge
from people.models import Role, Team
from people.models.token import Scope
from tests.inbox.state import SCRIPT
from tests.inbox.test_socket import opened
from tests.live import committed, play, session_cookie
from tests.messenger.test_socket import opened as messenger_opened

pytestmark = pytest.mark.django_db

SECRET = "Is his coat in the back room?"


@pytest.fixture
def asked(conversation, ada, ben):
    """Ada has asked ben something beside dora's conversation."""
    return question(conversation, ada, ben)


def question(conversation, by, *mates, teams=(), body=SECRET, subject="", client_id=None):
    return ask(
        conversation,
        by=by,
        whom=Whom(mates, teams),
        body=body,
        subject=subject,
        client_id=client_id or uuid.uuid4(),
    ).side


def say(side, by, body="It is"):
    return answer(side, by=by, body=body, client_id=uuid.uuid4())


def told(teammate):
    run_owed()
    rows = Notification.objects.open().filter(teammate=teammate).exclude(reasons__has_key="new")
    return {row.side.preview if row.side else "": row.reasons for row in rows}


# ---- asking and answering -----------------------------------------------------------------------


def test_a_question_stands_in_the_thread_for_teammates_and_nowhere_for_the_contact(
    conversation, ada, ben
):
    conversation.refresh_from_db()
    public = conversation.public_seq
    side = question(conversation, ada, ben, subject="The coat")
    conversation.refresh_from_db()
    assert conversation.public_seq == public
    line = conversation.messages.get(kind="activity")
    assert line.seq == conversation.last_seq and line.public_seq is None
    assert line.activity == {
        "kind": "asked",
        "whom": "Ben Okafor",
        "about": "The coat",
        "side": side.public_id,
    }
    (message,) = side.messages.all()
    assert (message.seq, message.body_text, side.last_seq) == (1, SECRET, 1)
    entry = Entry.objects.get(kind="side.asked")
    assert entry.subject_id == side.public_id
    assert entry.after["conversation"] == conversation.public_id
    assert entry.after["teammates"] == [ben.public_id]
    assert not [topic for topic in entry.topics if topic.startswith("contact.")]


def test_answers_are_in_order_and_a_retry_says_nothing_twice(asked, ben):
    client_id = uuid.uuid4()
    first = answer(asked, by=ben, body="It **is**", client_id=client_id)
    again = answer(asked, by=ben, body="It **is**", client_id=client_id)
    assert first.is_new and not again.is_new and again.message == first.message
    assert [each.seq for each in asked.messages.order_by("seq")] == [1, 2]
    assert "<strong>is</strong>" in first.message.body_html
    with pytest.raises(ClientIdReused):
        answer(asked, by=ben, body="It is not", client_id=client_id)
    assert Entry.objects.filter(kind="side.answered").count() == 1


def test_a_question_is_asked_once(conversation, ada, ben, cleo):
    client_id = uuid.uuid4()
    one = question(conversation, ada, ben, client_id=client_id)
    assert question(conversation, ada, ben, client_id=client_id) == one
    for other in ({"body": "Else?"}, {"subject": "Else"}):
        with pytest.raises(ClientIdReused):
            question(conversation, ada, ben, client_id=client_id, **other)
    with pytest.raises(ClientIdReused):
        question(conversation, ada, cleo, client_id=client_id)
    assert SideConversation.objects.count() == 1
    assert Message.objects.filter(kind="activity").count() == 1


def test_who_speaks_or_is_named_takes_part(asked, conversation, ada, cleo):
    assert cleo not in asked.people()
    say(asked, cleo, "I saw it")
    assert cleo in asked.people()
    other = question(conversation, ada, cleo)
    said = say(other, cleo, "Ask @Ben Okafor")
    assert '<mark class="mention">@Ben Okafor</mark>' in said.message.body_html
    assert [str(mate) for mate in other.people()] == ["Ada Byron", "Ben Okafor", "Cleo Marchand"]


def test_a_team_takes_part_with_whoever_is_in_it(conversation, ada, ben, cleo, support):
    side = question(conversation, ada, teams=[support])
    assert list(side.people()) == [ada, ben]
    add_to_team(cleo, support, by=ada)
    assert cleo in side.people()


def test_closing_and_reopening_are_journaled_and_an_answer_opens_again(asked, ada, ben):
    close_side(asked, by=ada)
    close_side(asked, by=ada)
    assert Entry.objects.filter(kind="side.closed").count() == 1
    said = say(asked, ben)
    assert not said.side.is_closed
    reopened = Entry.objects.get(kind="side.reopened")
    assert reopened.cause.kind == "side.answered"
    reopen_side(close_side(asked, by=ada), by=ben)
    assert Entry.objects.filter(kind="side.reopened").count() == 2


def test_further_colleagues_are_asked_in(asked, ada, ben, cleo, support):
    side = join(asked, by=ada, whom=Whom((cleo,), (support,)))
    assert side.asked == "Ben Okafor, Support, Cleo Marchand"
    entry = Entry.objects.get(kind="side.joined")
    assert entry.after["teammates"] == [cleo.public_id] and entry.after["teams"] == [
        support.public_id
    ]
    join(asked, by=ada, whom=Whom((cleo, ben)))
    assert Entry.objects.filter(kind="side.joined").count() == 1


@pytest.mark.parametrize("body", ["", "  \n ", "a\x00b", "x" * 40_000])
def test_a_question_says_something_sound(conversation, ada, ben, body):
    with pytest.raises(Invalid):
        question(conversation, ada, ben, body=body)
    with pytest.raises(Invalid):
        question(conversation, ada, ben, subject=body.strip() or "two\nlines")
    with pytest.raises(Invalid):
        question(conversation, ada)
    with pytest.raises(Invalid):
        question(conversation, ada, ada)
    assert not SideConversation.objects.exists() and not SideMessage.objects.exists()


def test_there_are_not_endlessly_many(conversation, ada, ben, agent_role):
    SideConversation.objects.bulk_create(
        SideConversation(conversation=conversation, client_id=uuid.uuid4(), asked="Ben")
        for _ in range(SIDES_MAX - 1)
    )
    side = question(conversation, ada, ben)
    with pytest.raises(StateConflict):
        question(conversation, ada, ben)
    teams = [Team.objects.create(name=f"Team {number}") for number in range(PARTICIPANTS_MAX)]
    for team in teams:
        add_to_team(ben, team, by=ada)
    with pytest.raises(StateConflict):
        join(side, by=ada, whom=Whom((), teams))
    assert side.participants.count() == 2


# ---- who may -------------------------------------------------------------------------------------


def test_who_may_not_see_the_conversation_cannot_be_asked(
    conversation, ada, ben, cleo, billing, support
):
    held = assign(conversation, by=ada, team=billing)
    for whom in (Whom((ben,)), Whom((), (support,))):
        with pytest.raises(Invalid) as refused:
            ask(held, by=cleo, whom=whom, body=SECRET, client_id=uuid.uuid4())
        assert "may see this conversation" in refused.value.sentences or (
            "may not see this conversation" in refused.value.sentences
        )
    side = question(held, cleo, ada, body="Is @Ben Okafor here?")
    assert ben not in side.people() and "<mark" not in side.messages.get().body_html
    for act in (
        lambda: question(held, ben, cleo),
        lambda: say(side, ben),
        lambda: join(side, by=ben, whom=Whom((ben,))),
        lambda: close_side(side, by=ben),
        lambda: reopen_side(side, by=ben),
    ):
        with pytest.raises(NotFound):
            act()
    assert side.messages.count() == 1 and not side.is_closed


def test_who_only_looks_neither_asks_nor_is_asked(conversation, ada, ben):
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    with pytest.raises(NotAllowed):
        question(conversation, ben, ada)
    with pytest.raises(Invalid) as refused:
        question(conversation, ada, ben)
    assert "Ben Okafor may read, but not answer." in refused.value.sentences


def test_access_that_is_lost_is_lost_here_too(asked, conversation, ada, ben, cleo, billing):
    assert ben in asked.people()
    assign(conversation, by=ada, team=billing)
    asked.refresh_from_db()
    asked.conversation.refresh_from_db()
    assert ben not in asked.people()
    run_owed()
    Notification.objects.all().delete()
    say(asked, ada, "Still there?")
    assert told(ben) == {}
    with pytest.raises(NotFound):
        say(asked, ben)


def test_losing_access_cuts_the_screen(asked, conversation, ada, ben, billing, browser_of):
    cookie = session_cookie(browser_of(ben))

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: say(asked, ada, "One"))
        heard = await socket.hear("side")
        await committed(lambda: assign(conversation, by=ada, team=billing))
        await socket.hear("stale")
        await socket.hears_nothing()
        socket.left_over()
        await committed(lambda: say(asked, ada, "Two"))
        quiet = await socket.hears_nothing()
        await socket.close()
        return heard, quiet

    heard, quiet = play(scene)
    assert heard["side"] == asked.public_id and quiet


# ---- being told ----------------------------------------------------------------------------------


def test_who_is_asked_is_told_and_reads_it_away(asked, ada, ben, cleo):
    assert told(ben) == {SECRET: {"asked": "Ada Byron"}}
    assert told(ada) == {} and told(cleo) == {}
    mark_read(asked.conversation, by=ben, seq=99)
    assert told(ben), "to read the conversation beside it is not to read it"
    mark_side_read(asked, by=ben, seq=1)
    assert told(ben) == {}


def test_answers_join_what_is_open_and_answering_clears_it(asked, ada, ben):
    assert told(ben)
    say(asked, ada, "Or upstairs?")
    assert told(ben) == {"Or upstairs?": {"asked": "Ada Byron", "answered": "Ada Byron"}}
    say(asked, ben, "Upstairs, @Ada Byron")
    assert told(ben) == {}
    assert told(ada) == {"Upstairs, @Ada Byron": {"mentioned": "Ben Okafor"}}


def test_a_side_conversation_and_its_conversation_are_told_apart(asked, ada, ben, dora):
    held = assign(asked.conversation, by=ada, assignee=ben)
    assert told(ben) == {SECRET: {"asked": "Ada Byron"}, "": {"assigned": "Ada Byron"}}
    close(held, by=ada)
    assert told(ben) == {SECRET: {"asked": "Ada Byron"}}, "the question is still open"
    close_side(asked, by=ada)
    assert told(ben) == {}
    everything = list(Notification.objects.values_list("public_id", flat=True))
    assert restore(ben, everything) == 2
    assert restore(ben, everything) == 0


def test_what_was_read_before_it_came_to_telling_is_not_told(asked, ben):
    mark_side_read(asked, by=ben, seq=1)
    assert told(ben) == {}


def test_a_digest_leads_into_it_without_its_words(asked, ben, settings, monkeypatch):
    letters = []
    monkeypatch.setattr(mail, "is_configured", lambda: True)
    monkeypatch.setattr(mail, "send", lambda letter: letters.append(letter) or "ok")
    monkeypatch.setattr(presence, "is_here", lambda name: False)
    assert told(ben)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inbox_notification SET happened_at = now() - interval '1 hour'")
    assert mail_digests() == 1
    assert f"?side={asked.public_id}" in letters[0].text and SECRET not in letters[0].text


# ---- never visible to the contact ----------------------------------------------------------------


def test_the_customers_socket_is_silent(browser, ada, ben):
    visitor = browser()
    name = visitor.start("One").json()["conversation"]["id"]
    conversation = Message.objects.get(body_text="One").conversation

    async def scene():
        socket, ready = await messenger_opened(visitor.token)
        side = await committed(lambda: question(conversation, ada, ben))
        await committed(lambda: say(side, ben))
        await committed(lambda: close_side(side, by=ada))
        quiet = await socket.hears_nothing()
        await committed(lambda: reply(conversation, by=ada, body="Here", client_id=uuid.uuid4()))
        heard = await socket.hear("message")
        await socket.close()
        return ready, quiet, heard

    ready, quiet, heard = play(scene)
    assert ready["conversations"] == {name: 1} and quiet and heard["seq"] == 2


def test_no_door_of_the_customer_shows_it(
    browser, signed, ada, ben, published, browser_of, django_capture_on_commit_callbacks
):
    visitor = browser(identity=signed(sub="dora-1"))
    name = visitor.start("Where is my coat?").json()["conversation"]["id"]
    found = Message.objects.get(body_text="Where is my coat?").conversation
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        side = question(found, ada, ben, subject="Coat hunt")
        say(side, ben, "Nowhere to be found")
        close_side(side, by=ada)
        run_owed()
    assert "side" in {frame["type"] for _, frame in published}
    words = (SECRET, "Coat hunt", "Nowhere to be found", side.public_id, "Ben Okafor")
    frames = json.dumps(
        [frame for topics, frame in published if any(t.startswith("contact.") for t in topics)]
    )
    doors = {
        "boot": visitor.boot(identity=signed(sub="dora-1")),
        "conversations": visitor.call("get", "conversations"),
        "messages": visitor.read(name),
    }
    transcript = browser_of(ada).get(f"/inbox/all/{name}/transcript/")
    token = create_token(by=None, teammate=ada, name="t", scopes=list(Scope.values))[1]
    headers = {"authorization": f"Bearer {token}"}
    export = browser_of(ada).get(f"/api/v1/contacts/{found.contact.public_id}", headers=headers)
    seen = {key: door.content.decode() for key, door in doors.items() if hasattr(door, "content")}
    seen |= {
        "frames": frames,
        "transcript": transcript.content.decode().split("<main", 1)[-1],
        "contact": export.content.decode(),
    }
    assert len(seen) >= 5 and "coat" in seen["messages"]
    for door, text in seen.items():
        for word in words:
            assert word not in text, (door, word)
    found.refresh_from_db()
    assert found.contact_unread == 0 and found.public_seq == 1
    assert found.preview == "Where is my coat?"
    assert visitor.read(name).json()["last_seq"] == 1


def test_its_frames_go_to_teammates_alone(
    asked, ben, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        say(asked, ben)
        run_owed()
    topics = {topic for topics, frame in published if frame["type"] == "side" for topic in topics}
    assert topics == {
        f"conversation.{asked.conversation.public_id}",
        f"teammate.{ben.public_id}",
    }
    assert "It is" not in json.dumps([f for _, f in published if f["type"] == "side"])


def test_it_stays_through_merging_of_contacts_and_goes_with_its_conversation(
    asked, ada, dora, otto
):
    made = merge_contacts(otto, dora, by=ada, reason="By hand.")
    asked.refresh_from_db()
    asked.conversation.refresh_from_db()
    assert asked.conversation.contact == otto
    unmerge(made, by=ada)
    asked.conversation.refresh_from_db()
    assert asked.conversation.contact == dora
    run_owed()
    asked.conversation.delete()
    assert not SideConversation.objects.exists() and not SideParticipant.objects.exists()
    assert not Notification.objects.exclude(side=None).exists()


# ---- pages ---------------------------------------------------------------------------------------


def test_a_teammate_asks_answers_and_closes_on_the_page(conversation, ada, ben, browser_of):
    page = browser_of(ada)
    home = f"/inbox/all/{conversation.public_id}/"
    form = page.get(f"{home}?side=new").content.decode()
    assert "Ask colleagues" in form and "never sees this" in form
    asking = {
        "body": SECRET,
        "subject": "Coat",
        "client_id": uuid.uuid4(),
        "teammate": ben.public_id,
    }
    response = page.post(f"{home}sides/", asking)
    side = SideConversation.objects.get()
    assert response.headers["Location"] == f"{home}?side={side.public_id}"
    shown = browser_of(ben).get(home).content.decode()
    assert "Ada Byron asked Ben Okafor: Coat" in shown and 'class="is-new"' in shown
    address = f"{home}sides/{side.public_id}/"
    bens = browser_of(ben)
    answer_ = {"do": "say", "body": "Yes", "client_id": uuid.uuid4()}
    fragment = bens.post(address, answer_, headers=SCRIPT)
    assert "Yes" in fragment.content.decode() and 'data-seq="2"' in fragment.content.decode()
    assert 'class="is-new"' not in bens.get(home).content.decode()
    closed = bens.post(address, {"do": "close"}, headers=SCRIPT)
    assert json.loads(closed.headers["HX-Trigger"])["inbox:side-done"]["undo"]["values"] == {
        "do": "reopen"
    }
    side.refresh_from_db()
    assert side.is_closed
    assert bens.post(address, {"do": "read", "seq": 1}).status_code == 204


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "explode"},
        {"do": "say", "body": "x"},
        {"do": "say", "body": "", "client_id": str(uuid.uuid4())},
        {"do": "say", "body": "x\x00", "client_id": str(uuid.uuid4())},
        {"do": "join"},
        {"do": "join", "teammate": "mate_nobody"},
        {"do": "join", "teammate": "'; --"},
        {"do": "read", "seq": "9" * 40},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(asked, ada, browser_of, sent):
    address = f"/inbox/all/{asked.conversation.public_id}/sides/{asked.public_id}/"
    before = Entry.objects.count()
    assert browser_of(ada).post(address, sent, headers=SCRIPT).status_code == 400
    assert Entry.objects.count() == before and asked.messages.count() == 1


def test_an_address_of_another_conversations_side_is_none(asked, begin, emil, ada, browser_of):
    other = begin(emil)
    page = browser_of(ada)
    address = f"/inbox/all/{other.public_id}/sides/{asked.public_id}/"
    assert page.post(address, {"do": "close"}).status_code == 404
    shown = page.get(f"/inbox/all/{other.public_id}/?side={asked.public_id}")
    assert shown.status_code == 200 and SECRET not in shown.content.decode()
    for odd in ("", "new'", "sd_" + "x" * 99):
        address = f"/inbox/all/{other.public_id}/?side={odd}"
        assert page.get(address).status_code == 200


def test_a_side_conversation_costs_the_same_however_long(conversation, ada, ben, browser_of):
    page = browser_of(ada)

    def cost(side):
        address = f"/inbox/all/{conversation.public_id}/?side={side.public_id}"
        with CaptureQueriesContext(connection) as captured:
            assert page.get(address, headers=SCRIPT | {"HX-Target": "side"}).status_code == 200
        return len(captured)

    side = question(conversation, ada, ben)
    for number in range(24):
        say(side, ben, f"Word {number}")
    few = cost(side)
    for number in range(75):
        say(side, ben, f"Word {number}")
    assert cost(side) == few
