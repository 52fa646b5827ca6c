"""How a teammate likes their lists, and the inbox as an app of its own."""

import json

import pytest
from django.contrib.staticfiles import finders

from ground.journal.models import Entry

pytestmark = pytest.mark.django_db

SCRIPT = {"HX-Request": "true", "HX-Target": "me"}


def choose(browser, density, **how):
    return browser.post("/inbox/density/", {"density": density}, **how)


def test_rows_stand_as_close_as_their_teammate_likes_in_every_browser(ben, cleo, browser_of):
    browser = browser_of(ben)
    assert 'data-density="comfortable"' in browser.get("/inbox/all/").content.decode()
    answer = choose(browser, "compact", headers=SCRIPT)
    assert json.loads(answer["HX-Trigger"]) == {"inbox:density": {"density": "compact"}}
    assert 'value="comfortable"' in answer.content.decode()
    assert 'data-density="compact"' in browser_of(ben).get("/inbox/all/").content.decode()
    assert 'data-density="comfortable"' in browser_of(cleo).get("/inbox/all/").content.decode()
    ben.refresh_from_db()
    assert ben.preferences["list"] == {"density": "compact"}
    entry = Entry.objects.get(kind="teammate.preferences_changed")
    assert (entry.actor_id, entry.subject_id) == (ben.public_id, ben.public_id)


def test_it_works_without_scripts_and_can_be_taken_back(ben, browser_of):
    browser = browser_of(ben)
    assert choose(browser, "compact").status_code == 302
    assert choose(browser, "comfortable").status_code == 302
    assert 'data-density="comfortable"' in browser.get("/inbox/all/").content.decode()


@pytest.mark.parametrize("density", ["", "tiny", "\x00", "COMPACT"])
def test_another_density_is_refused(density, ben, browser_of):
    assert choose(browser_of(ben), density).status_code == 400
    ben.refresh_from_db()
    assert "list" not in ben.preferences


def test_the_inbox_can_be_installed(client, ben, browser_of):
    page = browser_of(ben).get("/inbox/all/").content.decode()
    assert '<link rel="manifest" href="/inbox/manifest.json">' in page
    assert page.count('name="theme-color"') == 2
    answer = client.get("/inbox/manifest.json")
    assert answer["Content-Type"] == "application/manifest+json"
    shown = answer.json()
    assert (shown["start_url"], shown["scope"], shown["display"]) == (
        *("/inbox/", "/inbox/"),
        "standalone",
    )
    assert {icon["sizes"] for icon in shown["icons"]} >= {"192x192", "512x512"}
    for icon in shown["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
    for shortcut in shown["shortcuts"]:
        assert browser_of(ben).get(shortcut["url"]).status_code == 200
