"""Macros: words with variables, and what is done along with a message."""

import json
import uuid

import pytest

from ground.journal.models import Entry
from ground.web.markup import render
from ground.web.problems import Invalid, NewerMessages, NotAllowed
from inbox.actions import delete_macro, reply, save_macro, send
from inbox.models import Macro, Message
from inbox.variables import fill, values_for
from people.actions import create_token, find_or_create_tag
from people.models.token import Scope

pytestmark = pytest.mark.django_db

CLOSE = {"do": "close", "to": ""}


@pytest.fixture
def macro():
    def written(by, name="Thanks", body="Thank you, {{contact.first_name}}.", **more):
        return save_macro(Macro(), by=by, name=name, body=body, **more)

    return written


def say(conversation, by, body="On its way.", kind="reply", **more):
    more.setdefault("client_id", uuid.uuid4())
    return send(conversation, by=by, kind=kind, body=body, **more)


def offered(browser, conversation, q=""):
    page = browser.get(f"/inbox/all/{conversation.public_id}/macros/", {"q": q})
    assert page.status_code == 200
    return page.content.decode()


# ---- variables -----------------------------------------------------------------------------------


def test_variables_are_filled_and_what_is_unknown_stays_as_written(conversation, ben):
    text = (
        "Hi {{ contact.first_name }} of {{company.name}}, {{teammate.name}} here."
        " {{contact.birthday}} {{7*7}} {% debug %} %s {0.__class__} {{settings.SECRET_KEY}}"
    )
    assert fill(text, values_for(conversation, ben)) == (
        "Hi Dora of Acme, Ben Okafor here."
        " {{contact.birthday}} {{7*7}} {% debug %} %s {0.__class__} {{settings.SECRET_KEY}}"
    )


def test_an_unknown_name_is_said_otherwise_or_stays_for_the_teammate_to_see():
    values = {"contact.first_name": ""}
    assert fill("Hi {{contact.first_name|there}}", values) == "Hi there"
    assert fill("Hi {{contact.first_name}}", values) == "Hi {{contact.first_name}}"


def test_a_name_cannot_smuggle_in_formatting_links_or_further_variables():
    names = ("[Reset](https://evil.example)", "https://evil.example/a", "evil.com", "**bold** `x`")
    for name in names:
        said = fill("Hello {{contact.name}}", {"contact.name": name})
        html = render(said)
        assert html == f"<p>Hello {name}</p>\n"
    nested = {"contact.name": "{{teammate.name}}", "teammate.name": "Ben"}
    assert fill("{{contact.name}}", nested) == r"{{teammate\.name}}"


# ---- who may use and change them -----------------------------------------------------------------


def test_a_macro_is_its_owners_a_teams_or_everybodys(
    macro, ada, ben, cleo, billing, conversation, browser_of
):
    macro(ben, name="Bens own", owner=ben)
    macro(cleo, name="Of billing", team=billing)
    macro(ada, name="For all")
    seen = {
        mate: [name for name in ("Bens own", "Of billing", "For all") if name in page]
        for mate, page in (
            (mate.name[:3], offered(browser_of(mate), conversation)) for mate in (ada, ben, cleo)
        )
    }
    assert seen == {
        "Ada": ["Of billing", "For all"],
        "Ben": ["Bens own", "For all"],
        "Cle": ["Of billing", "For all"],
    }


def test_only_an_admin_changes_everybodys_macros(macro, ada, ben):
    common = macro(ada)
    with pytest.raises(NotAllowed):
        save_macro(common, by=ben, body="Other words")
    with pytest.raises(NotAllowed):
        delete_macro(common, by=ben)
    with pytest.raises(NotAllowed):
        save_macro(Macro(), by=ben, name="Mine for all", body="Hi")
    common.refresh_from_db()
    assert common.body.startswith("Thank you")
    assert [entry.kind for entry in Entry.objects.filter(subject_type="macro")] == ["macro.created"]


def test_changes_are_journaled_with_before_and_after(macro, ben):
    own = macro(ben, owner=ben)
    save_macro(own, by=ben, name="Many thanks", steps=[CLOSE])
    entry = Entry.objects.get(kind="macro.changed")
    assert entry.before == {"name": "Thanks", "steps": []}
    assert entry.after == {"name": "Many thanks", "steps": [CLOSE]}
    delete_macro(Macro.objects.get(), by=ben)
    assert Entry.objects.get(kind="macro.deleted").before["name"] == "Many thanks"
    assert not Macro.objects.exists()


def test_the_page_writes_changes_and_deletes(ben, browser_of, support):
    browser = browser_of(ben)
    form = {"name": "Bye", "body": "Bye {{contact.name}}", "audience": support.public_id}
    assert browser.post("/inbox/macros/", form | {"step_close": "yes"}).status_code == 302
    made = Macro.objects.get()
    assert (made.team, made.owner, made.steps) == (support, None, [{"do": "close", "to": "yes"}])
    address = f"/inbox/macros/{made.public_id}/"
    assert "Bye {{contact.name}}" in browser.get(address).content.decode()
    assert browser.post(address, form | {"audience": "me"}).status_code == 302
    made.refresh_from_db()
    assert (made.team, made.owner, made.steps) == (None, ben, [])
    assert browser.post("/inbox/macros/", form | {"audience": "everybody"}).status_code == 400
    assert browser.post("/inbox/macros/", {"name": "Empty", "audience": "me"}).status_code == 400
    assert browser.post(address, {"delete": "true"}).status_code == 302
    assert not Macro.objects.exists()


def test_the_admin_writes_everybodys(ada, ben, browser_of):
    browser = browser_of(ada)
    form = {"name": "Hi", "body": "Hello", "team": "", "step_assign": ben.public_id}
    page = browser.post("/admin/inbox/macro/add/", form)
    assert page.status_code == 302, page.content.decode()[-3000:]
    made = Macro.objects.get()
    assert (made.owner, made.team) == (None, None)
    assert made.steps == [{"do": "assign", "to": ben.public_id}]
    address = f"/admin/inbox/macro/{made.pk}/change/"
    assert "Hello" in browser.get(address).content.decode()
    assert browser.post(address, form | {"body": "Hello again"}).status_code == 302
    assert Macro.objects.get().body == "Hello again"
    assert Entry.objects.filter(kind__startswith="macro.").count() == 2


def test_the_picker_finds_by_name_fills_in_and_says_what_is_done(
    macro, ben, browser_of, conversation
):
    macro(ben, name="Refund", owner=ben, steps=[{"do": "assign", "to": "me"}, CLOSE])
    macro(ben, name="<b>Other</b>", owner=ben)
    page = offered(browser_of(ben), conversation, "refu")
    assert 'data-body="Thank you, Dora."' in page
    assert "Assign to me" in page and "Close" in page and "Other" not in page
    assert "<b>" not in offered(browser_of(ben), conversation)


def test_the_picker_asks_the_same_for_one_and_for_many(
    macro, ben, cleo, browser_of, conversation, django_assert_num_queries
):
    browser = browser_of(ben)
    for number in range(20):
        macro(ben, name=f"No {number}", owner=ben, steps=[{"do": "assign", "to": cleo.public_id}])
        if number in (0, 19):
            with django_assert_num_queries(10):
                offered(browser, conversation)


def test_the_api_lists_what_the_token_may_use(client, macro, ada, ben):
    macro(ben, name="Own", owner=ben)
    macro(ada, name="All", steps=[CLOSE])
    tokens = {
        mate: create_token(by=None, teammate=mate, name="t", scopes=[Scope.CONVERSATIONS_READ])[1]
        for mate in (ben, None)
    }
    names = {}
    for mate, token in tokens.items():
        answer = client.get("/api/v1/macros", headers={"authorization": f"Bearer {token}"})
        names[mate] = [macro["name"] for macro in answer.json()["results"]]
    assert names == {ben: ["All", "Own"], None: ["All"]}


# ---- sending with what belongs to it -------------------------------------------------------------


def test_a_reply_and_its_steps_are_one(conversation, ben, support, macro):
    own = macro(ben, owner=ben)
    steps = [CLOSE, {"do": "assign", "to": "me"}, {"do": "team", "to": support.public_id}]
    posted = say(conversation, ben, then=steps, macros=[own.public_id, "mc_gone"])
    assert posted.conversation.is_closed
    assert (posted.conversation.assignee, posted.conversation.team) == (ben, support)
    own.refresh_from_db()
    assert own.used == 1
    used = Entry.objects.get(kind="macro.used")
    assert used.after["message"] == posted.message.public_id
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-5:] == [
        "message.sent",
        "conversation.closed",
        "conversation.assigned",
        "conversation.assigned",
        "macro.used",
    ]


def test_a_macro_tags_and_prioritizes_along(conversation, ben, macro, browser_of):
    damage, _ = find_or_create_tag("Damage", by=ben)
    wanted = [{"do": "priority", "to": "urgent"}, {"do": "tag", "to": damage.public_id}]
    macro(ben, name="Broken", owner=ben, steps=wanted)
    page = offered(browser_of(ben), conversation)
    assert "Tag Damage" in page and "Priority Urgent" in page
    posted = say(conversation, ben, then=wanted)
    assert [tag["name"] for tag in posted.conversation.shown_tags] == ["Damage"]
    assert posted.conversation.priority == posted.conversation.Priority.URGENT
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-3:] == ["message.sent", "conversation.tagged", "conversation.prioritized"]


def test_an_archived_tag_and_an_unknown_priority_send_nothing(conversation, ben):
    gone, _ = find_or_create_tag("Gone", by=ben)
    gone.is_archived = True
    gone.save()
    for step in ({"do": "tag", "to": gone.public_id}, {"do": "priority", "to": "mad"}):
        with pytest.raises(Invalid):
            say(conversation, ben, then=[step])
    assert conversation.messages.count() == 1


def test_a_step_that_cannot_be_done_sends_nothing(conversation, ben):
    before = Entry.objects.count()
    with pytest.raises(Invalid):
        say(conversation, ben, then=[{"do": "assign", "to": "mate_gone"}])
    assert conversation.messages.count() == 1
    assert Entry.objects.count() == before


def test_words_that_others_overtook_close_nothing(conversation, ada, ben):
    reply(conversation, by=ada, body="I have it.", client_id=uuid.uuid4())
    with pytest.raises(NewerMessages):
        say(conversation, ben, then=[CLOSE], last_seen_seq=1)
    conversation.refresh_from_db()
    assert conversation.is_open


def test_a_retry_neither_says_nor_does_it_twice(conversation, ben, macro, dora):
    own, name = macro(ben, owner=ben), uuid.uuid4()
    more = {"client_id": name, "then": [CLOSE], "macros": [own.public_id]}
    say(conversation, ben, **more)
    reply(conversation, by=dora, body="One more thing", client_id=uuid.uuid4())
    assert not say(conversation, ben, **more).is_new
    conversation.refresh_from_db()
    own.refresh_from_db()
    assert conversation.is_open and own.used == 1


def test_nobody_does_by_a_step_what_their_role_forbids(conversation, ben):
    ben.role.capabilities = ["conversations.reply"]
    ben.role.save()
    with pytest.raises(NotAllowed):
        say(conversation, ben, then=[CLOSE])
    assert not Message.objects.filter(author_type="teammate").exists()


def test_a_note_closes_too_and_the_page_says_so(conversation, ben, browser_of):
    form = {
        "kind": "note",
        "body": "Done on the phone.",
        "client_id": str(uuid.uuid4()),
        "then": json.dumps({"do": "close"}),
    }
    answer = browser_of(ben).post(
        f"/inbox/all/{conversation.public_id}/messages/", form, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "closed")
    conversation.refresh_from_db()
    assert conversation.is_closed


def test_snoozing_along_is_by_the_senders_clock(conversation, ben, browser_of):
    form = {
        "kind": "reply",
        "body": "I will look tomorrow.",
        "client_id": str(uuid.uuid4()),
        "then": '{"do":"snooze","to":"tomorrow"}',
        "timezone": "Asia/Tokyo",
    }
    browser_of(ben).post(f"/inbox/all/{conversation.public_id}/messages/", form)
    conversation.refresh_from_db()
    assert conversation.snoozed_until.hour == 0


@pytest.mark.parametrize(
    "step",
    [
        "no json",
        "[" * 5000,
        '"close"',
        '{"do":"explode"}',
        '{"do":["close"]}',
        '{"do":"close","to":7}',
        '{"do":"snooze","to":"never"}',
        '{"do":"team","to":"\\u0000"}',
    ],
)
def test_hostile_steps_are_refused_and_nothing_is_sent(step, conversation, ben, browser_of):
    form = {"kind": "reply", "body": "Hi", "client_id": str(uuid.uuid4()), "then": step}
    answer = browser_of(ben).post(
        f"/inbox/all/{conversation.public_id}/messages/", form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 400
    assert conversation.messages.count() == 1
