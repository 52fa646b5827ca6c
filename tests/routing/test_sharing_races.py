"""Many who would give the same, or fill up the same people, at the same moment. Real commits."""

from functools import partial

import pytest

from ground.journal.models import Decision, Entry
from inbox.actions import assign
from inbox.models import Conversation
from people.models import Team
from routing.actions.sharing_out import share_out
from tests.races import at_once
from tests.routing.crews import ask, hire, owners, share

pytestmark = pytest.mark.django_db(transaction=True)


def given(conversation):
    """How often somebody was given it."""
    entries = Entry.objects.filter(
        kind="conversation.assigned", subject_id=conversation.public_id
    ).values_list("after__assignee", flat=True)
    return sum(assignee is not None for assignee in entries)


def test_of_fifty_who_give_one_conversation_exactly_one_does(line, dora, agent_role, support):
    for name in ("Eve", "Fay", "Gus"):
        hire(name, agent_role, support)
    sharing = share(support)
    conversation = ask(dora, line, support)
    assert at_once(*[lambda: share_out([sharing.pk])] * 50) == []
    assert given(conversation) == 1 and owners([conversation]) != [""]
    assert Decision.objects.filter(decider="routing.allocator").count() == 1


def test_whoever_takes_it_at_the_same_moment_is_the_only_one(line, dora, ben, agent_role, support):
    hire("Eve", agent_role, support)
    sharing = share(support)
    for _ in range(3):
        conversation = ask(dora, line, support)
        take = partial(assign, conversation, by=ben, assignee=ben, expected=None)
        assert at_once(take, lambda: share_out([sharing.pk]), take) == []
        assert given(conversation) == 1


def test_two_teams_that_share_a_person_never_give_them_too_much(line, dora, agent_role, support):
    other = Team.objects.create(name="Other")
    mates = [hire(name, agent_role, support, other) for name in ("Eve", "Fay")]
    sharings = [share(team, capacity=3, previous_owner_first=False) for team in (support, other)]
    for team in (support, other) * 5:
        ask(dora, line, team)
    jobs = [lambda pk=each.pk: share_out([pk], at_most=2) for each in sharings]
    both = [lambda: share_out([each.pk for each in sharings], at_most=2)]
    assert at_once(*(jobs + both) * 4) == [], "nobody waits for another in a circle"
    assert [mate.conversations.count() for mate in mates] == [3, 3]
    assert Conversation.objects.filter(assignee=None).count() == 4
