"""Two conversations of one customer become one, and two again, by keys and for everybody."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]


@pytest.fixture
def two(visitor):
    """A customer's two conversations: (the first, the second), as ids."""
    customer = visitor()
    customer.say("Where is my velvet coat?")
    first, customer.conversation = customer.conversation, None
    customer.say("And where is my hat?")
    return first, customer.conversation


def test_a_merge_by_keys_leads_everybody_into_the_whole_and_back(agent, two):
    whole, part = two
    ben, ada = agent("ben", f"all/{part}/"), agent("ada", f"all/{part}/")
    expect(ada.locator("#thread-title")).to_be_visible()
    expect(ben.locator("#thread-title")).to_be_visible()
    ben.keyboard.press("Escape")
    ben.keyboard.press("M")
    offers = ben.locator("#merge-offers .merge-offer")
    expect(offers).to_have_count(1)
    ben.keyboard.type("nothing like it")
    expect(offers).to_have_count(0)
    ben.locator("#merge-q").fill("velvet")
    expect(offers).to_have_count(1)
    offers.click()
    for page in (ben, ada):
        expect(page.locator("#conversation")).to_have_attribute("data-conversation", whole)
        expect(page.locator(f"#row-{part}")).to_have_count(0)
        page.locator(f"details:has([data-part='{part}']) > summary").click()
        expect(page.locator(f"[data-part='{part}']")).to_contain_text("And where is my hat?")
    ben.get_by_role("button", name="Undo").click()
    expect(ben.locator(f"#row-{part}")).to_be_visible()
    expect(ada.locator(f"#row-{part}")).to_be_visible()


def test_chosen_conversations_become_one_by_key_and_are_taken_back(agent, two):
    part, whole = two
    ben = agent("ben", "all/")
    for conversation in two:
        ben.locator(f"#row-{conversation} a.row-link").focus()
        ben.keyboard.press("x")
    expect(ben.locator("#many")).to_contain_text("2 chosen")
    ben.keyboard.press("M")
    expect(ben.locator(f"#row-{part}")).to_have_count(0)
    expect(ben.locator(f"#row-{whole}")).to_be_visible()
    expect(ben.locator("#toasts")).to_contain_text("1 conversation merged.")
    ben.get_by_role("button", name="Undo").click()
    expect(ben.locator(f"#row-{part}")).to_be_visible()
