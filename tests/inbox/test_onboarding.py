"""The first steps of a new install: who is reminded, and what counts as done."""

import uuid

import pytest

from ground.journal.models import Entry
from inbox.actions import reply
from inbox.onboarding import INVITE, progress_of, reminder_for, steps
from people.models import Teammate
from tests.visiting import Browser

pytestmark = pytest.mark.django_db


def done(viewer):
    return {step.title for step, is_done in progress_of(viewer).steps if is_done}


def test_a_bare_install_has_everything_before_it(ada):
    assert done(ada) == set()
    assert reminder_for(ada).next == steps()[0]


def test_each_step_is_known_by_what_it_left(ada, ben, browser, conversation):
    assert done(ada) == {"Give the messenger your name", INVITE.title}
    browser()
    assert "Put it on your site" in done(ada)
    reply(conversation, by=ben, body="Here I am.", client_id=uuid.uuid4())
    assert reminder_for(ada) is None
    assert progress_of(ada).are_all_done


def test_who_is_all_set_still_finds_the_way_to_each_step(
    ada, ben, browser, conversation, browser_of
):
    browser()
    reply(conversation, by=ben, body="Here I am.", client_id=uuid.uuid4())
    page = browser_of(ada).get("/inbox/first-steps/").content.decode()
    assert "All set" in page
    assert page.count('<li class="first-step is-done">') == len(steps())
    assert all(
        f'<a class="button" href="{step.address}">{step.action}</a>' in page for step in steps()
    )


def test_the_hosted_page_is_no_site(installation):
    assert Browser(installation, origin="http://testserver").boot().status_code == 200
    installation.refresh_from_db()
    assert installation.embedded_at is None


def test_who_cannot_do_it_is_not_reminded(ada, ben, browser_of):
    assert reminder_for(ben) is None
    assert "First steps" not in browser_of(ben).get("/inbox/all/").content.decode()
    assert browser_of(ben).get("/inbox/first-steps/").status_code == 404
    Teammate.objects.filter(pk=ada.pk).update(is_staff=False)
    ada.refresh_from_db()
    assert reminder_for(ada) is None


def test_it_can_be_put_away_and_taken_out_again(ada, browser_of):
    browser = browser_of(ada)
    assert "First steps" in browser.get("/inbox/all/").content.decode()
    assert browser.post("/inbox/first-steps/", {"put_away": "true"}).status_code == 302
    page = browser.get("/inbox/all/").content.decode()
    assert "Give the messenger your name" not in page
    assert Entry.objects.get(kind="teammate.preferences_changed").after == {
        "first steps": {"is_put_away": True}
    }
    browser.post("/inbox/first-steps/", {"put_away": "false"})
    assert "Give the messenger your name" in browser.get("/inbox/all/").content.decode()


def test_all_steps_cost_one_query(ada, django_assert_num_queries):
    with django_assert_num_queries(1):
        progress_of(ada)
