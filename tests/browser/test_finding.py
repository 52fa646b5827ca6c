"""Search, the palette and one's own keys in a real browser."""

import re
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]


def opened(page, customer):
    page.locator(f"#row-{customer.conversation} a").click()
    expect(page.locator("inbox-composer textarea")).to_be_visible()


def asks_until(field, shown):
    """Enter asks again: what was said is found within seconds, and a busy server may not have had
    the time to look at everything."""
    for _ in range(20):
        try:
            expect(shown).to_be_visible(timeout=1500)
            return
        except AssertionError:
            field.press("Enter")
    expect(shown).to_be_visible()


def test_a_word_is_found_by_keys_alone_and_opened_where_it_was_said(agent, visitor):
    ben, customer, word = agent("ben"), visitor(), f"kestrel{uuid.uuid4().hex[:8]}"
    customer.say(f"Where is my {word}, please?")
    expect(ben.locator(f"#row-{customer.conversation}")).to_be_visible()
    ben.keyboard.press("/")
    field = ben.get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill(word)
    asks_until(field, ben.locator(".hit mark", has_text=word))
    expect(ben.locator(".hit")).to_have_count(1)
    assert word in ben.url
    ben.keyboard.press("ArrowDown")
    expect(ben.locator(".hit-link")).to_be_focused()
    ben.keyboard.press("Enter")
    expect(ben.locator(".message.is-found")).to_contain_text(word)
    expect(ben.locator(".message.is-found")).to_be_focused()
    ben.go_back()
    expect(ben.locator(".hit mark")).to_have_text(word)


def test_one_list_is_searched_alone_and_then_everything(agent, visitor):
    customer, word = visitor(), f"plover{uuid.uuid4().hex[:8]}"
    customer.say(f"A {word}, please.")
    ben = agent("ben", "closed/")
    expect(ben.get_by_role("heading", name="Closed")).to_be_visible()
    ben.keyboard.press("g")
    ben.keyboard.press("/")
    expect(ben.locator(".scope-chip")).to_contain_text("In Closed")
    field = ben.get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill(word)
    asks_until(field, ben.locator(".results-none", has_text="Nothing was found."))
    ben.get_by_role("link", name="Search everywhere").press("Enter")
    only_here = ben.get_by_role("link", name="Only in Closed")
    expect(only_here).to_be_visible()
    expect(field).to_have_value(word)
    asks_until(field, ben.locator(".hit mark", has_text=word))
    expect(ben.locator(".hit")).to_have_count(1)
    only_here.press("Enter")
    expect(ben.locator(".scope-chip")).to_contain_text("In Closed")
    expect(ben.locator(".hit")).to_have_count(0)


def test_the_palette_does_what_keys_do_under_the_keys_one_chose(agent, visitor):
    cleo, customer = agent("cleo"), visitor()
    customer.say("Could you close this with a key of your own?")
    inbox = cleo.url
    cleo.goto(re.sub(r"/inbox/.*", "/inbox/keys/", inbox))
    try:
        field = cleo.get_by_label("Close, open again")
        field.fill("r")
        cleo.get_by_role("button", name="Save").click()
        expect(cleo.locator(".own-fault").first).to_be_visible()
        expect(field).to_have_value("r")
        field.fill("y")
        cleo.get_by_role("button", name="Save").click()
        expect(cleo.locator(".own-fault")).to_have_count(0)
        cleo.goto(inbox)
        opened(cleo, customer)
        cleo.keyboard.press("Control+k")
        palette = cleo.get_by_role("combobox", name="What to do")
        expect(palette).to_be_focused()
        palette.fill("intnote")
        expect(cleo.locator(".palette-option.is-active")).to_contain_text("Internal note")
        cleo.keyboard.press("Enter")
        expect(cleo.locator("inbox-composer textarea")).to_be_focused()
        expect(cleo.locator('[name="kind"][value="note"]')).to_be_checked()
        cleo.keyboard.press("Control+k")
        palette.fill("close")
        expect(cleo.locator(".palette-option.is-active kbd")).to_have_text("Y")
        cleo.keyboard.press("Escape")
        cleo.locator("body").press("Escape")
        cleo.keyboard.press("y")
        expect(cleo.locator(f"#row-{customer.conversation}")).to_have_count(0)
    finally:
        cleo.goto(re.sub(r"/inbox/.*", "/inbox/keys/", inbox))
        cleo.get_by_role("button", name="Back to the usual keys").click()
        expect(cleo.get_by_label("Close, open again")).to_have_value("e")


def test_a_pane_that_lies_over_the_others_leaves_the_keys_as_they_are(agent, visitor):
    customer = visitor()
    customer.say("Do you look at me while you look at them?")
    cleo = agent("cleo", viewport={"width": 1000, "height": 800})
    opened(cleo, customer)
    record = cleo.locator("#record")
    expect(record).to_be_hidden()
    cleo.keyboard.press("]")
    expect(record).to_be_visible()
    cleo.keyboard.press("]")
    expect(record).to_be_hidden()
    cleo.keyboard.press("]")
    cleo.keyboard.press("Control+k")
    expect(cleo.get_by_role("combobox", name="What to do")).to_be_focused()
    cleo.keyboard.press("Escape")
    cleo.keyboard.press("]")
    expect(record).to_be_visible()
    cleo.keyboard.press("Escape")
    expect(record).to_be_hidden()
    assert customer.conversation in cleo.url
