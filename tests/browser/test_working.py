"""Work on conversations in a real browser: unread again, orders, several at once."""

import re
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]

UNREAD = re.compile("is-unread")
CHOSEN = re.compile("is-chosen")


def row_of(page, visitor):
    return page.locator(f"#row-{visitor.conversation}")


def open_row(page, visitor):
    row_of(page, visitor).locator("a").click()
    expect(page.locator(f"#conversation[data-conversation={visitor.conversation}]")).to_be_visible()


def test_an_open_thread_that_was_made_unread_does_not_read_itself(agent, visitor):
    customer = visitor()
    customer.say("Is the quince jam back?")
    page, other = agent("ben"), agent("ben")
    open_row(page, customer)
    for screen in (page, other):
        expect(row_of(screen, customer)).not_to_have_class(UNREAD)
    page.locator("#thread .scroll").focus()
    page.keyboard.press("u")
    for screen in (page, other):
        expect(row_of(screen, customer)).to_have_class(UNREAD)
    # Whoever goes on looking at it, and comes back to the window, has not read it.
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#thread .scroll").dispatch_event("scroll")
    page.keyboard.press("f")
    expect(page.locator("[data-following] button")).to_have_attribute("aria-pressed", "true")
    expect(row_of(page, customer)).to_have_class(UNREAD)
    customer.say("Or the plum one?")
    for screen in (page, other):
        expect(row_of(screen, customer)).not_to_have_class(UNREAD)


def test_rows_find_their_place_in_the_order_of_those_who_wait(agent, visitor):
    first, second = visitor(), visitor()
    first.say("I have waited for ages.")
    second.say("I have only just come.")
    page, colleague = agent("ben", "waiting/?limit=100"), agent("ada", "waiting/?limit=100")
    before = page.locator(f"#row-{first.conversation} ~ #row-{second.conversation}")
    expect(before).to_have_count(1)
    first.say("Hello?")
    expect(row_of(page, first)).to_contain_text("Hello?")
    expect(before).to_have_count(1)
    open_row(colleague, first)
    colleague.keyboard.press("r")
    colleague.keyboard.type("Here I am.")
    colleague.keyboard.press("Control+Enter")
    expect(row_of(page, first)).to_have_count(0)
    page.keyboard.press("o")
    page.get_by_role("link", name="Newest first").click()
    expect(page).to_have_url(re.compile(r"/inbox/waiting/\?order=newest$"))
    open_row(page, second)
    expect(page).to_have_url(re.compile(rf"/{second.conversation}/\?order=newest$"))


def test_several_are_done_at_once_by_keys_and_taken_back(agent, visitor):
    customers = [visitor() for _ in range(3)]
    for number, customer in enumerate(customers):
        customer.say(f"Lot number {number} of the auction")
    page, colleague = agent("ben", "unassigned/"), agent("ada", "unassigned/")
    oldest, middle, newest = customers
    expect(row_of(page, newest)).to_be_visible()
    row_of(page, newest).locator("a").focus()
    page.keyboard.press("x")
    row_of(page, oldest).locator("a").focus()
    page.keyboard.press("Shift+X")
    for customer in customers:
        expect(row_of(page, customer)).to_have_class(CHOSEN)
    expect(page.locator(".many-count")).to_have_text("3 chosen")

    # Somebody's word redraws a row and moves it; it stays chosen.
    middle.say("Is it sold?")
    expect(row_of(page, middle)).to_contain_text("Is it sold?")
    expect(row_of(page, middle)).to_have_class(CHOSEN)

    page.keyboard.press("e")
    for screen in (page, colleague):
        for customer in customers:
            expect(row_of(screen, customer)).to_have_count(0)
    expect(page.locator("#many")).to_be_hidden()
    toast = page.locator(".toast", has_text="3 conversations closed.")
    toast.get_by_role("button", name="Undo").click()
    for customer in customers:
        expect(row_of(colleague, customer)).to_be_visible()

    row_of(page, newest).locator("[data-pick]").check()
    page.keyboard.press("a")
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    expect(row_of(page, newest)).to_have_count(0)
    expect(page.locator(".toast", has_text="1 conversation assigned.")).to_be_visible()

    row_of(page, oldest).locator("[data-pick]").check()
    page.keyboard.press("Escape")
    expect(row_of(page, oldest)).not_to_have_class(CHOSEN)


def test_a_whole_view_is_done_in_the_background_and_taken_back(agent, visitor):
    customers = [visitor() for _ in range(27)]
    for number, customer in enumerate(customers):
        customer.say(f"Parcel {number} is late")
    tag, was_seen = f"storm {uuid.uuid4().hex[:8]}", []

    def is_running(route):
        # However fast it is done: how far it has come is shown until it was seen.
        answer = route.fetch()
        told = answer.json()
        if not was_seen:
            told["state"] = "running"
        route.fulfill(response=answer, json=told)

    page = agent("ben", "unassigned/")
    page.route("**/inbox/batches/*/", is_running)
    row_of(page, customers[-1]).locator("a").focus()
    expect(page.locator("#rows > .more")).to_have_count(1)
    page.keyboard.press("Control+a")
    page.locator("[data-many-all]").click()
    expect(page.locator(".many-count")).to_have_text("All chosen")
    page.keyboard.press("l")
    expect(page.get_by_role("combobox", name="Find or make a tag")).to_be_focused()
    page.keyboard.type(tag)
    page.keyboard.press("Enter")
    expect(page.locator("#batch")).to_be_visible()
    was_seen.append(True)
    done = page.locator(".toast", has_text="conversations tagged.")
    expect(done).to_be_visible(timeout=60_000)
    # A toast under the pointer stays.
    done.hover()
    expect(row_of(page, customers[-1])).to_contain_text(tag)
    done.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="conversations as before.")).to_be_visible(
        timeout=60_000
    )
    expect(row_of(page, customers[-1])).not_to_contain_text(tag)
