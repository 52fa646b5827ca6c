"""Whether it is within office hours, asked of one conversation and of all, at any moment."""

from datetime import UTC, datetime

import pytest

from ground.conditions import evaluate, filter, parse
from ground.hours.models import OfficeHours
from inbox import asking
from inbox.actions import assign
from inbox.models import Conversation
from people.actions import hours_saved

pytestmark = pytest.mark.django_db

MORNING, NIGHT = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (10, 22))


@pytest.fixture
def three(begin, dora, emil, otto, support, billing):
    """With the house's hours, with a team of these, and with one that works at night."""
    hours_saved(OfficeHours.objects.create(name="House"), by=None)
    night = [[["20:00", "24:00"]]] * 7
    billing.office_hours = OfficeHours.objects.create(name="Night", weekly=night)
    billing.save()
    made = [begin(contact, "Hello") for contact in (dora, emil, otto)]
    assign(made[1], by=None, team=support)
    assign(made[2], by=None, team=billing)
    return made


@pytest.mark.parametrize(
    ("now", "wanted", "places"),
    [(MORNING, True, {0, 1}), (MORNING, False, {2}), (NIGHT, True, {2}), (NIGHT, False, {0, 1})],
)
def test_one_and_all_agree_at_each_moment(three, ben, now, wanted, places):
    tree = {"fact": "conversation.in_office_hours", "op": "is", "value": wanted}
    condition = parse(tree, subject="conversation", registry=asking.language(ben))
    found = set(filter(Conversation.objects.all(), condition, now=now))
    assert found == {three[place] for place in places}
    rows = Conversation.objects.select_related("contact", "assignee", "team")
    assert found == {row for row in rows if evaluate(condition, row, now=now)}


def test_a_house_without_hours_is_always_there(begin, dora, ben):
    tree = {"fact": "conversation.in_office_hours", "op": "is", "value": True}
    condition = parse(tree, subject="conversation", registry=asking.language(ben))
    assert evaluate(condition, begin(dora, "Hello"), now=NIGHT)
