"""What a list keeps, and what it catches up with, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_inbox import open_row

pytestmark = [pytest.mark.browser, pytest.mark.product]


def copies(product, conversation, count):
    """So many more conversations like this one, each a second older than the one before."""
    product.psql(
        f"""
        INSERT INTO inbox_conversation
        SELECT (jsonb_populate_record(one, jsonb_build_object(
            'id', nextval(pg_get_serial_sequence('inbox_conversation', 'id')),
            'public_id', 'cv_' || substr(md5(random()::text || n), 1, 20),
            'client_id', gen_random_uuid(),
            'last_message_at', one.last_message_at - n * interval '1 second'))).*
        FROM inbox_conversation AS one, generate_series(1, {count}) AS n
        WHERE one.public_id = '{conversation}'
        """
    )


def stale(page):
    """Has the list taken anew."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "rows"):
        page.evaluate("() => void document.dispatchEvent(new CustomEvent('inbox:stale'))")


def test_a_list_of_300_keeps_its_place_and_what_is_chosen(agent, visitor, product):
    customer = visitor()
    customer.say("One of three hundred.")
    copies(product, customer.conversation, 320)
    page = agent("ben")
    rows, more = page.locator("#rows .row"), page.locator("#rows > .more")
    for count in range(50, 301, 25):
        more.scroll_into_view_if_needed()
        expect(rows).to_have_count(count)
    expect(more).to_have_text("Go on, on the next page")

    far = page.locator(f"#{rows.nth(280).get_attribute('id')}")
    far.locator("[data-pick]").check()
    expect(page.locator(".many-count")).to_have_text("1 chosen")
    # Nobody tells of this one.
    product.psql(
        "UPDATE inbox_conversation SET preview = 'Changed meanwhile.'"
        f" WHERE public_id = '{customer.conversation}'"
    )
    place = page.evaluate("() => document.getElementById('rows').scrollTop")
    assert place > 0
    stale(page)
    expect(page.locator(f"#row-{customer.conversation}")).to_contain_text("Changed meanwhile.")
    expect(rows).to_have_count(300)
    expect(far.locator("[data-pick]")).to_be_checked()
    assert page.evaluate("() => document.getElementById('rows').scrollTop") == place

    # The next page is an ordinary one, and stays what it is when it is taken anew.
    more.locator("a").click()
    expect(page.locator(".to-start")).to_be_visible()
    first = rows.first.get_attribute("id")
    stale(page)
    expect(page.locator(".to-start")).to_be_visible()
    expect(rows.first).to_have_id(first)
    customer.say("This belongs to the first page.")
    expect(page.locator(f"#row-{customer.conversation}")).to_have_count(0)


def test_after_sleep_names_and_marks_are_right_again(agent, visitor, product):
    customer = visitor()
    customer.say("Who am I?")
    deaf = []

    def wire(socket):
        server = socket.connect_to_server()
        # A machine that sleeps hears nothing, and a connection that it had is dead.
        is_dead = len(deaf)
        server.on_message(lambda text: None if len(deaf) > is_dead else socket.send(text))

    page = agent("ben")
    page.clock.install()
    page.route_web_socket("**/ws/inbox/", wire)
    page.reload()
    row = page.locator(f"#row-{customer.conversation}")
    expect(row).to_contain_text("Who am I?")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    deaf.append(True)
    product.psql(
        f"""
        UPDATE people_contact SET name = 'Renata Renamed' WHERE id = (
            SELECT contact_id FROM inbox_conversation WHERE public_id = '{customer.conversation}');
        UPDATE inbox_conversation SET holder = 'bot' WHERE public_id = '{customer.conversation}'
        """
    )
    page.clock.fast_forward(30_000)
    expect(row).to_contain_text("Renata Renamed")
    expect(row.locator(".tag-bot")).to_have_text(re.compile("Bot"))


def test_with_several_chosen_the_keys_mean_all_of_them(agent, visitor):
    mine = [visitor(), visitor()]
    for number, customer in enumerate(mine):
        customer.say(f"Lamp {number} of those that are chosen.")
    page = agent("cleo", "unassigned/")
    open_row(page, mine[0])
    for customer in mine:
        page.locator(f"#row-{customer.conversation} [data-pick]").check()
    expect(page.locator(".many-count")).to_have_text("2 chosen")
    page.locator("#list").focus()
    page.keyboard.press("p")
    expect(page.locator("#toasts")).to_contain_text("Choose one conversation")
    page.keyboard.press("m")
    menu = page.locator('[data-menu="many-macro"]')
    expect(menu.locator("details")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    page.locator("#list").focus()
    page.keyboard.press("f")
    expect(page.locator("#toasts")).to_contain_text("2 conversations followed.")
    expect(page.locator(".many-count")).to_be_hidden()
    for customer in mine:
        open_row(page, customer)
        expect(page.locator("#head [data-following] button")).to_have_attribute(
            "aria-pressed", "true"
        )
    # One that is chosen comes on screen for what is meant for one.
    page.locator(f"#row-{mine[0].conversation} [data-pick]").check()
    page.locator("#list").focus()
    page.keyboard.press("n")
    there = page.locator(f'#conversation[data-conversation="{mine[0].conversation}"]')
    expect(there.locator("inbox-composer textarea")).to_be_focused()
    expect(there.get_by_text("Only teammates read this")).to_be_visible()


def test_panes_stay_away_on_this_device_and_emoji_are_chosen_by_sight(agent, visitor):
    customer = visitor()
    customer.say("Show me a face.")
    page = agent("ben")
    rail, record = page.locator("#rail"), page.locator("#record")
    open_row(page, customer)
    page.locator("#list").focus()
    page.keyboard.press("[")
    page.keyboard.press("]")
    expect(rail).to_be_hidden()
    page.reload()
    expect(page.locator("inbox-composer textarea")).to_be_visible()
    expect(rail).to_be_hidden()
    expect(record).to_be_hidden()
    # Where there is no room for it, it still comes by its button.
    page.set_viewport_size({"width": 1000, "height": 800})
    page.get_by_role("button", name="Views").click()
    expect(rail).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#list").focus()
    page.keyboard.press("[")
    expect(rail).to_be_visible()
    page.reload()
    expect(rail).to_be_visible()
    expect(record).to_be_hidden()

    text = page.locator("inbox-composer textarea")
    text.fill("Hello ")
    page.locator(".emoji-menu summary").click()
    expect(page.get_by_role("combobox", name="Find an emoji")).to_be_focused()
    page.keyboard.type("rocket")
    expect(page.locator(".emoji-menu .is-active")).to_have_text("🚀rocket")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Hello 🚀")
    expect(text).to_be_focused()
    page.locator(".emoji-menu summary").click()
    page.get_by_role("option", name="tada").click()
    expect(text).to_have_value("Hello 🚀🎉")
    text.fill("")


def test_rows_are_chosen_by_touch(agent, visitor):
    mine = [visitor(), visitor()]
    for number, customer in enumerate(mine):
        customer.say(f"Chosen by touch, number {number}.")
    page = agent("cleo", "unassigned/", has_touch=True, viewport={"width": 390, "height": 800})
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.locator(".list-menu summary").tap()
    page.get_by_role("button", name="Choose several").tap()
    expect(page.locator(".many-count")).to_have_text("Choose rows")
    for customer in mine:
        page.locator(f"#row-{customer.conversation} .row-preview").tap()
    expect(page.locator(".many-count")).to_have_text("2 chosen")
    page.locator("[data-many-none]").tap()
    expect(page.locator("#many")).to_be_hidden()
    page.locator(f"#row-{mine[0].conversation} .row-preview").tap()
    expect(page.locator("#thread-title")).to_be_visible()
