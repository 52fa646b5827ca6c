"""A second matter of a customer goes on in a conversation of its own: by keys, live, for both."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.test_messenger import Shopper, Staff

pytestmark = [pytest.mark.browser, pytest.mark.product]


@pytest.fixture
def customer(visitor):
    """A customer who has written of two matters."""
    found = visitor()
    found.say("Where is my quilted coat?")
    found.say("And may I return a felt hat?")
    return found


def is_shown(page, conversation):
    place = page.locator("#conversation")
    expect(place).to_have_attribute("data-conversation", conversation)
    return place


def test_a_second_matter_is_split_off_by_keys_and_brought_back(agent, customer):
    source = customer.conversation
    ben, ada = agent("ben", f"all/{source}/"), agent("ada", f"all/{source}/")
    for page in (ben, ada):
        expect(page.locator("#thread-title")).to_be_visible()
    ben.keyboard.press("Escape")
    ben.keyboard.press("S")
    chosen = ben.get_by_role("checkbox", name="And may I return a felt hat?")
    expect(chosen).to_be_checked()
    expect(chosen).to_be_focused()
    ben.keyboard.press("Space")
    expect(ben.get_by_role("button", name="Split off")).to_be_disabled()
    ben.keyboard.press("Space")
    ben.keyboard.press("Enter")

    expect(ben.locator(".began")).to_contain_text("And may I return a felt hat?")
    expect(ben.locator(".began")).not_to_contain_text("Where is my quilted coat?")
    made = ben.locator("#conversation").get_attribute("data-conversation")
    assert made != source
    expect(ben.get_by_role("dialog")).to_have_count(0)
    line = ada.locator(".activity", has_text="began a new conversation with")
    expect(line).to_contain_text("And may I return a felt hat?")
    expect(ada.locator(f"#row-{made}")).to_be_visible()
    line.get_by_role("link", name="Open it").click()
    expect(is_shown(ada, made).locator(".began")).to_contain_text("And may I return a felt hat?")
    assert ada.url.endswith(f"/inbox/all/{made}/")

    ben.get_by_role("button", name="Undo").click()
    for page in (ben, ada):
        place = is_shown(page, source)
        expect(place.locator(".activity", has_text="took the split back")).to_be_visible()
        expect(page.locator(f"#row-{made}")).to_have_count(0)


def test_the_customer_goes_on_in_both_conversations(window, demo):
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"
    ben, buyer = Staff(demo, "ben"), Shopper(window(), shop)
    name = uuid.uuid4().hex[:8]
    first, second = f"Where is coat {name}?", f"May I return hat {name}?"
    buyer.begin(first)
    buyer.write(second)
    expect(buyer.bubble(second)).to_be_visible()
    buyer.is_settled()
    source = ben.find(second)
    thread = ben.call("GET", f"conversations/{source}/messages")["messages"]
    seq = next(each["seq"] for each in thread if each["body_text"] == second)
    wanted = {"client_id": str(uuid.uuid4()), "first_seq": seq}
    made = ben.call("POST", f"conversations/{source}/splits", wanted)["id"]
    said = {"kind": "reply", "body": f"Which hat {name}?", "client_id": str(uuid.uuid4())}
    ben.call("POST", f"conversations/{made}/messages", said)

    buyer.page.evaluate("id => Counterfoil('open', { conversation: id })", made)
    expect(buyer.bubble(f"Which hat {name}?")).to_be_visible()
    expect(buyer.bubble(first)).to_have_count(0)
    buyer.reads([second, f"Which hat {name}?"])
    buyer.write(f"The red one {name}")
    expect(buyer.bubble(f"The red one {name}")).to_be_visible()
    buyer.is_settled()
    buyer.reads([second, f"Which hat {name}?", f"The red one {name}"])
    buyer.page.evaluate("id => Counterfoil('open', { conversation: id })", source)
    expect(buyer.bubble(first)).to_be_visible()
    buyer.reads([first, second])
    answers = ben.call("GET", f"conversations/{made}/messages")["messages"]
    assert [each["body_text"] for each in answers if each["kind"] == "reply"] == [
        f"Which hat {name}?",
        f"The red one {name}",
    ]
