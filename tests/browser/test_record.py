"""The customer's record in a real browser: edited by keys, live for a colleague."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_inbox import open_row, row_of

pytestmark = [pytest.mark.browser, pytest.mark.product]


def test_a_name_is_edited_by_keys_and_a_colleague_sees_it(agent, visitor):
    customer = visitor()
    customer.say("Who am I to you?")
    ben, ada = agent("ben"), agent("ada")
    for page in (ben, ada):
        expect(row_of(page, customer)).to_be_visible()
        open_row(page, customer)
    name = ben.locator("#about [data-row=name]")
    row, field = name.locator("summary"), name.locator("input[name=value]")

    ben.locator("body").press("Escape")
    ben.keyboard.press("i")
    expect(row).to_be_focused()
    ben.keyboard.press("Enter")
    expect(field).to_be_focused()
    ben.keyboard.type("Nobody")
    ben.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(row).to_be_focused()
    expect(row).not_to_contain_text("Nobody")

    ben.keyboard.press("Enter")
    expect(field).to_be_focused()
    ben.keyboard.type("Quill Marlowe")
    ben.keyboard.press("Enter")
    for page in (ben, ada):
        expect(page.locator("#record h2")).to_contain_text("Quill Marlowe")
        expect(page.locator("#thread-title")).to_have_text("Quill Marlowe")
        expect(row_of(page, customer)).to_contain_text("Quill Marlowe")
    expect(row).to_be_focused()

    ben.get_by_role("button", name="Undo").click()
    for page in (ben, ada):
        expect(page.locator("#record h2")).not_to_contain_text("Quill Marlowe")


def test_a_customer_is_merged_with_somebody_who_is_searched_for(agent, visitor):
    one, other = visitor(), visitor()
    one.say("The quagga scarf again.")
    other.say("The quagga scarf.")
    who = f"Quagga {other.conversation[-8:].lower()}"
    ben = agent("ben", f"all/{other.conversation}/")
    expect(ben.locator("#connection[data-state=live]")).to_be_attached()
    name = ben.locator("#about [data-row=name]")
    name.locator("summary").click()
    name.locator("input[name=value]").fill(who)
    ben.keyboard.press("Enter")
    expect(ben.locator("#record h2")).to_contain_text(who)

    open_row(ben, one)
    ben.locator("#thread-title").focus()
    ben.keyboard.press("Shift+I")
    dialog = ben.get_by_role("dialog", name="Merge ")
    dialog.get_by_role("searchbox").fill(who)
    dialog.get_by_role("link", name=who).click()
    expect(dialog).to_contain_text("Merge these two?")
    button = dialog.get_by_role("button", name="Merge into one")
    expect(button).to_be_focused()
    ben.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(ben.locator("#record h2")).to_contain_text(who)
    ben.get_by_role("button", name="Undo").last.click()
    expect(ben.locator("#record h2")).not_to_contain_text(who)
