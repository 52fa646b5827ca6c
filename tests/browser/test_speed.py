"""How little the inbox asks for, and how soon it shows."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]

MOST_REQUESTS = 12
MOST_BYTES = 60_000
HOUR_S = 3600
PING_S = 30


def asked_by(page):
    """What a page asks for from now on: request -> address, and -> bytes of content on the wire."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    names, sizes = {}, {}
    wire.on(
        "Network.requestWillBeSent",
        lambda e: names.update({e["requestId"]: e["request"]["url"]}),
    )
    wire.on("Network.webSocketCreated", lambda e: names.update({e["requestId"]: e["url"]}))
    # What has come with the answer's head, and what in all.
    heads = {}
    wire.on(
        "Network.responseReceived",
        lambda e: heads.update({e["requestId"]: e["response"]["encodedDataLength"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: e["encodedDataLength"] - heads[e["requestId"]]}),
    )
    return names, sizes


def test_the_first_load_of_the_inbox_keeps_its_budget(window, log_ins, demo):
    page = window(base_url=demo["url"])
    page.context.add_cookies(log_ins("ben"))
    names, sizes = asked_by(page)
    page.goto("/inbox/you/", wait_until="networkidle")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.wait_for_load_state("networkidle")
    asked = sorted(names.values())
    assert len(asked) <= MOST_REQUESTS, asked
    assert sum(".js" in address for address in asked) == 2, asked
    assert sum(".css" in address for address in asked) == 1, asked
    assert sum(address.startswith("ws") for address in asked) == 1, asked
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def shown(page, customer):
    return page.locator(f"#conversation[data-conversation={customer.conversation}]")


def asked_for(page, customer):
    """Waits until the page has fetched a conversation ahead."""
    return page.expect_response(re.compile(f"{customer.conversation}/$"))


@pytest.fixture
def walk(agent, visitor):
    """Three customers, the newest first, and a page on the first of them that has looked ahead."""
    customers = [visitor() for _ in range(3)]
    for number, customer in enumerate(customers):
        customer.say(f"Walking past number {number}.")
    third, second, first = customers
    page = agent("ben", "unassigned/")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    with asked_for(page, second), asked_for(page, third):
        page.locator(f"#row-{first.conversation} a").click()
        expect(shown(page, first)).to_be_visible()
    return page, first, second, third


def test_the_next_conversation_is_on_the_screen_within_the_key_press(walk):
    page, _, second, _ = walk
    page.wait_for_load_state("networkidle")
    took = page.evaluate(
        """() => {
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
            return document.getElementById("conversation").dataset.conversation;
        }"""
    )
    assert took == second.conversation
    expect(page).to_have_url(re.compile(second.conversation))
    expect(page.locator(f"#row-{second.conversation} a")).to_have_attribute("aria-current", "true")
    expect(page.locator(".messages")).to_contain_text("Walking past number 1.")


def test_what_was_remembered_is_made_true(walk, agent):
    page, _, second, _ = walk
    colleague = agent("ada", f"unassigned/{second.conversation}/")
    colleague.keyboard.press("n")
    colleague.keyboard.type("A note that nobody was told of.")
    colleague.keyboard.press("Control+Enter")
    expect(colleague.locator(".is-own")).to_have_count(0)
    page.keyboard.press("j")
    expect(shown(page, second)).to_be_visible()
    note = page.locator(".message", has_text="A note that nobody was told of.")
    expect(note).to_have_count(1)


def test_what_a_customer_adds_is_never_missing_from_what_is_remembered(walk):
    page, first, second, _ = walk
    second.say("And one thing more.")
    expect(page.locator(f"#row-{second.conversation}")).to_contain_text("And one thing more.")
    page.locator(f"#row-{second.conversation} a").click()
    expect(shown(page, second)).to_be_visible()
    expect(page.locator(".message", has_text="And one thing more.")).to_have_count(1)
    page.locator(f"#row-{first.conversation} a").click()
    expect(page.locator(".messages")).to_contain_text("Walking past number 2.")
    expect(page.locator(".new-line")).to_have_count(0)


def test_nothing_is_missed_between_drawing_a_conversation_and_hearing_of_it(agent, visitor):
    customer = visitor()
    customer.say("Who listens in already?")
    page = agent("ben", "unassigned/")
    held = []

    def wire(socket):
        server = socket.connect_to_server()

        def pass_on(text):
            is_watch = json.loads(text)["type"] == "watch"
            if is_watch and customer.conversation in text and not held:
                held.append(lambda: server.send(text))
            else:
                server.send(text)

        socket.on_message(pass_on)

    page.route_web_socket("**/ws/inbox/", wire)
    page.reload()
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.locator(f"#row-{customer.conversation} a").click()
    expect(shown(page, customer)).to_be_visible()
    page.wait_for_load_state("networkidle")
    colleague = agent("ada", f"unassigned/{customer.conversation}/")
    follow = colleague.locator("[data-following] button")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    assert held
    held[0]()
    expect(page.locator("#record .followers")).to_contain_text("Ada")


def test_a_thread_that_opens_asks_once_for_all_of_its_parts(agent, visitor):
    customer = visitor()
    customer.say("How often do you ask?")
    page = agent("ben", f"unassigned/{customer.conversation}/")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    # What it has just been told of is drawn by the page that comes now.
    expect(page.locator(f"#row-{customer.conversation}")).not_to_have_class(re.compile("is-unread"))
    asked = []

    def note(request):
        if request.method == "GET" and request.resource_type == "fetch":
            asked.append((request.headers.get("hx-target", ""), request.url))

    page.on("request", note)
    page.reload(wait_until="networkidle")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.wait_for_load_state("networkidle")
    own = [part for part, url in asked if customer.conversation in url]
    assert own == ["conversation"], asked
    assert {part for part, _ in asked} == {"", "bell", "conversation", "rows", "views"}


def test_an_idle_tab_asks_for_nothing_in_an_hour_and_a_burst_costs_two_requests(agent):
    page = agent("ben", "you/")
    page.clock.install()
    sockets = []

    def pretend(socket):
        sockets.append(socket)
        socket.on_message(lambda text: answer(socket, json.loads(text)))

    def answer(socket, frame):
        if frame["type"] in ("hello", "watch"):
            socket.send(json.dumps({"type": "ready", "conversation": {}}))

    page.route_web_socket(re.compile("/ws/inbox/"), pretend)
    page.reload()
    page.clock.run_for(5000)
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(HOUR_S // PING_S):
        sockets[-1].send(json.dumps({"type": "ping", "seq": {}}))
        page.clock.run_for(PING_S * 1000)
    assert asked == []
    assert len(sockets) == 1

    for number in range(100):
        gone = {"conversation": f"cv_none{number}", "version": 1, "removed": True}
        sockets[-1].send(json.dumps({"type": "conversation", **gone}))
        page.clock.run_for(10)
    page.clock.run_for(PING_S * 1000)
    page.wait_for_load_state("networkidle")
    assert 1 <= len(asked) <= 2, asked
