"""How a teammate likes to work: kept by subject, theirs alone to choose."""

import pytest

from ground.journal.models import Entry
from ground.web.problems import NotAllowed
from people.actions import prefer

pytestmark = pytest.mark.django_db


def test_subjects_do_not_disturb_each_other_and_the_journal_knows(ben):
    assert ben.preferences == {}
    prefer(ben, "keys", {"are_single_on": False}, by=ben)
    prefer(ben, "notifications", {"sound": True}, by=ben)
    prefer(ben, "keys", {"are_single_on": True}, by=ben)
    ben.refresh_from_db()
    assert ben.preferences == {"keys": {"are_single_on": True}, "notifications": {"sound": True}}
    entry = Entry.objects.filter(kind="teammate.preferences_changed").latest("id")
    assert entry.before == {"keys": {"are_single_on": False}}
    assert entry.after == {"keys": {"are_single_on": True}}
    assert entry.topics == [f"teammate.{ben.public_id}"]


def test_the_same_wish_twice_is_written_once_and_no_wish_leaves_nothing(ben):
    prefer(ben, "keys", {"are_single_on": False}, by=ben)
    prefer(ben, "keys", {"are_single_on": False}, by=ben)
    assert Entry.objects.filter(kind="teammate.preferences_changed").count() == 1
    assert prefer(ben, "keys", {}, by=ben).preferences == {}


def test_nobody_chooses_for_somebody_else(ben, ada):
    with pytest.raises(NotAllowed):
        prefer(ben, "keys", {"are_single_on": False}, by=ada)
    ben.refresh_from_db()
    assert ben.preferences == {}
