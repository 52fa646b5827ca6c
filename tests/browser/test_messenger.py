"""A customer's side in a real browser: the demo shop, its messenger, and who answers."""

import contextlib
import json
import os
import re
import signal
import time
import uuid
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.product]

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
LAUNCHER_FROM_CORNER = 48
# Where one writes, in a window of 1440 x 900.
COMPOSER = 1200, 774


class Shopper:
    """Somebody in the demo shop, with the messenger under their hand."""

    def __init__(self, page, address, path=""):
        self.page = page
        self.address = address
        self.visit(path)

    def visit(self, path=""):
        self.page.goto(self.address + path)
        self.ready()

    def ready(self):
        self.page.evaluate(
            """() => new Promise((resolve, reject) => {
                setTimeout(() => reject(new Error("the messenger did not get ready")), 20_000);
                window.told = { unread: [], message: [], route: [], show: 0, hide: 0 };
                const listen = () => {
                    if (!window.Counterfoil?.app) return setTimeout(listen, 20);
                    for (const name of ["unread", "message", "route"]) {
                        Counterfoil("on", name, (detail) => told[name].push(detail));
                    }
                    for (const name of ["show", "hide"]) {
                        Counterfoil("on", name, () => (told[name] += 1));
                    }
                    Counterfoil("on", "ready", resolve);
                };
                listen();
            })"""
        )

    def told(self, name):
        return self.page.evaluate(f"told.{name}")

    def click_launcher(self):
        size = self.page.viewport_size
        self.page.mouse.click(
            size["width"] - LAUNCHER_FROM_CORNER, size["height"] - LAUNCHER_FROM_CORNER
        )

    @property
    def frame(self):
        """The messenger's document; its element is in a closed shadow root."""
        self.page.wait_for_function("() => told.show > 0 || document.hidden")
        for _ in range(400):
            found = [frame for frame in self.page.frames if "/m/frame/" in frame.url]
            if found:
                return found[0]
            self.page.wait_for_timeout(50)
        raise AssertionError("the messenger's frame did not come")

    def open(self):
        self.click_launcher()
        return self.frame

    def begin(self, words):
        self.open().get_by_role("button", name="Send us a message").click()
        self.write(words)

    def write(self, words):
        box = self.frame.get_by_label("Your message")
        box.fill(words)
        box.press("Enter")

    def hands_in(self, words):
        """As `write`, without a key: of two pages only one has the keyboard for sure."""
        self.frame.get_by_label("Your message").fill(words)
        self.frame.get_by_role("button", name="Send", exact=True).click()

    def bubble(self, words):
        return self.frame.locator(".message", has_text=words)

    def reads(self, words):
        """Waits until these are the bubbles, in this order and no other."""
        expect(self.frame.locator(".bubble")).to_have_text(words, use_inner_text=True)

    def falls_silent(self):
        """This page sends nothing more: what it says while it is left slips past every route."""
        silence(self.frame)

    def is_settled(self):
        expect(self.frame.locator(".pending, .failed")).to_have_count(0)


def silence(frame):
    """No request of this document reaches the server any more."""
    frame.evaluate("() => { window.fetch = () => new Promise(() => {}); }")


@pytest.fixture
def shopper(window, demo):
    """shopper("dora"): a customer at the demo shop, signed in by the shop; shopper(): anybody."""
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"

    def arrived(name="", path="", page=None, **options):
        known = f"?as={name}" if name else ""
        return Shopper(page or window(**options), shop, path + known)

    return arrived


class Staff:
    """A teammate who answers through the REST API."""

    def __init__(self, demo, name):
        self.demo, self.name = demo, name

    def call(self, method, path, body=None):
        request = Request(
            f"{self.demo['url']}/api/v1/{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={
                "Authorization": f"Bearer {self.demo['api_tokens'][self.name]}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def find(self, words):
        """The id of the conversation whose last words these are."""
        for _ in range(200):
            for row in self.call("GET", "conversations")["results"]:
                if words in row["preview"]["text"]:
                    return row["id"]
            time.sleep(0.1)
        raise AssertionError(f"no conversation ends with {words!r}")

    def says(self, conversation, words):
        body = {"kind": "reply", "body": words, "client_id": str(uuid.uuid4())}
        return self.call("POST", f"conversations/{conversation}/messages", body)

    def hears(self, conversation):
        listed = self.call("GET", f"conversations/{conversation}/messages?limit=100")
        rows = listed.get("results") or listed.get("messages")
        said = sorted(rows, key=lambda row: row["seq"])
        return [row["body_text"] for row in said if row["kind"] == "reply"]


@pytest.fixture
def ben(demo):
    return Staff(demo, "ben")


def test_a_customer_and_an_agent_talk_and_see_each_other(shopper, agent):
    words = "Can the Harbour coat be longer?"
    customer = shopper(path="coat/")
    customer.begin(words)
    expect(customer.bubble(words).locator(".meta")).to_contain_text("Sent")

    desk = agent("ben")
    desk.locator(".row", has_text=words).locator("a").click()
    expect(desk.locator("#record")).to_contain_text("Harbour coat")
    expect(customer.bubble(words).locator(".meta")).to_contain_text("Seen")

    customer.frame.get_by_label("Your message").press_sequentially("and wider")
    expect(desk.locator(".typing")).to_contain_text("is typing")
    desk.locator("inbox-composer textarea").press_sequentially("By all means, ")
    expect(customer.frame.locator(".typing")).to_contain_text("is typing")

    desk.locator("inbox-composer textarea").fill("By all means, **ten centimeters**.")
    desk.locator("inbox-composer textarea").press("Control+Enter")
    answer = customer.bubble("By all means")
    expect(answer.locator("strong")).to_have_text("ten centimeters")
    expect(answer.locator(".who")).to_contain_text("Ben")
    expect(customer.frame.locator(".typing")).to_be_hidden()

    customer.page.reload()
    customer.ready()
    customer.open().locator(".conversation").first.click()
    expect(customer.bubble("By all means")).to_be_visible()
    expect(customer.bubble(words)).to_be_visible()


def test_every_answer_appears_once_and_in_order_without_asking_for_it(shopper, ben):
    customer = shopper()
    customer.begin("How fast are you?")
    conversation = ben.find("How fast are you?")
    customer.is_settled()
    asked = []
    customer.page.on("request", lambda request: asked.append(request.url))
    answers = [f"answer {number}" for number in range(20)]
    for answer in answers:
        ben.says(conversation, answer)
    expect(customer.frame.locator(".theirs .bubble")).to_have_text(answers)
    # A frame before the answer to what was sent, or a heartbeat before a frame, is looked into.
    looks = [url for url in asked if "/messages" in url or url.endswith("/conversations")]
    assert len(looks) < len(answers) / 4


def test_what_arrives_while_it_is_closed_is_counted_and_marked_as_new(shopper, ben):
    customer = shopper()
    customer.begin("I will look later.")
    conversation = ben.find("I will look later.")
    ben.says(conversation, "Of course.")
    expect(customer.bubble("Of course.")).to_be_visible()
    customer.page.keyboard.press("Escape")
    customer.page.wait_for_function("() => told.hide === 1")

    ben.says(conversation, "Your coat is ready.")
    ben.says(conversation, "Come by any day.")
    customer.page.wait_for_function("() => told.unread.at(-1) === 2")
    assert customer.told("message")[-1]["author"]["name"].startswith("Ben")

    customer.visit("delivery/")
    customer.page.wait_for_function("() => told.unread.length === 0 || told.unread.at(-1) === 2")
    customer.open()
    expect(customer.bubble("Come by any day.")).to_be_visible()
    new = customer.frame.locator(".rule.new")
    expect(new).to_have_text("New")
    assert new.evaluate("line => line.nextElementSibling.innerText.includes('coat is ready')")
    customer.page.wait_for_function("() => told.unread.at(-1) === 0")


def test_what_is_written_offline_survives_a_reload_and_goes_out_once_in_order(shopper, ben):
    customer = shopper()
    said = ["The first from the tunnel", "the second", "the third", "the fourth"]
    customer.begin(said[0])
    conversation = ben.find(said[0])
    customer.is_settled()
    customer.page.context.set_offline(True)
    for words in said[1:]:
        customer.write(words)
    expect(customer.bubble(said[3]).locator(".meta")).to_contain_text("when you are online")
    expect(customer.frame.get_by_role("status").filter(has_text="You are offline")).to_be_visible()

    customer.falls_silent()
    customer.page.route("**/messages", lambda route: route.abort())
    customer.page.context.set_offline(False)
    customer.visit()
    customer.page.wait_for_timeout(1500)
    assert ben.hears(conversation) == said[:1]
    customer.page.unroute("**/messages")
    # Nobody opens the messenger: what waits goes out by itself.
    for _ in range(400):
        if ben.hears(conversation) == said:
            break
        customer.page.wait_for_timeout(200)
    assert ben.hears(conversation) == said
    customer.open().locator(".conversation").first.click()
    expect(customer.bubble(said[3])).to_be_visible()
    customer.reads(said)
    customer.is_settled()


def test_a_conversation_begun_offline_is_one_conversation(shopper, ben):
    customer = shopper()
    customer.open().get_by_role("button", name="Send us a message").click()
    customer.page.context.set_offline(True)
    customer.write("a beginning in the dark")
    customer.write("and its end")
    customer.frame.get_by_role("button", name="Back").click()
    expect(customer.frame.locator(".conversation")).to_contain_text("Sending:")
    customer.page.context.set_offline(False)
    expect(customer.frame.locator(".conversation")).to_contain_text("You: and its end")
    expect(customer.frame.locator(".conversation")).to_have_count(1)
    conversation = ben.find("and its end")
    assert ben.hears(conversation) == ["a beginning in the dark", "and its end"]


def test_answers_that_are_lost_do_not_double_what_was_sent(shopper, ben):
    customer = shopper()
    lost = []

    def lose_the_answer(route):
        if route.request.method != "POST" or len(lost) >= 3:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    customer.page.route(re.compile(r"/m/api/conversations(/.*/messages)?$"), lose_the_answer)
    customer.begin("said once")
    customer.write("and once more")
    expect(customer.bubble("and once more").locator(".meta")).to_contain_text("Sent", timeout=20000)
    assert lost[0] == 201
    assert ben.hears(ben.find("and once more")) == ["said once", "and once more"]
    customer.reads(["said once", "and once more"])


def test_what_was_sent_stays_on_screen_while_other_answers_are_under_way(shopper, ben, tell):
    customer = shopper()
    page, held = customer.page, []
    page.route_web_socket("**/ws/messenger/**", lambda socket: socket.close())
    customer.begin("The first line")
    customer.is_settled()
    conversation = ben.find("The first line")
    tell(conversation, 120)
    page.route(re.compile(r"/messages\?before="), lambda route: held.append(route))
    page.reload()
    customer.ready()
    frame = customer.open()
    frame.locator(".conversation").first.click()
    expect(customer.bubble("Line 120 of the story.")).to_be_visible()
    # Older lines are asked for, and their answer takes its time.
    for _ in range(200):
        if held:
            break
        frame.locator(".log").evaluate("(log) => log.scrollTo(0, 0)")
        page.wait_for_timeout(50)
    assert held
    ben.says(conversation, "This is not here yet")
    customer.write("Standing still")
    expect(customer.bubble("Standing still")).to_be_visible()
    customer.is_settled()
    expect(customer.bubble("Standing still")).to_be_visible()
    for route in held:
        route.continue_()
    expect(customer.bubble("This is not here yet")).to_be_visible()
    newest = customer.frame.locator(".bubble")
    expect(newest.nth(-2)).to_have_text("This is not here yet")
    expect(newest.last).to_have_text("Standing still")
    # Who is at the end stays there, also when they scroll between an arrival and its picture.
    frame.locator(".log").evaluate(
        "(log) => void setInterval(() => log.dispatchEvent(new Event('scroll')), 1)"
    )
    ben.says(conversation, "One more at the end")
    expect(customer.bubble("One more at the end")).to_be_visible()
    expect(frame.locator(".latest")).to_be_hidden()


def test_a_reload_takes_no_letter_and_a_proposal_no_draft(shopper):
    customer = shopper()
    customer.open().get_by_role("button", name="Send us a message").click()
    customer.frame.get_by_label("Your message").press_sequentially("half a sent")
    # Where this browser lets the messenger keep what it must.
    customer.page.wait_for_function("() => JSON.stringify(localStorage).includes('half a sent')")
    customer.page.reload()
    customer.ready()
    customer.page.evaluate("() => Counterfoil('open', { new: true, text: 'A proposal' })")
    expect(customer.frame.get_by_label("Your message")).to_have_value("half a sent")


def test_a_page_that_the_browser_kept_comes_back_live_and_once(chromium, demo, ben):
    browser = chromium.browser_type.launch(
        executable_path=os.environ["BROWSER_PATH"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page.set_default_timeout(PATIENCE_MS)
    customer = Shopper(page, demo["url"].replace("127.0.0.1", "localhost") + "/demo/")
    customer.begin("Before I look elsewhere")
    customer.is_settled()
    conversation = ben.find("Before I look elsewhere")
    page.evaluate("() => addEventListener('pageshow', (event) => (told.kept = event.persisted))")
    page.goto(f"{demo['url']}/healthz", wait_until="commit")
    ben.says(conversation, "While you were elsewhere")
    page.evaluate("() => { setTimeout(() => history.back()) }")
    page.wait_for_function("() => window.told?.kept")
    page.wait_for_function("() => told.message.length > 0")
    ben.says(conversation, "And now that you are back")
    page.wait_for_function("() => told.message.length > 1")
    assert len(customer.told("message")) == 2
    assert page.evaluate("document.querySelectorAll('counterfoil-messenger').length") == 1
    # The driver has lost sight of the frame; a hand has not.
    page.mouse.click(*COMPOSER)
    page.keyboard.type("I am back, too")
    page.keyboard.press("Enter")
    for _ in range(100):
        heard = ben.hears(conversation)
        if len(heard) > 3:
            break
        page.wait_for_timeout(200)
    assert heard == [
        "Before I look elsewhere",
        "While you were elsewhere",
        "And now that you are back",
        "I am back, too",
    ]
    browser.close()


def test_it_sends_through_the_death_of_the_server(shopper, product, ben):
    customer = shopper()
    customer.begin("before the storm")
    customer.is_settled()
    conversation = ben.find("before the storm")
    for process in product.part("granian") + product.part("uvicorn"):
        # Some die with the one that began them.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    customer.write("in the storm")
    customer.write("still in it")
    product.until(product.is_whole, 60)
    expect(customer.bubble("still in it").locator(".meta")).to_contain_text("Sent", timeout=30000)
    assert ben.hears(conversation) == ["before the storm", "in the storm", "still in it"]
    ben.says(conversation, "after the storm")
    expect(customer.bubble("after the storm")).to_be_visible(timeout=30000)


def test_an_open_conversation_that_is_merged_leads_to_where_it_goes_on(shopper, ben):
    customer = shopper()
    customer.begin("A matter that is told twice")
    customer.is_settled()
    whole = ben.find("A matter that is told twice")
    customer.frame.get_by_role("button", name="Back").click()
    customer.frame.get_by_role("button", name="Send us a message").click()
    customer.write("The same matter once more")
    customer.is_settled()
    part = ben.find("The same matter once more")
    ben.call("PUT", f"conversations/{part}/merge", {"into": whole})
    over = customer.frame.get_by_text("This conversation was closed")
    onward = customer.frame.get_by_role("button", name="Continue the conversation")
    expect(onward).to_be_visible()
    expect(over).to_be_hidden()
    onward.click()
    expect(customer.bubble("A matter that is told twice")).to_be_visible()
    expect(customer.bubble("The same matter once more")).to_have_count(0)
    ben.call("DELETE", f"conversations/{part}/merge")
    customer.frame.get_by_role("button", name="Back").click()
    customer.frame.locator(".conversation", has_text="once more").click()
    expect(customer.bubble("The same matter once more")).to_be_visible()
    expect(onward).to_have_count(0)


def two_tabs(shopper, words):
    """Two tabs of one browser, with the same conversation on screen."""
    first = shopper()
    first.begin(words)
    first.is_settled()
    second = shopper(page=first.page.context.new_page())
    second.open().locator(".conversation").first.click()
    expect(second.bubble(words)).to_be_visible()
    return first, second


def test_two_tabs_have_one_draft_and_none_once_it_is_sent(shopper, ben):
    first, second = two_tabs(shopper, "To be written in two tabs")
    boxes = [tab.frame.get_by_label("Your message") for tab in (first, second)]
    boxes[0].fill("half a")
    expect(boxes[1]).to_have_value("half a")
    boxes[1].fill("half a sentence")
    expect(boxes[0]).to_have_value("half a sentence")
    first.frame.get_by_role("button", name="Send", exact=True).click()
    expect(first.bubble("half a sentence").locator(".meta")).to_contain_text("Sent")
    for tab, box in zip((first, second), boxes, strict=True):
        expect(tab.bubble("half a sentence")).to_have_count(1)
        expect(box).to_have_value("")
    boxes[0].fill("and the next")
    expect(boxes[1]).to_have_value("and the next")
    second.page.reload()
    second.ready()
    second.open().locator(".conversation").first.click()
    expect(second.frame.get_by_label("Your message")).to_have_value("and the next")
    assert ben.hears(ben.find("half a sentence")) == [
        "To be written in two tabs",
        "half a sentence",
    ]


def test_two_tabs_send_everything_once(shopper, ben):
    first, second = two_tabs(shopper, "from the first tab")
    first.page.context.set_offline(True)
    for number in range(5):
        first.hands_in(f"line {number}")
        second.hands_in(f"row {number}")
    first.page.context.set_offline(False)
    for tab in (first, second):
        expect(tab.frame.locator(".mine")).to_have_count(11, timeout=30000)
        tab.is_settled()
    said = ben.hears(ben.find("4"))
    assert len(said) == 11
    assert [words for words in said if "line" in words] == [f"line {n}" for n in range(5)]
    assert [words for words in said if "row" in words] == [f"row {n}" for n in range(5)]
    first.reads(said)
    second.reads(said)


def test_without_sockets_it_looks_for_answers_and_returns_to_live(shopper, ben):
    customer = shopper()
    is_cut = [True]

    def wire(socket):
        if is_cut[0]:
            socket.close()
        else:
            socket.connect_to_server()

    customer.page.route_web_socket("**/ws/messenger/", wire)
    customer.begin("no sockets here")
    conversation = ben.find("no sockets here")
    ben.says(conversation, "So we go on foot.")
    expect(customer.bubble("So we go on foot.")).to_be_visible(timeout=20000)
    notice = customer.frame.get_by_role("status").filter(has_text="No live connection")
    expect(notice).to_be_visible(timeout=20000)
    is_cut[0] = False
    expect(notice).to_be_hidden(timeout=40000)
    ben.says(conversation, "And now by wire.")
    expect(customer.bubble("And now by wire.")).to_be_visible(timeout=4000)


def test_a_refused_message_says_why_and_can_be_tried_again_or_discarded(shopper, ben):
    customer = shopper()
    customer.begin("fine")
    customer.is_settled()
    refusal = {"type": "not-allowed", "title": "Not allowed", "detail": "Not on Sundays."}
    customer.page.route(
        "**/messages",
        lambda route: route.fulfill(
            status=403, content_type="application/problem+json", json=refusal
        ),
    )
    customer.write("refused")
    customer.write("also refused")
    expect(customer.bubble("also refused").locator(".meta")).to_contain_text("Not on Sundays.")
    customer.page.unroute("**/messages")
    customer.bubble("also refused").get_by_role("button", name="Discard").click()
    expect(customer.bubble("also refused")).to_have_count(0)
    customer.bubble("refused").get_by_role("button", name="Try again").click()
    expect(customer.bubble("refused").locator(".meta")).to_contain_text("Sent")
    assert ben.hears(ben.find("refused")) == ["fine", "refused"]


def test_signing_in_keeps_the_thread_and_signing_out_leaves_nothing(shopper, window):
    customer = shopper(path="care/")
    customer.begin("I am not signed in yet.")
    customer.is_settled()
    customer.page.get_by_role("link", name="Sign in as Dora").click()
    customer.ready()
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi Dora")
    expect(frame.locator(".conversation").first).to_contain_text("I am not signed in yet.")
    frame.locator(".conversation").first.click()
    frame.get_by_label("Your message").press_sequentially("a secret draft")
    customer.page.wait_for_function("() => JSON.stringify(localStorage).includes('secret draft')")

    customer.page.get_by_role("link", name="Sign out").click()
    customer.ready()
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi there")
    expect(frame.locator(".conversation")).to_have_count(0)
    customer.page.wait_for_function("() => !JSON.stringify(localStorage).includes('secret draft')")


def test_a_tab_left_open_follows_a_sign_in_in_another(shopper, ben):
    first = shopper()
    first.begin("Who am I?")
    first.is_settled()
    shopper("dora", page=first.page.context.new_page())
    first.hands_in("Somebody else, it seems.")
    expect(first.bubble("Somebody else").locator(".meta")).to_contain_text("Sent")
    conversation = ben.find("Somebody else, it seems.")
    assert ben.call("GET", f"conversations/{conversation}")["contact"]["name"] == "Dora Lindqvist"
    ben.says(conversation, "You are Dora.")
    expect(first.bubble("You are Dora.")).to_be_visible()


def test_a_sign_out_in_one_tab_is_one_in_all(shopper):
    first = shopper("dora")
    second = shopper("dora", page=first.page.context.new_page())
    first.open()
    second.page.evaluate("() => Counterfoil('shutdown')")
    first.page.wait_for_function("() => !document.querySelector('counterfoil-messenger')")


def test_a_forged_identity_is_refused_with_words_that_a_developer_reads(shopper):
    customer = shopper()
    said = customer.page.evaluate(
        "Counterfoil('boot', { identity: 'a.b.c' }).then(() => 'in', (error) => error.message)"
    )
    assert said == "The identity is not a JSON Web Token."
    said = customer.page.evaluate("Counterfoil('fly').catch((error) => error.message)")
    assert said == "Unknown command: fly"


def test_files_go_with_a_thumbnail_and_nothing_moves(shopper, ben, tmp_path):
    from PIL import Image

    picture, paper = tmp_path / "elbow.png", tmp_path / "measures.txt"
    Image.new("RGB", (1200, 800), "#B5452C").save(picture)
    paper.write_text("Sleeve 64, chest 98")
    customer = shopper()
    customer.begin("Here is the elbow.")
    frame = customer.frame
    frame.locator("input[type=file]").set_input_files([picture, paper])
    expect(frame.locator(".file")).to_have_count(2)
    expect(frame.locator(".file progress")).to_have_count(0)
    frame.get_by_role("button", name="Remove measures.txt").click()
    expect(frame.locator(".file")).to_have_count(1)
    frame.evaluate(
        """() => {
            window.shift = 0;
            new PerformanceObserver((list) => {
                for (const { hadRecentInput, value } of list.getEntries()) {
                    if (!hadRecentInput) shift += value;
                }
            }).observe({ type: "layout-shift" });
        }"""
    )
    customer.page.route("**/messages", lambda route: (time.sleep(0.8), route.continue_()))
    frame.get_by_role("button", name="Send", exact=True).click()
    image = frame.locator(".picture img")
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    expect(image).to_have_attribute("src", re.compile("^http"))
    width = image.evaluate("async (image) => (await image.decode(), image.naturalWidth)")
    assert 260 <= width < 1200, "a thumb, sharp enough"
    assert frame.evaluate("shift") == 0
    customer.is_settled()


def test_a_long_thread_is_windowed_and_stays_in_place(shopper, ben, tell):
    customer = shopper()
    customer.begin("The beginning of a long story.")
    conversation = ben.find("The beginning of a long story.")
    tell(conversation, 260)
    customer.visit()
    customer.page.evaluate("id => Counterfoil('open', { conversation: id })", conversation)
    frame = customer.frame
    expect(customer.bubble("Line 260 of")).to_be_visible()
    log = frame.locator(".log")
    assert log.evaluate("log => log.querySelectorAll('.message').length") <= 160
    for _ in range(60):
        before = log.evaluate(
            """log => {
                const edge = log.getBoundingClientRect().top;
                const row = [...log.querySelectorAll(".message")]
                    .find((row) => row.getBoundingClientRect().bottom > edge);
                return [row.innerText, row.getBoundingClientRect().top - edge];
            }"""
        )
        if "beginning" in before[0]:
            break
        log.evaluate("log => (log.scrollTop -= 500)")
        customer.page.wait_for_timeout(120)
    expect(customer.bubble("The beginning of a long story.")).to_be_visible()
    assert log.evaluate("log => log.querySelectorAll('.message').length") <= 160

    ben.says(conversation, "The end.")
    frame.get_by_role("button", name="1 new message").click()
    expect(customer.bubble("The end.")).to_be_in_viewport()


def test_the_page_of_a_single_page_shop_is_followed(shopper):
    customer = shopper()
    customer.begin("Where am I?")
    customer.is_settled()
    customer.page.keyboard.press("Escape")
    customer.page.get_by_role("navigation").get_by_role("link", name="Care").click()
    customer.page.wait_for_function("() => told.route.length === 1")
    assert customer.told("route")[0].endswith("/demo/care/")
    customer.page.evaluate("history.pushState(null, '', '/demo/kit/?secret=1#there')")
    customer.page.wait_for_function("() => told.route.length === 2")
    assert customer.told("route")[1].endswith("/demo/kit/")


def test_it_fills_a_phone_and_closes(shopper):
    customer = shopper(**PHONE)
    customer.begin("From the tram.")
    frame = customer.frame
    assert frame.evaluate("[innerWidth, innerHeight]") == [390, 780]
    assert frame.evaluate("document.documentElement.scrollWidth") == 390
    frame.get_by_role("button", name="Close").click()
    customer.page.wait_for_function("() => told.hide === 1")


def test_the_keyboard_reaches_everything_and_escape_comes_back(shopper):
    customer = shopper()
    page = customer.page
    page.evaluate("document.querySelector('footer').tabIndex = -1")
    page.evaluate("document.querySelector('footer').focus()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    frame = customer.frame
    expect(frame.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name="Send us a message")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("Without")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("a mouse")
    page.keyboard.press("Enter")
    expect(customer.bubble("Without")).to_contain_text("a mouse")
    page.keyboard.press("Escape")
    page.wait_for_function("() => told.hide === 1")
    page.keyboard.press("Enter")
    page.wait_for_function("() => told.show === 2")
    expect(frame.get_by_label("Your message")).to_be_focused()


def test_a_page_that_refuses_storage_still_talks(window, demo, ben):
    page = window()
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
            Object.defineProperty(window, name, {
                get() { throw new DOMException("refused", "SecurityError"); },
            });
        }"""
    )
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"
    customer = Shopper(page, shop)
    customer.begin("no storage at all")
    expect(customer.bubble("no storage").locator(".meta")).to_contain_text("Sent")
    ben.says(ben.find("no storage at all"), "We hear you.")
    expect(customer.bubble("We hear you.")).to_be_visible()


HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "<a href='java\tscript:alert(1)'>click</a>",
    '"><iframe srcdoc="<script>alert(1)</script>">',
    "<style>*{display:none}</style>",
]


def test_hostile_words_stay_words(shopper, ben):
    customer = shopper()
    dialogs = []
    customer.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    customer.begin(HOSTILE[0])
    customer.is_settled()
    conversation = ben.find("alert(1)")
    for words in HOSTILE:
        customer.write(words)
        ben.says(conversation, words)
    expect(customer.frame.locator(".theirs")).to_have_count(len(HOSTILE))
    customer.is_settled()
    made = customer.frame.evaluate(
        """() => [...document.querySelectorAll(".bubble *")]
            .filter((element) => element.matches("script,img,svg:not(.icon),iframe,style")
                || /^(javascript|data):/i.test(element.getAttribute("href") || ""))
            .map((element) => element.outerHTML)"""
    )
    assert made == []
    assert dialogs == []


def test_the_frame_hears_only_its_own_page(shopper):
    customer = shopper()
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    # A message of the right words from the frame itself, not from its page.
    frame.evaluate(
        """() => {
            const { port1, port2 } = new MessageChannel();
            window.stolen = [];
            port1.onmessage = ({ data }) => stolen.push(data);
            postMessage("counterfoil:connect", "*", [port2]);
        }"""
    )
    frame.get_by_role("button", name="Messages").click()
    customer.page.wait_for_timeout(300)
    assert frame.evaluate("stolen") == []
