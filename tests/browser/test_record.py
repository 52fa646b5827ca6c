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
