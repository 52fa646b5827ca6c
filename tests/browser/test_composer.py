"""Writing to customers, where only a browser can show that it works."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_inbox import bubble, open_row, row_of, settled

pytestmark = [pytest.mark.browser, pytest.mark.product]


def compose(page, words):
    page.locator("inbox-composer textarea").click()
    page.keyboard.type(words)


def saved(page):
    expect(page.locator(".draft-state")).to_have_text(re.compile(r"^Draft saved \d"))


def box(page):
    return page.locator("inbox-composer textarea")


def test_a_draft_goes_on_on_another_device_and_is_gone_everywhere_when_it_is_sent(agent, visitor):
    customer = visitor()
    customer.say("Can I have the heron lamp in green?")
    laptop, phone = agent("cleo"), agent("cleo", viewport={"width": 390, "height": 844})
    open_row(laptop, customer)
    compose(laptop, "We paint it")
    saved(laptop)
    expect(row_of(laptop, customer).locator(".row-draft")).to_have_text("Draft: ")
    expect(row_of(phone, customer).locator(".row-draft")).to_have_count(1)

    open_row(phone, customer)
    expect(box(phone)).to_have_value("We paint it")
    compose(phone, " in any color.")
    expect(box(phone)).to_have_value("We paint it in any color.")
    expect(box(laptop)).to_have_value("We paint it in any color.")

    laptop.keyboard.press("Control+Enter")
    settled(laptop)
    expect(bubble(phone, "in any color.")).to_be_visible()
    expect(box(phone)).to_have_value("")
    expect(row_of(laptop, customer).locator(".row-draft")).to_have_count(0)
    assert customer.hears().count("We paint it in any color.") == 1


def test_what_two_devices_wrote_at_once_is_kept_both(agent, visitor):
    customer = visitor()
    customer.say("Is the magpie chair in stock?")
    first, second = agent("cleo"), agent("cleo")
    for page in (first, second):
        open_row(page, customer)
    first.context.set_offline(True)
    compose(first, "Two are left.")
    expect(first.locator(".draft-state")).to_have_text("Draft kept on this device")
    compose(second, "I ask the shop.")
    saved(second)
    first.context.set_offline(False)

    clash = first.locator(".draft-clash")
    expect(clash).to_contain_text("On another device you wrote “I ask the shop.”", timeout=20_000)
    expect(box(first)).to_have_value("Two are left.")
    clash.get_by_role("button", name="Keep both").click()
    expect(box(first)).to_have_value("Two are left.\n\nI ask the shop.")
    saved(first)
    expect(box(second)).to_have_value("Two are left.\n\nI ask the shop.")


@pytest.fixture
def holding(agent):
    """holding("ben"): a teammate whose replies wait a moment; afterwards they do not."""
    pages = []

    def opened(name, **options):
        page = agent(name, **options)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        switch_holding(page, is_on=False)


def switch_holding(page, *, is_on):
    choice = page.locator("[data-holding]")
    page.locator(".send-menu summary").click()
    with page.expect_response("**/inbox/holding/"):
        choice.set_checked(is_on)
    page.keyboard.press("Escape")


def test_a_reply_is_taken_back_by_key_and_goes_out_when_it_is_not(holding, visitor):
    customer = visitor()
    customer.say("Do you ship the kingfisher mirror?")
    page = holding("cleo")
    open_row(page, customer)
    switch_holding(page, is_on=True)

    compose(page, "We do not, sorry")
    page.keyboard.press("Control+Enter")
    waiting = page.locator(".later-message.is-held")
    expect(waiting).to_contain_text("We do not, sorry")
    expect(box(page)).to_have_value("")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("We do not, sorry")
    expect(waiting).to_have_count(0)
    assert len(customer.hears()) == 1

    box(page).fill("We do, everywhere")
    page.keyboard.press("Control+Enter")
    expect(waiting).to_contain_text("We do, everywhere")
    expect(bubble(page, "We do, everywhere").locator(".bubble")).to_be_visible(timeout=20_000)
    expect(waiting).to_have_count(0)
    assert customer.hears()[1:] == ["We do, everywhere"]


def test_a_reply_waits_for_tomorrow_until_the_customer_writes(agent, visitor):
    customer = visitor()
    customer.say("When does the osprey desk come?")
    page, watching = agent("ben"), agent("ada")
    for each in (page, watching):
        open_row(each, customer)
    compose(page, "Did it come?")
    page.keyboard.press("Control+Alt+Enter")
    expect(page.get_by_role("button", name="In an hour")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".later-message")).to_contain_text("You send this")
    expect(watching.locator(".later-message")).to_contain_text("sends this")
    customer.say("It came!")
    expect(page.locator(".later-message")).to_contain_text("wrote before it went out.")
    expect(watching.locator(".later-message")).to_have_count(0)
    page.locator(".later-message").get_by_role("button", name="Edit").click()
    expect(box(page)).to_have_value("Did it come?")
    assert customer.hears() == ["When does the osprey desk come?", "It came!"]
