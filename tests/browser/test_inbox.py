"""An agent's day in a real browser."""

import re
import time
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.product]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def row_of(page, visitor):
    return page.locator(f"#row-{visitor.conversation}")


def open_row(page, visitor):
    row_of(page, visitor).locator("a").click()
    expect(page.locator(f"#conversation[data-conversation={visitor.conversation}]")).to_be_visible()
    expect(page.locator("inbox-composer textarea")).to_be_visible()


def write(page, words, kind="reply"):
    page.locator("body").press("Escape")
    page.keyboard.press("r" if kind == "reply" else "n")
    expect(page.locator("inbox-composer textarea")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")


def bubble(page, words):
    return page.locator(".message", has_text=words)


def settled(page):
    """Nothing of one's own waits to be sent."""
    expect(page.locator(".is-own")).to_have_count(0)


def test_a_customer_and_two_agents_talk_live(agent, visitor):
    ben, ada = agent("ben"), agent("ada")
    customer = visitor()
    customer.say("Does the Fjord lamp come with a plug?")

    for page in (ben, ada):
        expect(row_of(page, customer)).to_contain_text("Does the Fjord lamp come with a plug?")
        expect(row_of(page, customer)).to_have_class(re.compile("is-unread"))
        open_row(page, customer)
        expect(page.locator("#record")).to_contain_text("Lamps")

    customer.types()
    expect(ben.locator(".typing")).to_contain_text("is typing")

    write(ben, "It does, and with a **switch**.")
    expect(bubble(ada, "with a switch.").locator("strong")).to_have_text("switch")
    assert customer.hears()[-1] == "It does, and with a **switch**."

    customer.reads()
    expect(bubble(ben, "with a switch.").locator(".seen")).to_be_visible()

    write(ada, "Only for us: the plug is the new one.", kind="note")
    expect(bubble(ben, "the plug is the new one").locator(".note-head")).to_contain_text("Ada")
    assert len(customer.hears()) == 2

    ben.reload()
    expect(bubble(ben, "Does the Fjord lamp come with a plug?")).to_be_visible()
    expect(bubble(ben, "the plug is the new one")).to_be_visible()


def test_the_rows_move_and_leave_as_others_work(agent, visitor):
    first, second = visitor(), visitor()
    first.say("I was first.")
    second.say("I was second.")
    watching, working = agent("ben", "unassigned/"), agent("ada", "unassigned/")
    expect(watching.locator(".row").first).to_contain_text("I was second.")
    first.say("And now I am the newest.")
    expect(watching.locator(".row").first).to_contain_text("And now I am the newest.")

    open_row(working, first)
    working.keyboard.press("Escape")
    working.keyboard.press("a")
    working.keyboard.type("ben")
    working.keyboard.press("Enter")
    expect(row_of(watching, first)).to_have_count(0)
    expect(row_of(watching, second)).to_be_visible()
    expect(working.locator("#head")).to_contain_text("Ben")


def test_the_whole_triage_by_keys_alone(agent, visitor):
    customers = [visitor() for _ in range(3)]
    for number, customer in enumerate(customers):
        customer.say(f"Question number {number} of the keyboard.")
    page = agent("ada", "unassigned/")
    expect(page.locator(".row").first).to_contain_text("Question number 2")
    newest, middle, _ = reversed(customers)

    page.keyboard.press("j")
    expect(page.locator(".messages")).to_contain_text("Question number 2")
    page.keyboard.press("j")
    expect(page.locator(".messages")).to_contain_text("Question number 1")
    page.keyboard.press("k")
    expect(page.locator(".messages")).to_contain_text("Question number 2")

    page.keyboard.press("r")
    page.keyboard.type("jkern")
    page.keyboard.press("Control+Enter")
    expect(bubble(page, "jkern")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#toasts .toast")).to_contain_text("Closed.")
    expect(row_of(page, newest)).to_have_count(0)
    expect(page.locator(".messages")).to_contain_text("Question number 1")

    page.keyboard.press("z")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(row_of(page, middle)).to_have_count(0)
    expect(page.locator(".messages")).to_contain_text("Question number 0")

    page.keyboard.press("g")
    page.keyboard.press("z")
    expect(page).to_have_url(re.compile("/inbox/snoozed/"))
    expect(row_of(page, middle)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert newest.hears()[-1] == "jkern"


def test_closing_can_be_taken_back(agent, visitor):
    customer = visitor()
    customer.say("Please do not close me.")
    page = agent("ben")
    open_row(page, customer)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(row_of(page, customer)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row_of(page, customer)).to_be_visible()


def test_a_colleague_who_was_faster_is_noticed_before_sending(agent, visitor):
    customer = visitor()
    customer.say("Who answers me?")
    ben, ada = agent("ben"), agent("ada")
    open_row(ben, customer)
    open_row(ada, customer)
    ben.keyboard.press("r")
    ben.keyboard.type("Ben is writing")
    write(ada, "Ada was faster.")
    alert = ben.get_by_role("alert")
    expect(alert).to_contain_text(re.compile(r"Ada .* answered (just now|\d+ s ago)"))

    ben.keyboard.press("Control+Enter")
    expect(ben.get_by_role("button", name="Send anyway")).to_be_focused()
    assert customer.hears() == ["Who answers me?", "Ada was faster."]
    ben.keyboard.press("Enter")
    expect(bubble(ben, "Ben is writing")).to_be_visible()
    settled(ben)
    assert customer.hears()[-1] == "Ben is writing"


def test_a_stale_reply_is_returned_by_the_server_with_what_was_newer(agent, visitor):
    customer = visitor()
    customer.say("Who answers me now?")
    ben = agent("ben")
    open_row(ben, customer)
    # Ben's screen is blind: neither frames nor fragments reach it.
    ben.context.route("**/messages/?after=*", lambda route: route.abort())
    cut(ben)
    ada = agent("ada")
    open_row(ada, customer)
    write(ada, "Ada has it.")
    expect(bubble(ada, "Ada has it.")).to_be_visible()
    settled(ada)

    write(ben, "Ben has it too.")
    expect(ben.get_by_role("alert")).to_contain_text("answered")
    expect(ben.locator("inbox-composer textarea")).to_have_value("Ben has it too.")
    assert customer.hears() == ["Who answers me now?", "Ada has it."]
    ben.context.unroute("**/messages/?after=*")
    ben.get_by_role("button", name="Send anyway").click()
    expect(bubble(ben, "Ada has it.")).to_be_visible()
    expect(bubble(ben, "Ben has it too.")).to_be_visible()
    settled(ben)
    assert customer.hears()[-1] == "Ben has it too."


def cut(page):
    """Takes the page's socket away for good, as a proxy that knows no sockets does."""
    page.route_web_socket("**/ws/inbox/", lambda socket: socket.close())
    page.reload()
    expect(page.locator("inbox-composer textarea")).to_be_visible()


def test_what_was_sent_into_a_dead_network_survives_a_reload_and_goes_out_once(agent, visitor):
    customer = visitor()
    customer.say("Are you there?")
    page = agent("ben")
    open_row(page, customer)
    page.context.route("**/messages/", lambda route: route.abort())
    write(page, "First into the void.")
    write(page, "Second into the void.")
    expect(bubble(page, "First into the void.")).to_contain_text("Waiting for the connection")
    page.keyboard.type("Half a thought")
    page.reload()
    expect(bubble(page, "Second into the void.")).to_be_visible()
    expect(page.locator("inbox-composer textarea")).to_have_value("Half a thought")
    assert customer.hears() == ["Are you there?"]

    page.context.unroute("**/messages/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(page)
    assert customer.hears() == ["Are you there?", "First into the void.", "Second into the void."]


def test_an_answer_that_got_lost_doubles_nothing(agent, visitor):
    customer = visitor()
    customer.say("Once, please.")
    page = agent("ben")
    open_row(page, customer)
    lost = []

    def swallow(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.context.route("**/messages/", swallow)
    write(page, "Exactly once.")
    settled(page)
    expect(bubble(page, "Exactly once.")).to_have_count(1)
    assert customer.hears() == ["Once, please.", "Exactly once."]


def test_without_a_socket_news_come_by_asking_and_with_it_live_again(agent, visitor):
    customer = visitor()
    customer.say("Before.")
    page = agent("ben")
    is_cut = [True]

    def handle(socket):
        if is_cut:
            socket.close()
        else:
            socket.connect_to_server()

    page.route_web_socket("**/ws/inbox/", handle)
    page.reload()
    open_row(page, customer)
    expect(page.locator("#connection")).to_contain_text("interrupted", timeout=20_000)
    customer.say("While the socket was away.")
    expect(page.locator(".messages")).to_contain_text("While the socket was away.", timeout=20_000)

    is_cut.clear()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#connection")).to_be_empty(timeout=35_000)
    customer.say("And live again.")
    expect(page.locator(".messages")).to_contain_text("And live again.", timeout=5_000)


def test_the_live_process_may_die_and_the_screen_heals_by_itself(agent, visitor, product):
    import os
    import signal

    customer = visitor()
    customer.say("Before the fall.")
    page = agent("ada")
    open_row(page, customer)
    for process in product.part("config.asgi:application"):
        os.kill(process, signal.SIGKILL)
    customer.say("During the fall.")
    expect(page.locator(".messages")).to_contain_text("During the fall.", timeout=20_000)
    product.until(product.is_whole, 30)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#connection")).to_be_empty(timeout=35_000)
    customer.say("After the fall.")
    expect(page.locator(".messages")).to_contain_text("After the fall.", timeout=8_000)


def test_a_file_is_attached_and_opens(agent, visitor):
    customer = visitor()
    customer.say("Do you have the manual?")
    page = agent("ben")
    open_row(page, customer)
    page.locator("inbox-composer input[type=file]").set_input_files(
        {"name": "manual.txt", "mimeType": "text/plain", "buffer": b"Turn it on."}
    )
    expect(page.locator(".upload.is-done")).to_contain_text("manual.txt")
    write(page, "Here it is.")
    settled(page)
    address = bubble(page, "Here it is.").locator(".file a").get_attribute("href")
    answer = page.request.get(address)
    assert answer.text() == "Turn it on."
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_phone_shows_one_pane_at_a_time(agent, visitor):
    customer = visitor()
    customer.say("From the road.")
    page = agent("ben", **PHONE)
    expect(page.locator("#list")).to_be_visible()
    open_row(page, customer)
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("button", name=re.compile("^About")).click()
    expect(page.locator("#record")).to_contain_text("Lamps")
    page.locator("#record").get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Back to All open").click()
    expect(page.locator("#list")).to_be_visible()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Snoozed").click()
    expect(page).to_have_url(re.compile("/inbox/snoozed/"))
    expect(page.locator("#list-title")).to_have_text("Snoozed")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_reading_replying_and_closing_work_without_scripts(agent, visitor):
    customer = visitor()
    customer.say("No scripts here.")
    page = agent("ben", java_script_enabled=False)
    row_of(page, customer).locator("a").click()
    expect(page.locator(".messages")).to_contain_text("No scripts here.")
    page.locator("inbox-composer textarea").fill("None needed.")
    page.locator(".composer button.button-main").click()
    expect(page.locator(".messages")).to_contain_text("None needed.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    assert customer.hears() == ["No scripts here.", "None needed."]


def test_the_way_back_of_the_browser_goes_through_what_was_shown(agent, visitor):
    one, two = visitor(), visitor()
    one.say("Page one.")
    two.say("Page two.")
    page = agent("ben")
    open_row(page, one)
    open_row(page, two)
    page.go_back()
    expect(page.locator(".messages")).to_contain_text("Page one.")
    page.go_back()
    expect(page.locator("#conversation")).to_contain_text("No conversation chosen")
    page.go_forward()
    expect(page.locator(".messages")).to_contain_text("Page one.")


def test_what_moves_to_a_private_team_leaves_the_screens_of_others(agent, visitor):
    customer = visitor()
    customer.say("This is about my invoice.")
    outside, inside = agent("ben"), agent("ada")
    open_row(outside, customer)
    open_row(inside, customer)
    inside.keyboard.press("t")
    inside.keyboard.type("Billing")
    inside.keyboard.press("Enter")
    expect(outside.locator("#conversation")).to_contain_text("No conversation chosen")
    expect(row_of(outside, customer)).to_have_count(0)
    expect(row_of(inside, customer)).to_contain_text("Billing")
    customer.say("Only Billing reads this.")
    expect(row_of(inside, customer)).to_contain_text("Only Billing reads this.")
    expect(outside.locator("body")).not_to_contain_text("Only Billing reads this.")


def test_a_long_thread_is_read_upwards_and_jumped_down(agent, visitor):
    customer = visitor()
    customer.say("The very first words.")
    page = agent("ada")
    open_row(page, customer)
    address = page.locator("inbox-thread").get_attribute("data-url")
    token = page.locator("body").get_attribute("data-csrf")
    for number in range(70):
        form = {"kind": "note", "body": f"Line number {number}.", "client_id": str(uuid.uuid4())}
        answer = page.request.post(
            address, form=form, headers={"X-CSRFToken": token, "HX-Request": "true"}
        )
        assert answer.status == 201
    expect(bubble(page, "Line number 69.")).to_be_in_viewport()
    page.reload()
    expect(bubble(page, "Line number 69.")).to_be_in_viewport()
    expect(bubble(page, "The very first words.")).to_have_count(0)
    page.locator(".scroll").evaluate("element => element.scrollTo(0, 0)")
    expect(bubble(page, "The very first words.")).to_have_count(1)
    assert page.locator(".message").count() == 71
    customer.say("News from below.")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    page.get_by_role("button", name="1 new").click()
    expect(bubble(page, "News from below.")).to_be_in_viewport()
    expect(page.locator(".new-line")).to_have_count(1)


def test_a_conversation_chosen_before_the_socket_was_ready_is_live_too(agent, visitor):
    customer = visitor()
    customer.say("An early question.")
    page = agent("ben")
    held = []

    def wire(socket):
        server = socket.connect_to_server()

        def pass_on(text):
            if '"ready"' in text and not held:
                held.append(lambda: socket.send(text))
            else:
                socket.send(text)

        server.on_message(pass_on)

    page.route_web_socket("**/ws/inbox/", wire)
    page.reload()
    open_row(page, customer)
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(100)
    held[0]()
    customer.say("And what came next.")
    expect(bubble(page, "And what came next.")).to_be_visible()


def test_whoever_was_logged_out_loses_no_word(agent, visitor, log_ins):
    customer = visitor()
    customer.say("Do not forget me.")
    page = agent("ben")
    open_row(page, customer)
    page.context.clear_cookies()
    write(page, "Written after the end of the session.")
    expect(page.locator("#connection")).to_contain_text("You have been logged out")
    expect(page.get_by_role("link", name="Log in again")).to_be_visible()
    assert customer.hears() == ["Do not forget me."]

    page.context.add_cookies(log_ins("ben"))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(page)
    expect(page.locator("#connection")).to_be_empty()
    assert customer.hears()[-1] == "Written after the end of the session."

    # The late answer to something that was asked before: the page asks again before it believes it.
    with page.expect_response(lambda answer: "/inbox/all/" in answer.url):
        page.evaluate("() => document.dispatchEvent(new CustomEvent('inbox:logged-out')) && null")
    expect(page.locator("#connection")).to_be_empty()
    # It is true this time.
    page.context.clear_cookies()
    page.evaluate("() => document.dispatchEvent(new CustomEvent('inbox:logged-out')) && null")
    expect(page.locator("#connection")).to_contain_text("You have been logged out")


def test_what_one_wrote_never_goes_out_in_the_name_of_another(agent, visitor, log_ins):
    customer = visitor()
    customer.say("Who is this?")
    page = agent("ben")
    open_row(page, customer)
    page.context.add_cookies(log_ins("ada"))
    write(page, "Ben wrote this.")
    expect(page.locator("#connection")).to_contain_text("logged out")
    assert customer.hears() == ["Who is this?"]


def test_buttons_are_offered_by_keys_and_the_picked_one_stands_out(agent, visitor):
    customer, ben = visitor(), agent("ben")
    customer.say("When will it come?")
    open_row(ben, customer)
    ben.keyboard.press("r")
    ben.keyboard.type("Which day suits you?")
    offer = ben.get_by_role("button", name="Answer buttons")
    ben.keyboard.press("Tab")
    while not offer.evaluate("button => button === document.activeElement"):
        ben.keyboard.press("Tab")
    ben.keyboard.press("Enter")
    for answer in ("Tuesday", "Wednesday", "Neither"):
        ben.keyboard.type(answer)
        ben.keyboard.press("Enter")
    ben.keyboard.press("Backspace")
    expect(ben.locator(".offered li")).to_have_count(2)
    ben.locator(".mode-note").click()
    expect(ben.locator(".offer")).to_be_hidden()
    ben.locator(".mode", has_text="Reply").click()
    expect(ben.locator(".offered li")).to_have_text([re.compile("Tuesday"), re.compile("Wedn")])
    ben.locator("inbox-composer textarea").press("Control+Enter")
    settled(ben)
    expect(ben.locator(".choice")).to_have_text(["Tuesday", "Wednesday"])
    expect(ben.locator(".offer")).to_be_hidden()
    customer.say("Wednesday")
    expect(ben.locator(".choice.is-picked")).to_contain_text("Wednesday")
    ben.reload()
    expect(ben.locator(".choice.is-picked")).to_contain_text("Wednesday")


def refresh(page):
    page.evaluate("() => void document.dispatchEvent(new CustomEvent('inbox:stale'))")


def go_to_unassigned(page):
    page.keyboard.press("g")
    page.keyboard.press("u")


@pytest.mark.parametrize("ask", [refresh, go_to_unassigned])
def test_an_answer_that_was_under_way_takes_no_news_back(agent, visitor, ask):
    page, customer, held = agent("ada"), visitor(), []
    expect(page.locator("#rows .row").first).to_be_visible()

    def hold(route):
        if route.request.headers.get("hx-target") not in ("rows", "room") or held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/inbox/**", hold)
    ask(page)
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not held:
        assert time.monotonic() < ends, "the list was not asked for"
        page.wait_for_timeout(20)
    customer.say("Written while the list was on its way")
    expect(row_of(page, customer)).to_be_visible()
    route, answer = held[0]
    drawn_before = page.locator("#rows .row").first.element_handle()
    route.fulfill(response=answer)
    page.wait_for_function("row => !row.isConnected", arg=drawn_before)
    expect(row_of(page, customer)).to_be_visible()


def test_spam_goes_out_of_sight_by_one_key_and_comes_back(agent, visitor):
    spammer, ben, ada = visitor(), agent("ben"), agent("ada")
    spammer.say("Cheap watches, only today")
    expect(row_of(ada, spammer)).to_be_visible()
    open_row(ben, spammer)
    ben.keyboard.press("Escape")
    ben.keyboard.press("!")
    expect(row_of(ada, spammer)).to_have_count(0)
    spammer.say("Even cheaper")
    ada.keyboard.press("g")
    ada.keyboard.press("s")
    expect(row_of(ada, spammer)).to_contain_text("Even cheaper")
    ben.get_by_role("button", name="Undo").click()
    expect(row_of(ada, spammer)).to_have_count(0)
    expect(row_of(ben, spammer)).to_be_visible()


def test_tags_and_priority_by_keys_are_seen_by_a_colleague(agent, visitor):
    customer, ben, ada = visitor(), agent("ben"), agent("ada")
    customer.say("My money back, please")
    open_row(ben, customer)
    open_row(ada, customer)
    word = f"refund {uuid.uuid4().hex[:6]}"
    ben.keyboard.press("Escape")
    ben.keyboard.press("l")
    expect(ben.get_by_role("combobox", name="Find or make a tag")).to_be_focused()
    ben.keyboard.type(word)
    ben.keyboard.press("Enter")
    for page in (ben, ada):
        expect(row_of(page, customer)).to_contain_text(word)
        expect(page.locator("#head")).to_have_attribute("data-tags", word)
    ben.keyboard.press("Escape")
    ben.keyboard.press("s")
    ben.keyboard.press("Enter")
    expect(row_of(ada, customer)).to_contain_text("Urgent priority")
    expect(ada.locator("#head")).to_have_attribute("data-priority", "urgent")
    ben.get_by_role("button", name="Undo").last.click()
    expect(row_of(ada, customer)).not_to_contain_text("Urgent priority")
    expect(row_of(ada, customer)).to_contain_text(word)
