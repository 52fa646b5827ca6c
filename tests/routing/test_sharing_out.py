"""What nobody has is given to somebody of its team, and it is kept why."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from ground.hours.models import OfficeHours
from ground.journal.models import Decision, Entry, Reaction
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid, NotAllowed
from inbox import presence
from inbox.actions import assign, close, prioritize, reply, set_tags, snooze
from inbox.models import Conversation
from people.actions import deactivate, find_or_create_tag, set_away
from people.models import Role, Team
from routing import tasks
from routing.actions import sharing_out
from routing.actions.arranging import arrange_sharing, arrange_workload
from routing.models import Sharing, Turn
from tests.routing.crews import ask, hire, owners, refused, share, why

pytestmark = pytest.mark.django_db


@pytest.fixture
def next_week():
    return timezone.now() + timedelta(days=7)


@pytest.fixture
def eve(agent_role, support):
    return hire("Eve", agent_role, support)


def test_what_a_team_gets_is_given_to_one_of_them_and_it_is_kept_why(line, dora, ben, eve, support):
    share(support)
    run_owed()
    conversation = ask(dora, line, support)
    run_owed()
    [owner] = owners([conversation])
    assert owner in {"Ben Okafor", "Eve"}
    entry = Entry.objects.filter(kind="conversation.assigned").last()
    assert (entry.actor_type, entry.actor_id) == ("automation", "Team sharing")
    assert entry.after["assignee"] == conversation.assignee.public_id
    decision = why(conversation)
    assert decision.entry == entry and decision.cause.kind == "conversation.assigned"
    assert decision.result["assignee"] == conversation.assignee.public_id
    assert decision.version == f"{support.public_id}.1"
    assert {each["name"] for each in decision.explanation["candidates"]} == {"Ben Okafor", "Eve"}
    assert any("has the most room" in each["says"] for each in decision.explanation["clauses"])


def test_a_team_that_shares_nothing_out_takes_its_work_itself(line, dora, ben, support):
    share(support, "nobody")
    conversation = ask(dora, line, support)
    run_owed()
    assert tasks.share_out_waiting() == 0
    assert owners([conversation]) == [""] and not Decision.objects.exists()


def test_in_turn_everybody_gets_as_many(line, dora, ben, eve, support):
    share(support, "round_robin", previous_owner_first=False)
    conversations = [ask(dora, line, support) for _ in range(6)]
    run_owed()
    assert sorted(owners(conversations)) == ["Ben Okafor"] * 3 + ["Eve"] * 3
    assert owners(conversations)[0] != owners(conversations)[1], "in turns, not in rows"


def test_balanced_is_by_what_each_is_busy_with(line, dora, emil, ben, eve, support):
    share(support, previous_owner_first=False, capacity=10)
    busy = [assign(ask(dora, line), by=ben, assignee=ben) for _ in range(3)]
    reply(busy[0], by=ben, body="Done", client_id=uuid.uuid4())
    conversations = [ask(emil, line, support) for _ in range(3)]
    run_owed()
    assert owners(conversations)[:2] == ["Eve", "Eve"], "two and a half against none, one, two"
    assert sorted(owners(conversations)) == ["Eve"] * 3


def test_nobody_is_given_more_than_they_can_do_and_what_is_over_waits_with_the_reason(
    line, dora, ben, eve, support
):
    share(support, capacity=2)
    arrange_workload(eve, by=None, capacity=1)
    conversations = [ask(dora, line, support) for _ in range(5)]
    run_owed()
    assert sorted(owners(conversations)) == ["", "", "Ben Okafor", "Ben Okafor", "Eve"]
    waiting = [each for each in conversations if each.assignee is None]
    assert waiting == conversations[3:], "the oldest are given first"
    assert refused(waiting[0]) == {"Ben Okafor": "full", "Eve": "full"}
    assert why(waiting[0]).result["why"] == "Whoever is there has as much as they can do."
    assert tasks.share_out_waiting() == 0
    assert Decision.objects.filter(subject_id=waiting[0].public_id).count() == 1, "once"


def test_who_has_room_again_is_given_the_oldest(line, dora, ben, support, next_week):
    share(support, capacity=1)
    first, second, third, fourth = (ask(dora, line, support) for _ in range(4))
    run_owed()
    assert owners([first, second]) == ["Ben Okafor", ""]
    close(first, by=ben)
    run_owed()
    assert owners([second, third]) == ["Ben Okafor", ""]
    snooze(second, by=ben, until=next_week)
    run_owed()
    assert owners([third, fourth]) == ["Ben Okafor", ""]
    assign(third, by=ben, assignee=None)
    run_owed()
    assert owners([third, fourth]) == ["", "Ben Okafor"], "who gave it back gets another"
    assert refused(third)["Ben Okafor"] == "gave_back"


def test_the_more_urgent_is_given_before_the_older(line, dora, ada, ben, support):
    share(support, capacity=2)
    set_away(ben, True, by=ben)
    old, urgent = ask(dora, line, support), ask(dora, line, support)
    prioritize(urgent, by=ada, priority=Conversation.Priority.URGENT)
    run_owed()
    assert refused(old) == {"Ben Okafor": "away"}
    set_away(ben, False, by=ben)
    run_owed()
    assert owners([old, urgent]) == ["", "Ben Okafor"], "it takes both places"


def test_nobody_who_is_away_gone_or_may_not_reply_is_given_anything(
    line, dora, ada, ben, eve, agent_role, support
):
    looker = Role.objects.create(name="Looker", capabilities=[])
    hire("Lou", looker, support)
    set_away(eve, True, by=eve)
    deactivate(ben, by=ada)
    share(support)
    conversation = ask(dora, line, support)
    run_owed()
    assert refused(conversation) == {
        "Ben Okafor": "deactivated",
        "Eve": "away",
        "Lou": "not_allowed",
    }
    set_away(eve, False, by=eve)
    run_owed()
    assert owners([conversation]) == ["Eve"]


def test_only_who_has_an_inbox_open_is_given_anything_if_the_team_wishes(
    line, dora, ben, eve, support
):
    share(support, needs_presence=True)
    conversation = ask(dora, line, support)
    run_owed()
    assert set(refused(conversation).values()) == {"not_in"}
    presence.come_in(eve.public_id)
    assert tasks.share_out_waiting() == 1
    assert owners([conversation]) == ["Eve"]


def test_without_redis_whoever_is_not_away_is_taken_to_be_in(
    line, dora, ben, eve, support, monkeypatch
):
    share(support, needs_presence=True)
    conversation = ask(dora, line, support)
    set_away(eve, True, by=eve)
    monkeypatch.setattr(presence, "are_in", lambda names: None)
    run_owed()
    assert owners([conversation]) == ["Ben Okafor"]


def test_whoever_had_the_customers_last_conversation_gets_the_next(line, dora, ben, eve, support):
    share(support)
    earlier = close(assign(ask(dora, line), by=ben, assignee=ben), by=ben)
    assign(ask(dora, line), by=eve, assignee=None, team=None)
    conversation = ask(dora, line, support)
    run_owed()
    assert earlier.assignee == ben and owners([conversation]) == ["Ben Okafor"]
    assert "had this customer's last conversation" in why(conversation).result["why"]


def test_topics_go_to_who_knows_them(line, dora, ada, ben, eve, support):
    coats, _ = find_or_create_tag("coats", by=ada)
    arrange_workload(eve, by=None, tags=[coats], capacity=2, is_narrow=True)
    share(support, capacity=2, skills="required", previous_owner_first=False)
    about = [set_tags(ask(dora, line), by=ada, tags=[coats]) for _ in range(3)]
    plain = ask(dora, line)
    for each in (*about, plain):
        assign(each, by=None, team=support)
    run_owed()
    assert owners([*about, plain]) == ["Eve", "Eve", "", "Ben Okafor"]
    assert refused(about[2]) == {"Ben Okafor": "skills", "Eve": "full"}


def test_a_language_goes_to_who_answers_in_it(line, dora, ben, eve, support):
    arrange_workload(eve, by=None, languages=["de"])
    share(support, previous_owner_first=False)
    german, polish = ask(dora, line), ask(dora, line)
    for conversation, code in ((german, "de"), (polish, "pl")):
        Conversation.objects.filter(pk=conversation.pk).update(language=code)
        assign(conversation, by=None, team=support)
    run_owed()
    assert owners([german, polish]) == ["Eve", "Ben Okafor"], "nobody has the other"
    assert "has the skill" in why(german).result["why"]
    assert why(german).facts["skills"] == ["language:de"]


def test_what_a_person_gave_to_somebody_stays_theirs(line, dora, ada, ben, eve, support):
    share(support, capacity=1)
    set_away(eve, True, by=eve)
    given = [assign(ask(dora, line, support), by=ada, assignee=eve) for _ in range(3)]
    run_owed()
    tasks.share_out_waiting()
    assert owners(given) == ["Eve"] * 3


def test_where_a_bot_speaks_nobody_is_needed_yet(line, dora, ben, support):
    share(support)
    conversation = ask(dora, line, support)
    Conversation.objects.update(holder="bot")
    run_owed()
    assert owners([conversation]) == [""] and tasks.share_out_waiting() == 0


def test_what_was_answered_and_given_to_another_team_is_given_there(line, dora, ben, cleo, billing):
    share(billing)
    conversation = ask(dora, line)
    reply(conversation, by=ben, body="Billing will look at it", client_id=uuid.uuid4())
    assign(conversation, by=ben, team=billing)
    run_owed()
    assert owners([conversation]) == ["Cleo Marchand"]


def test_a_person_in_two_teams_is_filled_up_once(line, dora, ben, support):
    other = Team.objects.create(name="Other")
    ben.memberships.create(team=other)
    share(support, capacity=2)
    share(other, capacity=2)
    conversations = [ask(dora, line, team) for team in (support, other) * 2]
    run_owed()
    assert owners(conversations).count("Ben Okafor") == 2


def test_a_quiet_answered_conversation_makes_room(line, dora, ben, support):
    share(support, capacity=1, quiet_hours=2)
    answered = assign(ask(dora, line), by=ben, assignee=ben)
    reply(answered, by=ben, body="Look again?", client_id=uuid.uuid4())
    waiting = ask(dora, line, support)
    run_owed()
    assert owners([waiting]) == [""], "half a place is left, it takes a whole one"
    Conversation.objects.filter(pk=answered.pk).update(
        last_message_at=timezone.now() - timedelta(hours=3)
    )
    tasks.share_out_waiting()
    assert owners([waiting]) == ["Ben Okafor"]


def test_it_is_done_once_however_often_it_is_asked(line, dora, ben, support):
    share(support)
    conversation = ask(dora, line, support)
    run_owed()
    Reaction.objects.filter(name="routing.tasks.share_out").update(done_at=None, attempts=0)
    run_owed()
    tasks.share_out_waiting()
    assert Decision.objects.count() == 1
    assert Turn.objects.get().teammate == ben
    given = Entry.objects.filter(subject_id=conversation.public_id, actor_id="Team sharing")
    assert given.count() == 1


def test_to_look_for_work_costs_the_same_whatever_is_done_and_assigned(
    line, dora, ben, eve, support, django_assert_num_queries
):
    sharing = share(support, capacity=1)
    assign(ask(dora, line), by=ben, assignee=ben)
    assign(ask(dora, line), by=eve, assignee=eve)
    ask(dora, line, support)
    run_owed()
    for _ in range(2):
        with django_assert_num_queries(10):
            assert sharing_out.share_out([sharing.pk]) == 0
        for _ in range(5):
            assign(ask(dora, line, support), by=ben, assignee=ben)
            ask(dora, line, support)


def test_how_a_team_shares_out_is_journaled_and_versioned(ada, ben, support):
    first = arrange_sharing(support, by=ada, way="balanced", capacity=3)
    assert first.version == 1 and Entry.objects.last().kind == "sharing.changed"
    arrange_sharing(support, by=ada, capacity=3)
    second = arrange_sharing(support, by=ada, capacity=4)
    entry = Entry.objects.last()
    assert second.version == 2
    assert (entry.before, entry.after) == ({"capacity": 3}, {"capacity": 4})
    assert entry.subject_id == support.public_id and entry.actor_id == ada.public_id
    with pytest.raises(NotAllowed):
        arrange_sharing(support, by=ben, capacity=9)
    for wrong in ({"capacity": 0}, {"way": "by lot"}, {"quiet_hours": 10_000}):
        with pytest.raises(Invalid):
            arrange_sharing(support, by=ada, **wrong)
    assert Sharing.objects.get().capacity == 4


def test_what_a_teammate_is_given_is_journaled(ada, ben):
    coats, _ = find_or_create_tag("coats", by=ada)
    arrange_workload(ben, by=ada, capacity=3, languages=["DE", "en-US", "de"], tags=[coats])
    entry = Entry.objects.last()
    assert entry.kind == "workload.changed" and entry.subject_id == ben.public_id
    assert entry.after == {"capacity": 3, "languages": ["de", "en"], "tags": [coats.public_id]}
    count = Entry.objects.count()
    arrange_workload(ben, by=ada, capacity=3, tags=[coats])
    assert Entry.objects.count() == count
    with pytest.raises(Invalid):
        arrange_workload(ben, by=ada, languages=["klingon"])


def test_nobody_is_given_anything_outside_their_hours(line, dora, ben, eve, support):
    never = OfficeHours.objects.create(name="Night", weekly=[[] for _ in range(7)])
    type(ben).objects.filter(pk=ben.pk).update(office_hours=never)
    share(support)
    conversation = ask(dora, line, support)
    run_owed()
    assert owners([conversation]) == ["Eve"]
    found = why(conversation).explanation["candidates"]
    assert {each["name"]: each["refused"] for each in found}["Ben Okafor"] == "outside_hours"


@pytest.fixture
def left(line, dora, emil, otto, ada, ben, eve, support):
    """left("shared"): what ben has when he goes away: shared out to him, taken by himself, given
    him before and given him after he went."""

    def with_him(takes_back):
        set_away(eve, True, by=eve)
        share(support, takes_back=takes_back, previous_owner_first=False)
        shared, taken, before, after = (
            ask(each, line, support) for each in (dora, emil, otto, dora)
        )
        assign(taken, by=ben, assignee=ben)
        assign(before, by=ada, assignee=ben)
        assign(after, by=ada, assignee=ada)
        run_owed()
        set_away(eve, False, by=eve)
        set_away(ben, True, by=ben)
        assign(after, by=ada, assignee=ben)
        run_owed()
        tasks.share_out_waiting()
        return owners([shared, taken, before, after])

    return with_him


@pytest.mark.parametrize(
    ("takes_back", "owners_then"),
    [
        ("nothing", ["Ben Okafor"] * 4),
        ("shared", ["Eve", "Ben Okafor", "Ben Okafor", "Ben Okafor"]),
        ("waiting", ["Eve", "Eve", "Eve", "Ben Okafor"]),
    ],
)
def test_what_waits_with_who_goes_away_is_given_to_others_as_the_team_wishes(
    left, takes_back, owners_then
):
    assert left(takes_back) == owners_then
    back = Entry.objects.filter(kind="conversation.assigned", after__why="Ben Okafor is away")
    assert back.count() == owners_then.count("Eve")
    assert {entry.actor_id for entry in back} <= {"Team sharing"}


def test_what_a_customer_writes_to_who_is_away_goes_to_others(line, dora, ben, eve, support):
    set_away(eve, True, by=eve)
    share(support)
    conversation = ask(dora, line, support)
    run_owed()
    reply(conversation, by=ben, body="Look again?", client_id=uuid.uuid4())
    set_away(ben, True, by=ben)
    set_away(eve, False, by=eve)
    run_owed()
    assert owners([conversation]) == ["Ben Okafor"], "nobody waits there"
    reply(conversation, by=dora, body="It still fails", client_id=uuid.uuid4())
    run_owed()
    tasks.share_out_waiting()
    assert owners([conversation]) == ["Eve"]


def test_the_page_that_says_why_tells_who_could_and_who_could_not(
    line, dora, ada, ben, eve, cleo, support, billing, browser_of
):
    set_away(eve, True, by=eve)
    share(support)
    conversation = ask(dora, line, support)
    run_owed()
    page = f"/inbox/all/{conversation.public_id}/why/"
    told = browser_of(cleo).get(page).content.decode()
    assert "Ben Okafor got it" in told and "Eve is away." in told
    share(billing)
    assign(conversation, by=ada, assignee=None, team=billing)
    run_owed()
    assign(conversation, by=ada, assignee=None, team=support)
    told = browser_of(ben).get(page).content.decode()
    assert "Eve is away." in told and "Cleo Marchand got it" not in told, "of a private team"
    assert "Cleo Marchand got it" in browser_of(ada).get(page).content.decode()


def test_a_team_whose_work_cannot_be_shared_out_does_not_keep_others_from_theirs(
    line, dora, ben, cleo, support, billing, monkeypatch
):
    for team in (support, billing):
        share(team)
    broken, sound = ask(dora, line, support), ask(dora, line, billing)
    give = sharing_out.give

    def break_there(name, crew, cause):
        if crew.sharing.team == support:
            raise ValueError("out of order")
        return give(name, crew, cause)

    monkeypatch.setattr(sharing_out, "give", break_there)
    assert tasks.share_out_waiting() == 1
    assert owners([broken, sound]) == ["", "Cleo Marchand"]
