"""The table of keys: what teammates change of it, and what they cannot."""

import re

import pytest
from django.conf import settings

from ground.journal.models import Entry
from inbox.keyboard import COMMANDS, caps_of, conflicts, keyboard_of, wishes_of

pytestmark = pytest.mark.django_db


def keys_shown(browser):
    """What the page tells its scripts: command -> keys."""
    page = browser.get("/inbox/all/").content.decode()
    rows = re.findall(r'data-command="([^"]+)" data-keys="([^"]+)"', page)
    return {name: keys.replace("&quot;", '"') for name, keys in rows}


def save(browser, *, single="true", **keys):
    data = {f"key {name.replace('_', '-')}": value for name, value in keys.items()}
    return browser.post("/inbox/keys/", data | {"are_single_on": single})


def test_the_house_has_no_conflicts_and_every_name_once():
    assert conflicts({command.name: command.keys for command in COMMANDS}) == []
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_changed_keys_are_on_the_page_and_in_the_journal(ben, browser_of):
    browser = browser_of(ben)
    assert save(browser, close="y, ctrl+J", snooze="").status_code == 302
    ben.refresh_from_db()
    assert ben.preferences == {"keys": {"map": {"close": ["y", "Mod+j"], "snooze": []}}}
    entry = Entry.objects.get(kind="teammate.preferences_changed")
    assert entry.after == {"keys": {"map": {"close": ["y", "Mod+j"], "snooze": []}}}
    shown = keys_shown(browser)
    assert shown["close"] == '["y", "Mod+j"]'
    assert shown["snooze"] == "[]"
    assert shown["reply"] == '["r"]'
    page = browser.get("/inbox/keys/").content.decode()
    assert 'name="key close" value="y, Mod+j"' in page


def test_one_key_for_two_things_is_refused_with_both_names(ben, browser_of):
    browser = browser_of(ben)
    answer = save(browser, close="r")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "R is also “Reply”." in page and "R is also “Close, open again”." in page
    assert 'name="key close" value="r"' in page
    ben.refresh_from_db()
    assert ben.preferences == {}
    assert not Entry.objects.filter(kind="teammate.preferences_changed").exists()


def test_a_key_that_begins_a_pair_is_refused(ben, browser_of):
    answer = save(browser_of(ben), close="g")
    assert answer.status_code == 400
    assert "begins G" in answer.content.decode()


@pytest.mark.parametrize(
    "key", ["Mod+w", "Mod+Shift+q", "nonsense", "a b c", "\x00", "é\u202e", "F99"]
)
def test_what_is_no_key_or_the_browsers_own_is_refused(ben, browser_of, key):
    answer = save(browser_of(ben), close=key)
    assert answer.status_code == 400
    ben.refresh_from_db()
    assert ben.preferences == {}


def test_unknown_commands_and_fixed_ones_are_passed_over(ben, browser_of):
    assert save(browser_of(ben), nothing="x", send="y").status_code == 302
    ben.refresh_from_db()
    assert ben.preferences == {}


def test_single_keys_are_switched_off_without_touching_the_others(ben, browser_of):
    browser = browser_of(ben)
    save(browser, close="y")
    answer = browser.post("/inbox/keys/", {"are_single_on": "false"}, headers={"HX-Request": "1"})
    assert answer.status_code == 204
    ben.refresh_from_db()
    assert ben.preferences["keys"] == {"map": {"close": ["y"]}, "are_single_off": True}
    page = browser.get("/inbox/all/").content.decode()
    assert 'data-single-keys data-url="/inbox/keys/">' in page
    # Hints name no key that does nothing.
    assert "<kbd>J</kbd>" not in page.split("list-foot")[1].split("</footer>")[0]


def test_the_usual_keys_are_one_button_away(ben, browser_of):
    browser = browser_of(ben)
    save(browser, single="", close="y")
    browser.post("/inbox/keys/", {"reset": "true", "key close": "y"})
    ben.refresh_from_db()
    assert ben.preferences == {}


def test_what_a_later_version_has_no_longer_is_passed_over(ben):
    ben.preferences = {"keys": {"map": {"gone": ["x"], "close": ["y"]}}}
    board = keyboard_of(ben)
    assert board.caps("close") == ["Y"]
    assert "gone" not in {command.name for command in board.commands}


def test_caps_say_what_to_press():
    assert [caps_of(key) for key in ("j", "X", "g i", "Mod+k", "ArrowDown", " ")] == [
        ["J"], ["Shift", "X"], ["G", "I"], ["Ctrl", "K"], ["↓"], [" "],
    ]  # fmt: skip


def test_more_keys_than_anybody_needs_are_refused():
    _, faults = wishes_of({"close": "1,2,3,4,5"}, are_single_off=False)
    assert faults == {"close": ["At most 4 keys do one thing."]}


def test_the_page_has_a_palette_and_says_where_it_asks(ben, browser_of):
    page = browser_of(ben).get("/inbox/all/").content.decode()
    assert 'data-url="/inbox/palette/" data-search="/inbox/search/"' in page
    assert keys_shown(browser_of(ben))["palette"] == '["Mod+k"]'


def test_hints_say_the_keys_that_the_viewer_presses(ben, conversation, browser_of):
    browser = browser_of(ben)
    address = f"/inbox/all/{conversation.public_id}/"
    before = browser.get(address).content.decode()
    assert 'title="Close (E)"' in before
    assert 'title="Search in this list (G /)"' in before
    assert 'title="Filter (\\)"' in before
    save(browser, close="y", snooze="", follow="W", spam="g x")
    after = browser.get(address).content.decode()
    assert 'title="Close (Y)"' in after
    assert 'title="Snooze"' in after
    assert 'title="Follow (Shift W)"' in after
    assert "<kbd>G</kbd><kbd>X</kbd></span></button>" in after
    save(browser, single="")
    assert 'title="Close"' in browser.get(address).content.decode()


def test_no_template_and_no_script_writes_the_key_of_a_command_into_a_hint():
    hint = re.compile(r'(?:title|aria-label)="[^"{]*\((?:G )?\S\)"|<kbd[^>]*>[a-z!\\/]</kbd>')
    own_page = settings.BASE_DIR / "templates/inbox/keys.html"  # Examples of what to write.
    files = [
        *(settings.BASE_DIR / "templates").rglob("*.html"),
        *(settings.BASE_DIR / "static/inbox").rglob("*.js"),
    ]
    assert hint.search('title="Close (E)"') and hint.search('title="Search (G /)"')
    assert len(files) > 50
    assert [path.name for path in files if path != own_page and hint.search(path.read_text())] == []


def test_who_wishes_it_sends_by_enter_and_the_composer_says_so(conversation, ben, browser_of):
    browser = browser_of(ben)
    address = f"/inbox/all/{conversation.public_id}/"
    assert "data-enter" not in browser.get(address).content.decode()
    shown = {"are_single_on": "true", "enter_sends": "true"}
    assert browser.post("/inbox/keys/", shown).status_code == 302
    page = browser.get(address).content.decode()
    assert " data-enter" in page and '<kbd class="only-keyboard">↵</kbd>' in page
    asking = browser.get(f"{address}?side=new").content.decode()
    assert '<small class="only-keyboard">↵</small>' in asking, "side conversations do the same"
    assert 'name="enter_sends" value="true" checked' in browser.get("/inbox/keys/").content.decode()
    entry = Entry.objects.get(kind="teammate.preferences_changed")
    assert (entry.actor_id, entry.after) == (ben.public_id, {"sending": {"by_enter": True}})
    # What a script keeps are the single keys alone.
    browser.post("/inbox/keys/", {"are_single_on": "true"}, HTTP_HX_REQUEST="true")
    assert " data-enter" in browser.get(address).content.decode()
    browser.post("/inbox/keys/", shown | {"reset": "true"})
    assert " data-enter" not in browser.get(address).content.decode()
