"""Filters and saved views in a real browser: by keys, live, and back again."""

import json
import re
import uuid
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]

WORD = "zither"


def row_of(page, visitor):
    return page.locator(f"#row-{visitor.conversation}")


def test_a_filter_is_written_by_keys_kept_as_a_view_and_lives(agent, visitor):
    one, other = visitor(), visitor()
    one.say(f"My {WORD} has lost a string.")
    other.say("Something else altogether.")
    page = agent("ben")
    expect(row_of(page, other)).to_be_visible()
    page.keyboard.press("\\")
    fact = page.get_by_role("combobox", name="What")
    expect(fact).to_be_focused()
    fact.select_option("conversation.first_words")
    page.get_by_role("combobox", name="How").select_option("contains")
    value = page.get_by_role("textbox", name="Value")
    value.press_sequentially(WORD)
    value.press("Enter")
    chip = page.locator(".chip")
    expect(chip).to_have_text(re.compile(f"first message contains {WORD}"))
    expect(row_of(page, one)).to_be_visible()
    expect(row_of(page, other)).to_have_count(0)
    # What comes while one looks comes if it belongs.
    late = visitor()
    late.say(f"A {WORD}, please.")
    expect(row_of(page, late)).to_be_visible()
    one.say("Are you there?")
    expect(row_of(page, one)).to_contain_text("Are you there?")
    page.reload()
    expect(row_of(page, late)).to_be_visible()
    page.keyboard.press("\\")
    page.get_by_role("button", name="Save as a view…").click()
    page.get_by_label("Name", exact=True).fill("Zithers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/inbox/view-vw_\w+/$"))
    link = page.locator("#views [data-saved]", has_text="Zithers")
    expect(link).to_have_attribute("aria-current", "page")
    expect(row_of(page, one)).to_be_visible()
    colleague = agent("ada", f"all/{late.conversation}/")
    colleague.locator("[data-toggle-status] button").click()
    expect(row_of(page, late)).to_have_count(0)
    page.go_back()
    page.go_back()
    expect(chip).to_be_visible()
    link.click()
    page.get_by_role("link", name="Change this view").click()
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/inbox/views/\?deleted="))
    expect(page.locator("main").get_by_text("Zithers")).to_have_count(0)


def test_a_list_follows_what_becomes_of_a_customer(agent, visitor, demo):
    word = f"oboe{uuid.uuid4().hex[:8]}"
    one = visitor()
    one.say("Who am I?")
    contact = call_api(demo, "GET", f"conversations/{one.conversation}")["contact"]["id"]
    asked = {"fact": "contact.locale", "op": "is", "value": word}
    page = agent("ben", f"all/?{urlencode({'filter': json.dumps(asked)})}")
    expect(page.locator(".chip")).to_contain_text(word)
    # Each of them long before the list is asked for anew, once a minute.
    call_api(demo, "PATCH", f"contacts/{contact}", locale=word)
    expect(row_of(page, one)).to_be_visible(timeout=20_000)
    call_api(demo, "PATCH", f"contacts/{contact}", locale="en")
    expect(row_of(page, one)).to_have_count(0, timeout=20_000)


def call_api(demo, method, path, **body):
    request = Request(
        f"{demo['url']}/api/v1/{path}",
        method=method,
        headers={
            "Authorization": f"Bearer {demo['api_tokens']['ada']}",
            "Content-Type": "application/json",
        },
        data=json.dumps(body).encode() if body else None,
    )
    with urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())
