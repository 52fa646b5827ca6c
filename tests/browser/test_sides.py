"""Asking a colleague beside a conversation in a real browser, which its customer never sees."""

import pytest
from playwright.sync_api import expect

from tests.browser.seeing import faults
from tests.browser.test_working import open_row

pytestmark = [pytest.mark.browser, pytest.mark.product]


def test_a_colleague_is_asked_by_key_told_live_and_answers_beside_the_customer(agent, visitor):
    customer = visitor()
    customer.say("Does the heron lamp come in sage?")
    ben, ada = agent("ben"), agent("ada", "unassigned/")
    waiting = ada.locator("#bell .bell-item", has_text="Sage heron lamp")
    open_row(ben, customer)
    ben.locator("#thread .scroll").focus()
    ben.keyboard.press("q")
    side = ben.locator("#side")
    find = side.get_by_label("Find somebody")
    expect(find).to_be_focused()
    ben.keyboard.type("Ada Byrne")
    ben.keyboard.press("Enter")
    expect(side.get_by_role("checkbox", name="Ada Byrne")).to_be_checked()
    side.get_by_label("Subject, may be empty").fill("Sage heron lamp")
    side.get_by_label("Your question").fill("Is there one in the back?")
    assert faults(ben, "side", "#side") == []
    ben.keyboard.press("Control+Enter")
    expect(side.get_by_role("heading", name="Sage heron lamp")).to_be_visible()
    expect(side.get_by_role("log")).to_contain_text("Is there one in the back?")

    expect(waiting).to_have_count(1)
    ada.get_by_title("Notifications").click()
    waiting.click()
    beside = ada.locator("#side")
    expect(beside.get_by_role("log")).to_contain_text("Is there one in the back?")
    expect(waiting).to_have_count(0)
    beside.get_by_label("Your answer").fill("Two, on the upper shelf.")
    ada.keyboard.press("Control+Enter")
    expect(beside.get_by_role("log")).to_contain_text("Two, on the upper shelf.")

    expect(side.get_by_role("log")).to_contain_text("Two, on the upper shelf.")
    assert faults(ben, "side", "#side") == []
    ben.get_by_label("Your answer").focus()
    ben.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(ben.locator("#sides")).to_contain_text("Two, on the upper shelf.")
    assert customer.hears() == ["Does the heron lamp come in sage?"]
