"""Rules, asked when a customer writes: what they give, and why, is stored."""

import uuid

import pytest

from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid, NotAllowed
from inbox.actions import assign, close, mark_spam, prioritize, start
from inbox.models import Conversation, Notification
from people.actions import create_segment, find_or_create_tag
from people.models import Attribute, Segment
from people.segments import FACT
from routing import tasks
from routing.actions import arrange_rules, change_settings, delete_rule, save_rule, switch_rule
from routing.models import Rule, RuleEdition
from tests.routing.conftest import ALWAYS, DEVELOPERS, PYTHON

pytestmark = pytest.mark.django_db

COAT = {"fact": "conversation.first_words", "op": "contains", "value": "coat"}
SIZE = {"fact": "contact.attributes.size", "op": "is", "value": "XL"}


def last_decision(conversation):
    return Decision.objects.filter(subject_id=conversation.public_id).latest("id")


def verdicts(decision):
    return [verdict for _, _, verdict, _ in decision.explanation["rules"]]


@pytest.mark.parametrize(
    ("body", "page"),
    [("My Python script fails", {}), ("Help!", {"url": "https://lumen.test/developers/api"})],
)
def test_a_technical_word_or_a_developer_page_reaches_the_technical_team(
    ruled, begin, dora, technical, triage, body, page
):
    ruled("Developers", {"any": [PYTHON, DEVELOPERS]}, team=technical.public_id)
    conversation = begin(dora, body, page=page)
    assert (conversation.team, conversation.assignee) == (technical, None)
    given = Entry.objects.get(kind="conversation.assigned")
    assert (given.actor_type, given.actor_id) == ("automation", "Rule “Developers”")
    assert given.cause.kind == "conversation.routed"
    assert given.cause.cause.kind == "message.understood"


def test_what_no_rule_takes_goes_to_triage(ruled, begin, dora, technical, triage, ada):
    tag, _ = find_or_create_tag("Coats", by=ada)
    ruled("Python", PYTHON, team=technical.public_id)
    ruled("Coats", COAT, tags=[tag.public_id])
    conversation = begin(dora)
    assert conversation.team == triage
    assert list(conversation.tags.all()) == [tag]
    decision = last_decision(conversation)
    assert decision.result["triage"] == triage.public_id
    assert decision.result["wanted"]["tags"] == [tag.public_id]


def test_a_decision_says_what_was_read_and_what_each_rule_said(
    ruled, begin, dora, technical, support
):
    first = ruled("Python", {"all": [PYTHON, DEVELOPERS]}, team=technical.public_id)
    second = ruled("Coats", COAT, team=support.public_id, priority="high")
    third = ruled("All", team=technical.public_id)
    off = ruled("Off", team=technical.public_id, is_on=False)
    conversation = begin(dora, "My coat, ordered by python")
    decision = last_decision(conversation)
    assert (decision.decider, decision.cause.kind) == ("routing.rules", "message.received")
    assert decision.entry.kind == "conversation.routed"
    assert decision.facts == {
        "conversation.first_words": "My coat, ordered by python",
        "conversation.page": None,
    }
    assert decision.explanation["rules"] == [
        [first.public_id, 1, "no", "10"],
        [second.public_id, 1, "acted", "1"],
        [third.public_id, 1, "stopped", ""],
        [off.public_id, 1, "off", ""],
    ]
    assert decision.explanation["stopped_by"] == second.public_id
    assert decision.result["wanted"] == {
        "team": support.public_id,
        "priority": "high",
        "took": second.public_id,
        "rules": [second.public_id],
    }
    assert decision.result["did"] == ["team", "priority"]
    assert (conversation.team, conversation.priority) == (support, 2)


def test_a_rule_that_goes_on_lets_later_ones_add_but_not_take_away(
    ruled, begin, dora, technical, support, ada
):
    tags = [find_or_create_tag(name, by=ada)[0] for name in ("A", "B")]
    ruled("First", goes_on=True, priority="urgent", tags=[tags[0].public_id])
    ruled("Second", goes_on=True, team=support.public_id, tags=[tags[1].public_id])
    ruled("Third", team=technical.public_id, priority="low")
    conversation = begin(dora)
    assert (conversation.team, conversation.priority) == (support, 3)
    assert set(conversation.tags.all()) == set(tags)
    assert verdicts(last_decision(conversation)) == ["acted"] * 3


def test_what_a_person_decided_stays(ruled, begin, write, dora, ben, ada, technical, support):
    ruled("All", team=technical.public_id, priority="urgent")
    conversation = begin(dora)
    assign(conversation, by=ada, assignee=ben, team=support)
    prioritize(conversation, by=ada, priority=Conversation.Priority.LOW)
    close(conversation, by=ben)
    write(conversation)
    decision = last_decision(conversation)
    assert decision.explanation["moment"] == "begins" and verdicts(decision) == ["acted"]
    assert decision.result["kept"] == ["assignment", "priority"]
    assert (conversation.team, conversation.assignee) == (support, ben)
    assert conversation.priority == Conversation.Priority.LOW


def test_a_rule_for_further_messages_acts_once_until_the_conversation_begins_anew(
    ruled, begin, write, dora, ben, technical
):
    ruled("Writes", moment="writes", goes_on=True, priority="high")
    conversation = begin(dora)
    assert not Decision.objects.exists() or verdicts(last_decision(conversation)) == ["other"]
    assert conversation.priority == Conversation.Priority.NORMAL
    write(conversation)
    assert verdicts(last_decision(conversation)) == ["acted"]
    write(conversation)
    assert verdicts(last_decision(conversation)) == ["done"]
    assert Entry.objects.filter(kind="conversation.prioritized").count() == 1
    close(conversation, by=ben)
    write(conversation)
    assert last_decision(conversation).explanation["moment"] == "begins"
    write(conversation)
    assert verdicts(last_decision(conversation)) == ["acted"]


def test_the_same_message_is_routed_once(ruled, begin, dora, technical):
    ruled("All", team=technical.public_id)
    begin(dora)
    count = Entry.objects.count()
    tasks.route(list(Entry.objects.filter(kind="message.received")))
    assert (Decision.objects.count(), Entry.objects.count()) == (1, count)


def test_a_rule_that_breaks_later_is_passed_over_flagged_once_and_blocks_nothing(
    ruled, begin, dora, technical, support
):
    attribute = Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    rule = ruled("Large", SIZE, team=technical.public_id)
    ruled("All", team=support.public_id)
    attribute.delete()
    assert begin(dora).team == support
    rule.refresh_from_db()
    assert "contact.attributes.size" in rule.broken
    assert verdicts(Decision.objects.latest("id")) == ["broken", "acted"]
    begin(dora, "Another")
    assert Entry.objects.filter(kind="rule.broke").count() == 1
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    assert begin(dora, "Third").team == support
    rule.refresh_from_db()
    assert rule.broken == "", "it can be asked again"


def test_a_fact_that_cannot_be_read_passes_its_rules_over_only(
    ruled, begin, dora, technical, support, monkeypatch
):
    create_segment(by=None, name="Any", condition={"fact": "contact.name", "op": "is_known"})
    asks = {"fact": FACT, "op": "contains", "value": Segment.objects.get().public_id}
    rule = ruled("Segment", asks, team=technical.public_id)
    ruled("All", team=support.public_id)

    def broken(contact, **options):
        Segment.objects.raw("SELECT nonsense")[0]

    monkeypatch.setattr("people.facts.segments_of", broken)
    conversation = begin(dora)
    assert conversation.team == support
    assert verdicts(last_decision(conversation)) == ["unknown", "acted"]
    rule.refresh_from_db()
    assert rule.broken.startswith("Segments could not be read")


def test_vips_go_the_way_that_each_rule_says(ruled, begin, dora, emil, ben, ada, technical):
    vips = create_segment(
        by=None, name="VIPs", condition={"fact": "company.plan", "op": "is", "value": "pro"}
    )
    change_settings(by=ada, vip_segment=vips.public_id)
    ruled("Coats", COAT, team=technical.public_id, for_vips="owner", vip_owner=ben.public_id)
    ruled("Rest", team=technical.public_id, for_vips="fast")
    first, second = begin(dora), begin(emil)
    assert (first.assignee, first.team) == (ben, technical)
    assert (second.assignee, second.team) == (None, technical)
    fast, slow = begin(dora, "A hat"), begin(emil, "A hat")
    assert (fast.priority, fast.holder) == (Conversation.Priority.URGENT, "people")
    assert (slow.priority, slow.holder) == (Conversation.Priority.NORMAL, "nobody")
    ben.is_away = True
    ben.save()
    away = begin(dora)
    assert (away.assignee, away.team) == (None, technical)
    assert "away" in last_decision(away).result["refused"][0]


def test_people_only_keeps_a_conversation_from_bots(ruled, begin, dora):
    ruled("People", people_only=True)
    assert begin(dora).holder == "people"
    assert Entry.objects.get(kind="conversation.held").cause.kind == "conversation.routed"


def test_who_cannot_see_a_private_team_is_not_given_what_lies_there(
    ruled, begin, dora, cleo, billing, triage
):
    ruled("Bills", team=billing.public_id, teammate=cleo.public_id)
    cleo.memberships.all().delete()
    conversation = begin(dora)
    assert (conversation.team, conversation.assignee) == (billing, None)
    assert last_decision(conversation).result["refused"] == [f"{cleo} is not in that private team."]


def test_spam_and_what_is_closed_by_now_is_not_routed(ruled, line, dora, ben, technical):
    ruled("All", team=technical.public_id)
    made = start(dora, line=line, identity=None, body="Buy!", client_id=uuid.uuid4()).conversation
    mark_spam(made, by=ben)
    run_owed()
    made.refresh_from_db()
    assert made.team is None and not Decision.objects.exists()


def test_a_house_without_rules_rings_for_a_new_conversation_as_ever(begin, dora, ben):
    conversation = begin(dora)
    told = Notification.objects.get(teammate=ben)
    assert told.conversation == conversation and set(told.reasons) == {"new"}
    assert told.seq == 1 and told.preview == "Where is my coat?"
    assert not Entry.objects.filter(kind="conversation.routed").exists()
    assert not Decision.objects.exists()


def test_the_bell_rings_where_the_rules_send_it(ruled, begin, dora, ben, cleo, support):
    ruled("All", team=support.public_id)
    begin(dora)
    assert {told.teammate for told in Notification.objects.all()} == {ben}


def test_rules_of_another_moment_cost_a_message_no_decision(ruled, begin, write, dora, technical):
    ruled("All", team=technical.public_id)
    conversation = begin(dora)
    count = Decision.objects.count()
    write(conversation)
    assert Decision.objects.count() == count
    assert Entry.objects.filter(kind="conversation.routed").count() == 1


# ---- writing rules -------------------------------------------------------------------------------


def test_a_rule_is_written_changed_and_deleted_with_an_entry_and_an_edition_each(
    ada, ruled, technical, support
):
    rule = ruled("  Python  people ", PYTHON, team=technical.public_id)
    entry = Entry.objects.get(kind="rule.created")
    assert entry.after["name"] == "Python people" and entry.after["team"] == technical.public_id
    save_rule(rule, by=ada, team=support.public_id, name="Python people")
    entry = Entry.objects.get(kind="rule.changed")
    assert entry.before == {"team": technical.public_id}
    assert entry.after == {"team": support.public_id, "version": 2}
    save_rule(rule, by=ada, team=support.public_id)
    assert Entry.objects.filter(kind="rule.changed").count() == 1
    switch_rule(rule, by=ada, is_on=False)
    rule.refresh_from_db()
    assert (rule.version, rule.is_on) == (2, False)
    delete_rule(rule, by=ada)
    assert Entry.objects.get(kind="rule.deleted").before["team"] == support.public_id
    kept = RuleEdition.objects.order_by("version")
    assert [each.says["team"] for each in kept] == [technical.public_id, support.public_id]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "nul\0"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"condition": None}, "condition"),
        ({"condition": {"fact": "contact.nothing", "op": "is", "value": "x"}}, "condition"),
        (
            {"condition": {"fact": "contact.name", "op": "matches", "value": "(a+)+\\1"}},
            "condition",
        ),
        ({"condition": {"all": [PYTHON] * 51}}, "condition"),
        ({"team": "tm_gone"}, "team"),
        ({"team": 7}, "team"),
        ({"team": None}, "team"),
        ({"teammate": "mate_gone"}, "teammate"),
        ({"priority": "highest"}, "priority"),
        ({"tags": ["tag_gone"]}, "tags"),
        ({"tags": "no list"}, "tags"),
        ({"moment": "never"}, "moment"),
        ({"goes_on": "yes"}, "goes_on"),
        ({"for_vips": "fast"}, "for_vips"),
        ({"for_vips": "owner"}, "vip_owner"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(ada, technical, wrong, field):
    given = {"name": "Fine", "condition": PYTHON, "team": technical.public_id, **wrong}
    with pytest.raises(Invalid) as refused:
        save_rule(Rule(), by=ada, **given)
    assert list(refused.value.errors) == [field]
    assert all(texts for texts in refused.value.errors.values())
    assert not Rule.objects.exists() and not Entry.objects.filter(kind="rule.created").exists()


def test_nobody_is_named_who_could_not_have_it(ada, ben, cleo, billing):
    for mate, said in ((ben, "is not in that private team."), (cleo, "is deactivated.")):
        cleo.is_active = False
        cleo.save()
        with pytest.raises(Invalid) as refused:
            save_rule(
                Rule(),
                by=ada,
                name="Bills",
                condition=ALWAYS,
                team=billing.public_id,
                teammate=mate.public_id,
            )
        assert refused.value.errors["teammate"] == [f"{mate} {said}"]


def test_only_admins_write_rules(ben, ada, dora, ruled, technical):
    rule = ruled("All", team=technical.public_id)
    for by in (ben, dora):
        for change in (
            lambda by: save_rule(Rule(), by=by, name="Mine", condition=ALWAYS),
            lambda by: save_rule(rule, by=by, name="Mine"),
            lambda by: switch_rule(rule, by=by, is_on=False),
            lambda by: arrange_rules([rule.public_id], by=by),
            lambda by: delete_rule(rule, by=by),
            lambda by: change_settings(by=by, triage_team=None),
        ):
            with pytest.raises(NotAllowed):
                change(by)
    assert [each.name for each in Rule.objects.all()] == ["All"]


def test_rules_are_put_in_order_all_at_once(ada, ruled, technical):
    rules = [ruled(name, team=technical.public_id) for name in "ABC"]
    names = [rule.public_id for rule in rules]
    arrange_rules(names[::-1], by=ada)
    assert [rule.name for rule in Rule.objects.all()] == ["C", "B", "A"]
    entry = Entry.objects.get(kind="rule.moved")
    assert (entry.before["order"], entry.after["order"]) == (names, names[::-1])
    for wrong in (names[:2], [*names, names[0]], [*names[:2], "rule_gone"]):
        with pytest.raises(Invalid):
            arrange_rules(wrong, by=ada)
    assert Entry.objects.filter(kind="rule.moved").count() == 1
