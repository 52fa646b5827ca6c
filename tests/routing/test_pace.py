"""How quickly a customer writes: found from words, kept with the conversation, and followed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from inbox.actions import assign, prioritize, reply
from inbox.models import Conversation, Message
from people.actions import set_away
from routing import asking, tasks
from routing.actions.pacing import keep_paces
from routing.facts import pace_of
from routing.given import gifts_of
from routing.load import Work, weight
from routing.models import Pace, Sharing
from routing.pace import LEAST, MOST, ORDER_MOST, Word, awaited, gaps, pace, pressing
from routing.unowned import waiting_for
from tests.routing.crews import ask, owners, share, why
from tests.routing.test_time import SILENT, pass_time

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
QUIET = timedelta(hours=4)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def talk(*minutes):
    """Words by turns, the customer's first, so many minutes after each other."""
    at, words = NOON, [Word(NOON, False)]
    for number, after in enumerate(minutes):
        at += after * MINUTE
        words.append(Word(at, number % 2 == 0))
    return words


def test_a_gap_is_from_our_last_word_to_their_next():
    words = [Word(NOON + minute * MINUTE, is_ours) for minute, is_ours in enumerate([0, 1, 1, 0])]
    assert gaps(words) == [MINUTE], "what we add begins it anew"
    assert gaps([*words, Word(NOON + HOUR, False)]) == [MINUTE], "what they add is no gap"


def test_the_pace_is_the_middle_of_the_last_gaps_and_unknown_before_the_second():
    assert pace(talk(5, 3)) is None and pace([]) is None
    assert pace(talk(5, 2, 5, 4)) == 3 * MINUTE
    assert pace(talk(5, 2, 5, 3, 5, 600)) == 3 * MINUTE, "one night makes nobody slow"
    fast_of_late = talk(*[1, 600] * 5, *[1, 2] * 5)
    assert pace(fast_of_late) == 2 * MINUTE, "what was long ago does not count"
    assert pace(talk(1, 0, 1, 0)) == LEAST and pace(talk(1, 9999, 1, 9999)) == MOST


said = st.lists(
    st.tuples(st.integers(0, 200_000), st.booleans()).map(
        lambda word: Word(NOON + timedelta(seconds=word[0]), word[1])
    ),
    max_size=30,
).map(lambda words: sorted(words, key=lambda word: word.at))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said, st.timedeltas(timedelta(), DAY))
def test_whatever_was_said_the_pace_lies_within_its_bounds_and_a_wait_is_measured(words, wait):
    found, all_gaps = pace(words), gaps(words)
    assert all(gap >= timedelta() for gap in all_gaps)
    assert (found is None) == (len(all_gaps) < 2)
    later = [Word(word.at + DAY, word.is_ours) for word in words]
    assert pace(later) == found, "when it was does not matter"
    assert timedelta() < awaited(found, QUIET) <= QUIET
    if found is not None:
        last = all_gaps[-5:]
        assert LEAST <= found <= MOST
        assert min(last) - MINUTE <= found <= max(*last, LEAST)
        assert pressing(wait, found) >= pressing(wait, MOST) == wait / ORDER_MOST
        assert pressing(wait + MINUTE, found) > pressing(wait, found)


@pytest.mark.parametrize(
    ("own", "ago", "places"),
    [
        (MINUTE, 2 * MINUTE, 0.5),
        (MINUTE, 3 * MINUTE, 0),
        (HOUR, 2 * HOUR, 0.5),
        (HOUR, 3 * HOUR, 0),
        (DAY, 239 * MINUTE, 0.5),
        (DAY, QUIET, 0),
        (None, 239 * MINUTE, 0.5),
    ],
)
def test_an_answered_one_counts_for_as_long_as_their_next_word_is_expected(own, ago, places):
    assert weight(Work(False, NOON - ago, pace=own), NOON, QUIET) == places
    assert weight(Work(True, NOON - ago, pace=own), NOON, QUIET) == 1, "who waits counts whole"


# ---- in the product ------------------------------------------------------------------------------


def write(conversation, by, body="Well"):
    reply(conversation, by=by, body=body, client_id=uuid.uuid4())


def converse(conversation, mate, gap, turns=2):
    """Both write by turns, the customer so long after each answer; nothing has followed yet."""
    for _ in range(turns):
        write(conversation, mate)
        write(conversation, conversation.contact)
    at = timezone.now() - DAY
    for message in conversation.messages.filter(public_seq__isnull=False).order_by("public_seq"):
        at += gap if message.author_type == Message.Author.CONTACT else MINUTE
        Message.objects.filter(pk=message.pk).update(created_at=at)


def paces():
    return dict(Pace.objects.values_list("conversation__public_id", "seconds"))


def heard():
    return list(Entry.objects.filter(kind="message.received").order_by("id"))


@pytest.mark.django_db
def test_it_is_kept_when_they_write_the_second_time_after_our_word(line, dora, ben):
    conversation = ask(dora, line)
    write(conversation, ben)
    write(conversation, dora)
    run_owed()
    assert paces() == {}, "one gap may be chance"
    converse(conversation, ben, 2 * MINUTE, turns=1)
    run_owed()
    assert paces() == {conversation.public_id: 120}
    keep_paces(heard() * 2)
    assert paces() == {conversation.public_id: 120}, "as often as it is asked"


@pytest.mark.django_db
def test_what_a_bot_says_is_no_word_of_ours(line, dora, ben):
    conversation = ask(dora, line)
    converse(conversation, ben, MINUTE)
    ours = conversation.messages.filter(author_type=Message.Author.TEAMMATE, kind="reply")
    assert ours.update(author_type=Message.Author.BOT) == 2
    run_owed()
    assert paces() == {}


@pytest.mark.django_db
def test_many_conversations_are_kept_by_as_much_as_one_and_beginnings_by_nothing(
    line, dora, emil, ben, django_assert_num_queries
):
    made = [ask(dora, line), *(ask(emil, line) for _ in range(4))]
    begun = heard_of(made)
    with django_assert_num_queries(0):
        keep_paces(begun)
    for number, each in enumerate(made):
        converse(each, ben, (number + 1) * MINUTE)
    asked = []
    for some in (made[:1], made):
        entries = heard_of(some)
        with CaptureQueriesContext(connection) as captured:
            assert keep_paces(entries) == len(some)
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 4, "with the savepoint's two"
    assert sorted(paces().values()) == [60, 120, 180, 240, 300]


def heard_of(conversations):
    return [entry for entry in heard() if entry.subject_id in {c.public_id for c in conversations}]


@pytest.mark.django_db
def test_a_fast_writers_answered_conversation_makes_room_sooner_than_a_slow_ones(
    line, dora, emil, ben, support
):
    share(support, capacity=1, quiet_hours=2)
    answered = assign(ask(dora, line), by=ben, assignee=ben)
    write(answered, ben)
    waiting = ask(emil, line, support)
    run_owed()
    ago = timezone.now() - 10 * MINUTE
    Conversation.objects.filter(pk=answered.pk).update(last_message_at=ago, handed_at=ago)
    held = Pace.objects.create(conversation=answered, seconds=3600)
    tasks.share_out_waiting()
    assert owners([waiting]) == [""], "they usually take an hour"
    held.seconds = 120
    held.save()
    tasks.share_out_waiting()
    assert owners([waiting]) == ["Ben Okafor"], "they would have written twice by now"


def waits(conversation, minutes, seconds=None):
    Conversation.objects.filter(pk=conversation.pk).update(
        waiting_since=timezone.now() - minutes * MINUTE
    )
    if seconds is not None:
        Pace.objects.create(conversation=conversation, seconds=seconds)


@pytest.mark.django_db
def test_who_waits_longest_by_their_own_pace_is_given_first_and_it_is_kept_why(
    line, dora, emil, ada, ben, support
):
    share(support, capacity=1)
    set_away(ben, True, by=ben)
    daily, unknown, fast, urgent = (ask(each, line, support) for each in (dora, dora, emil, dora))
    prioritize(urgent, by=ada, priority=Conversation.Priority.HIGH)
    run_owed()
    waits(daily, 20, 86_400)
    waits(unknown, 20)
    waits(fast, 10, 60)
    waits(urgent, 1, 86_400)
    order = waiting_for(Sharing.objects.get(team=support), timezone.now())
    names = [each.public_id for each in (urgent, fast, unknown, daily)]
    assert [each.name for each in order] == names
    measured = [pressing(each.waited, each.own or 5 * MINUTE) for each in order[1:]]
    assert measured == sorted(measured, reverse=True), "as the pure function has it"
    waits(daily, 700)
    order = waiting_for(Sharing.objects.get(team=support), timezone.now())
    assert [each.name for each in order][1] == daily.public_id, "who is slow is not left for days"
    waits(daily, 20)
    prioritize(urgent, by=ada, priority=Conversation.Priority.NORMAL)
    set_away(ben, False, by=ben)
    run_owed()
    assert owners([fast, unknown, daily, urgent]) == ["Ben Okafor", "", "", ""]
    decision = why(fast)
    assert decision.facts["pace_seconds"] == 60
    said = "The customer had waited 10 min, and usually takes 1 min to write again."
    assert decision.explanation["first"] == said
    assert Entry.objects.filter(kind="conversation.assigned").latest("id") == decision.entry
    [told] = [gift for gift in gifts_of(fast, ben) if gift.headline.startswith("Ben")]
    assert told.why.endswith(said)


@pytest.mark.django_db
def test_where_nobody_waits_it_comes_after_who_does(line, dora, emil, ben, support):
    share(support, "nobody")
    answered, waiting = ask(dora, line, support), ask(emil, line, support)
    write(answered, ben)
    assign(answered, by=ben, assignee=None)
    ago = timezone.now() - 30 * MINUTE
    Conversation.objects.filter(pk=answered.pk).update(last_message_at=ago)
    waits(waiting, 10)
    Pace.objects.create(conversation=answered, seconds=60)
    sharing = share(support)
    order = waiting_for(sharing, timezone.now())
    assert [each.name for each in order] == [waiting.public_id, answered.public_id]
    assert [bool(each.says) for each in order] == [True, False]


FAST = {"fact": "conversation.pace", "op": "at_most", "value": 5}


@pytest.mark.django_db
def test_a_fast_writer_has_a_short_timer(ruled, begin, dora, emil, ben):
    half_an_hour = SILENT | {"after_minutes": 30}
    rule = ruled("Gone for now", FAST, **half_an_hour, priority="low")
    fast, slow, unknown = begin(dora), begin(emil), begin(emil)
    converse(fast, ben, 2 * MINUTE)
    converse(slow, ben, HOUR)
    run_owed()
    assert paces() == {fast.public_id: 120, slow.public_id: 3600}
    for each in (fast, slow, unknown):
        write(each, ben)
    pass_time(minutes=29)
    assert [each.priority_word for each in fresh(fast, slow, unknown)] == ["normal"] * 3
    pass_time(minutes=2)
    assert [each.priority_word for each in fresh(fast, slow, unknown)] == [
        "low",
        "normal",
        "normal",
    ]
    entry = Entry.objects.get(kind="conversation.prioritized")
    assert (entry.subject_id, entry.actor_type) == (fast.public_id, "automation")
    assert rule.name in entry.actor_id


def fresh(*conversations):
    return [Conversation.objects.get(pk=each.pk) for each in conversations]


@pytest.mark.django_db
def test_lists_and_rules_read_it_alike_in_minutes(line, dora, emil):
    fast, slow, unknown = ask(dora, line), ask(emil, line), ask(emil, line)
    Pace.objects.create(conversation=fast, seconds=90)
    Pace.objects.create(conversation=slow, seconds=5400)
    assert [pace_of(each) for each in (fast, slow, unknown)] == [1.5, 90.0, None]
    spoken = asking.language()
    asked = asking.like_this(asking.sound(FAST, spoken), spoken)
    assert [each.pk for each in asked] == [fast.pk]
