"""Office hours: how they are written, which days are special, and who works by them."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from ground.hours import calendars
from ground.hours.models import OfficeHours, OwnDay
from ground.hours.schedule import ALWAYS, Window
from ground.hours.special import countries, holidays_of
from ground.hours.writing import Unclear, text_of, windows_from
from ground.journal.models import Entry
from people.actions import hours_saved
from people.models import Team
from tests.forms import post_form

ADD = "admin:hours_officehours_add"
CHANGE = "admin:hours_officehours_change"
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00–17:00")
NEW = {"name": "House", "zone": "Europe/Berlin", "saturday": "", "sunday": "closed", **WEEK}
NO_DAYS = {"own_days-TOTAL_FORMS": "0", "own_days-INITIAL_FORMS": "0"}


@pytest.fixture
def house(db):
    return hours_saved(OfficeHours.objects.create(name="House", zone="Europe/Berlin"), by=None)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9-17", "9:00–17:00"),
        ("13:30–17.00, 9:00 to 12:00", "9:00–12:00, 13:30–17:00"),
        ("0:00–24:00", "0:00–24:00"),
        ("9:00–12:00;12:00-13", "9:00–13:00"),
        ("Closed", "closed"),
        ("", "closed"),
    ],
)
def test_hours_are_written_as_people_write_them(said, meant):
    assert text_of(windows_from(said)) == meant


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("nine to five", "Write hours like"),
        ("22:00–6:00", "two days"),
        ("9:00–9:00", "closes later"),
        ("24:00-24:00", "closes later"),
        ("9:70–10:00", "0:00 to 24:00"),
        ("9–25", "0:00 to 24:00"),
        ("9–12, 11–13", "overlap"),
        (", ".join(["1-2"] * 13), "At most"),
    ],
)
def test_what_says_no_hours_is_refused_with_what_to_write(said, sentence):
    with pytest.raises(Unclear, match=sentence):
        windows_from(said)


def test_holidays_are_taken_only_from_a_country_that_was_chosen(house):
    new_year = datetime(2027, 1, 1, 11, tzinfo=UTC)
    assert house.calendar.is_open(new_year)
    house.country = "DE"
    assert not house.calendar.is_open(new_year)
    assert house.calendar.by_day(new_year, new_year)[0].name == "New Year's Day"
    assert "ZZ" not in dict(countries()) and holidays_of("ZZ", "", 2027) == {}


def test_regions_have_holidays_of_their_own(house):
    corpus_christi = datetime(2027, 5, 27, 11, tzinfo=UTC)
    house.country = "DE"
    assert house.calendar.is_open(corpus_christi)
    house.subdivision = "BY"
    assert not house.calendar.is_open(corpus_christi)


def test_days_of_ones_own_go_before_holidays_and_before_what_is_said_of_each_year(house):
    house.country = "DE"
    house.own_days.create(
        name="Between the years",
        first_on=date(2020, 12, 27),
        last_on=date(2021, 1, 2),
        is_yearly=True,
    )
    house.own_days.create(
        name="Stock-taking", first_on=date(2027, 1, 1), windows=[["9:00", "12:00"]]
    )
    days = house.calendar.days
    assert days.get(date(2026, 12, 31)).name == "Between the years"
    assert days.get(date(2027, 1, 2)).name == "Between the years"
    assert days.get(date(2027, 1, 3)) is None
    assert days.get(date(2027, 1, 1)).windows == (Window(540, 720),)


def test_a_leap_day_of_each_year_is_the_end_of_february_in_others(house):
    house.own_days.create(name="Leap", first_on=date(2024, 2, 29), is_yearly=True)
    assert house.calendar.days.get(date(2027, 2, 28)).name == "Leap"


def test_there_is_one_default_and_a_house_without_hours_is_always_open(db):
    assert calendars.read().default is ALWAYS
    first = hours_saved(OfficeHours.objects.create(name="A"), by=None)
    second = hours_saved(OfficeHours.objects.create(name="B", zone="Asia/Tokyo"), by=None)
    assert (first.is_default, second.is_default) == (True, False)
    found = calendars.read()
    assert found.of(None) is found.of(first.pk) is found.default
    assert found.of(second.pk).zone.key == "Asia/Tokyo"
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeHours.objects.filter(pk=second.pk).update(is_default=True)


def test_all_calendars_take_two_queries(house, django_assert_num_queries):
    for number in range(3):
        hours = OfficeHours.objects.create(name=f"Team {number}")
        hours.own_days.create(name="Day", first_on=date(2027, 1, 1))
    with django_assert_num_queries(2):
        found = calendars.read()
        assert all(calendar.days for key, calendar in found.by_key.items() if key != house.pk)


# ---- the admin -----------------------------------------------------------------------------------


def test_an_admin_writes_hours_and_the_first_are_the_houses_own(ada, browser_of):
    said = NEW | {"monday": "8–12, 13–17", "country": "DE", "subdivision": "BY"}
    answer = browser_of(ada).post(
        reverse(ADD),
        said
        | {
            "own_days-TOTAL_FORMS": "1",
            "own_days-INITIAL_FORMS": "0",
            "own_days-0-name": "Christmas Eve",
            "own_days-0-first_on": "2026-12-24",
            "own_days-0-is_yearly": "on",
            "own_days-0-windows": "9–12",
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].errors
    hours = OfficeHours.objects.get()
    assert hours.is_default
    assert hours.weekly[0] == [["8:00", "12:00"], ["13:00", "17:00"]] and hours.weekly[6] == []
    assert hours.calendar.days.get(date(2030, 12, 24)).windows == (Window(540, 720),)
    entry = Entry.objects.get(kind="hours.created")
    assert (entry.actor_id, entry.after["country"]) == (ada.public_id, "DE")
    assert entry.after["own_days"][0]["name"] == "Christmas Eve"


def test_a_change_is_journaled_with_what_became_different(ada, house, browser_of):
    url = reverse(CHANGE, args=[house.pk])
    assert post_form(browser_of(ada), url, friday="9:00–15:00").status_code == 302
    entry = Entry.objects.get(kind="hours.changed")
    assert set(entry.after) == {"weekly"}
    assert entry.after["weekly"][4] == [["9:00", "15:00"]]
    assert post_form(browser_of(ada), url).status_code == 302
    assert Entry.objects.filter(kind="hours.changed").count() == 1


def test_other_hours_become_the_houses_own(ada, house, browser_of):
    other = OfficeHours.objects.create(name="Other")
    url = reverse(CHANGE, args=[other.pk])
    assert post_form(browser_of(ada), url, is_default="on").status_code == 302
    assert OfficeHours.objects.get(is_default=True) == other
    refused = post_form(browser_of(ada), url, is_default=None)
    assert "is_default" in refused.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"monday": "22–6"}, "monday"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"country": "ZZ"}, "country"),
        ({"country": "DE", "subdivision": "XX"}, "subdivision"),
        ({"subdivision": "BY"}, "subdivision"),
        (dict.fromkeys(WEEK, "closed"), "__all__"),
        ({"name": "x\x00y"}, "name"),
    ],
)
def test_what_is_no_hours_is_refused_on_the_form(ada, browser_of, wrong, field):
    answer = browser_of(ada).post(reverse(ADD), NEW | NO_DAYS | wrong)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}
    assert not OfficeHours.objects.exists()


def test_hours_that_their_exceptions_close_for_a_year_are_refused_whole(ada, browser_of):
    closed = {
        "own_days-TOTAL_FORMS": "1",
        "own_days-INITIAL_FORMS": "0",
        "own_days-0-name": "Never",
        "own_days-0-first_on": "2026-01-01",
        "own_days-0-last_on": "2026-12-31",
        "own_days-0-is_yearly": "on",
    }
    answer = browser_of(ada).post(reverse(ADD), NEW | closed, follow=True)
    assert "never open" in answer.content.decode()
    assert not OfficeHours.objects.exists() and not OwnDay.objects.exists()


def test_hours_that_somebody_works_by_stay(ada, house, support, browser_of):
    other = OfficeHours.objects.create(name="Other")
    post_form(
        browser_of(ada),
        reverse("admin:people_team_change", args=[support.pk]),
        office_hours=other.pk,
    )
    assert Team.objects.get(pk=support.pk).office_hours == other
    assert Entry.objects.get(kind="team.changed").after["office_hours"] == "Other"
    for hours in (house, other):
        url = reverse("admin:hours_officehours_delete", args=[hours.pk])
        browser_of(ada).post(url, {"post": "yes"})
    assert OfficeHours.objects.count() == 2
    Team.objects.update(office_hours=None)
    url = reverse("admin:hours_officehours_delete", args=[other.pk])
    assert browser_of(ada).post(url, {"post": "yes"}).status_code == 302
    assert OfficeHours.objects.get() == house
    assert Entry.objects.get(kind="hours.deleted").before["name"] == "Other"
