"""What an empty list teaches: one thing to do, by the key that its reader has for it."""

import json
import re
from urllib.parse import urlencode

import pytest

from inbox.default_views import DEFAULT_VIEWS
from inbox.keyboard import BY_NAME

pytestmark = pytest.mark.django_db


def empty_of(browser, address):
    """The empty state of a list, as text with its keys in brackets."""
    page = browser.get(address).content.decode()
    part = page.split('<div class="empty list-empty">')[1].split("</div>")[0]
    return re.sub("<[^>]+>", "", re.sub("<kbd>(.*?)</kbd>", r"[\1]", part))


def test_each_default_list_has_a_hint_of_its_own_that_leads_elsewhere():
    hints = [view.hint for view in DEFAULT_VIEWS]
    assert len({hint.words for hint in hints}) == len(hints)
    for view in DEFAULT_VIEWS:
        assert view.hint.command in BY_NAME or view.hint.is_setup
        assert view.hint.command != f"go {view.slug}"


def test_every_empty_list_shows_its_hint_with_its_key(ben, browser_of):
    browser = browser_of(ben)
    for view in DEFAULT_VIEWS:
        text = empty_of(browser, f"/inbox/{view.slug}/")
        assert text.startswith(view.empty + view.hint.words)
        assert ("[" in text) == bool(view.hint.command)
    assert empty_of(browser, "/inbox/snoozed/").endswith("it comes back by itself [Z]")
    assert empty_of(browser, "/inbox/you/").endswith("[G][U]")


def test_a_hint_names_the_key_that_its_reader_has_chosen_or_none(ben, browser_of):
    browser = browser_of(ben)
    browser.post("/inbox/keys/", {"are_single_on": "true", "key snooze": "Mod+j", "key spam": ""})
    assert empty_of(browser, "/inbox/snoozed/").endswith("[Ctrl][J]")
    assert empty_of(browser, "/inbox/spam/").strip().endswith("nobody should answer")


def test_where_nothing_is_open_admins_are_led_to_the_first_steps(ada, ben, browser_of):
    steps = '<a class="button" href="/inbox/first-steps/">'
    assert steps in browser_of(ada).get("/inbox/all/").content.decode().split("list-empty")[1]
    assert steps not in browser_of(ben).get("/inbox/all/").content.decode()


def test_under_a_filter_the_one_thing_to_do_is_to_take_it_off(ben, browser_of):
    tree = {"fact": "conversation.status", "op": "is", "value": "open"}
    address = "/inbox/snoozed/?" + urlencode({"filter": json.dumps(tree)})
    text = empty_of(browser_of(ben), address)
    assert text == "No conversation here is like this.Without the filter"
