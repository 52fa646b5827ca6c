"""What a list keeps, and what it catches up with, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

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
