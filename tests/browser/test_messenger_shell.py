"""The frame around a conversation: home, list, composer, notices, and what stays on the device."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_messenger import Shopper, Staff

pytestmark = [pytest.mark.browser, pytest.mark.product]

LINKS = [{"title": "Track an order", "url": "https://parcels.example/track"}]


@pytest.fixture
def shopper(window, demo):
    """shopper("dora", settings={…}): a customer whose messenger was set up that way."""
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"

    def arrived(name="", page=None, settings=None, contact=None, **options):
        page = page or window(**options)

        def boot(route):
            answer = route.fetch()
            session = answer.json()
            if answer.ok:
                session["settings"].update(settings or {})
                session["contact"].update(contact or {})
            route.fulfill(response=answer, json=session)

        if settings or contact:
            page.route("**/m/api/boot", boot)
        return Shopper(page, shop, f"?as={name}" if name else "")

    return arrived


@pytest.fixture
def ben(demo):
    return Staff(demo, "ben")


def keeps(customer, *words, is_kept=True):
    """Waits until all of these are on the device, or none; it is the page that keeps them where a
    frame has no storage of its own."""
    customer.page.wait_for_function(
        """([words, isKept]) => {
            const kept = Object.entries(localStorage).join();
            return words.every((word) => kept.includes(word) === isKept);
        }""",
        arg=[words, is_kept],
    )


def drop(page, frame, name="sleeve.txt", is_taken=True):
    """A file is carried over the messenger, which says whether it takes any, and let go."""
    events = """(kind, name) => {
        const carried = new DataTransfer();
        carried.items.add(new File(["64 cm"], name, { type: "text/plain" }));
        const options = { dataTransfer: carried, bubbles: true, cancelable: true };
        const event = new DragEvent(kind, options);
        document.querySelector("h1").dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    assert frame.evaluate(f"({events})('dragover', {json.dumps(name)})")
    if is_taken:
        expect(frame.locator(".dropzone")).to_be_visible()
    assert frame.evaluate(f"({events})('drop', {json.dumps(name)})")
    expect(frame.locator(".dropzone")).to_be_hidden()


# ---- Home and the list ---------------------------------------------------------------------------


def test_home_says_who_answers_and_when_and_leads_on(shopper):
    said = {
        "reply_time": "Usually replies in 2 minutes",
        "office_hours": "Monday to Friday, 9:00 to 17:00",
        "home_links": LINKS,
    }
    frame = shopper("dora", settings=said).open()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi Dora,")
    expect(frame.locator("button.start")).to_contain_text(said["reply_time"])
    expect(frame.locator(".team")).to_contain_text(said["office_hours"])
    expect(frame.locator(".team .avatar")).to_have_count(3)
    link = frame.get_by_role("link", name="Track an order")
    expect(link).to_have_attribute("href", LINKS[0]["url"])
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_a_link_of_a_bad_kind_leads_nowhere(shopper):
    links = [{"title": "Bad", "url": "javascript:alert(1)"}]
    frame = shopper(settings={"home_links": links}).open()
    row = frame.locator(".links a")
    expect(row).to_have_text("Bad")
    assert row.get_attribute("href") == ""


def test_where_nobody_may_begin_home_says_so_and_open_leads_there(shopper):
    customer = shopper("dora", settings={"can_start": False})
    frame = customer.open()
    expect(frame.get_by_text("New conversations cannot be started here")).to_be_visible()
    expect(frame.get_by_role("button", name="Send us a message")).to_have_count(0)
    customer.page.evaluate("() => Counterfoil('open', { new: true, text: 'May I?' })")
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi Dora")
    frame.get_by_role("button", name="Messages").click()
    expect(frame.get_by_role("button", name="Send us a message")).to_be_hidden()
    frame.locator(".conversation").first.click()
    expect(frame.get_by_label("Your message")).to_be_enabled()


def test_several_conversations_stand_side_by_side_with_their_news(shopper, ben):
    customer = shopper()
    customer.begin("The first matter")
    customer.is_settled()
    first = ben.find("The first matter")
    frame = customer.frame
    frame.get_by_role("button", name="Back").click()
    frame.get_by_role("button", name="Send us a message").click()
    customer.write("The second matter")
    customer.is_settled()
    second = ben.find("The second matter")
    frame.get_by_role("button", name="Back").click()
    frame.get_by_role("button", name="Messages").click()
    ben.says(first, "An answer to the first")
    rows = frame.locator(".conversation")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("An answer to the first")
    expect(rows.nth(0)).to_contain_text("1 unread message")
    expect(rows.nth(1)).to_contain_text("You: The second matter")
    expect(frame.locator(".tabs .dot")).to_have_text("Messages")

    ben.call("POST", f"conversations/{second}/closure", {})
    expect(rows.filter(has_text="second matter").locator(".tag")).to_have_text("Closed")


def test_earlier_conversations_come_on_request_and_a_failure_can_be_tried_again(shopper, window):
    earlier = {
        "id": "cnv_earlier",
        "status": "closed",
        "can_rate": True,
        "rating": None,
        "assignee": {"name": "Cleo", "avatar": None, "initials": "CM"},
        "preview": "Thank you!",
        "preview_author": {"type": "contact", "name": "Dora"},
        "unread": 0,
        "last_seq": 2,
        "read_seq": 2,
        "seen_seq": 2,
        "updated_at": "2024-05-01T10:00:00+00:00",
        "created_at": "2024-05-01T10:00:00+00:00",
    }
    is_down = [True]

    def listed(route):
        if "cursor=older" not in route.request.url:
            answer = route.fetch()
            return route.fulfill(response=answer, json=answer.json() | {"next": "older"})
        if is_down[0]:
            return route.fulfill(status=500, json={})
        return route.fulfill(json={"conversations": [earlier], "next": None})

    page = window()
    page.route(re.compile("/m/api/conversations($|\\?)"), listed)
    frame = shopper("dora", page=page).open()
    frame.get_by_role("button", name="Messages").click()
    more = frame.get_by_role("button", name="Show earlier conversations")
    # With the list, so all that is above it stands there too.
    expect(more).to_be_visible()
    before = frame.locator(".conversation").count()
    more.click()
    again = frame.get_by_role("button", name="Try again")
    expect(again).to_be_enabled()
    is_down[0] = False
    again.click()
    expect(frame.locator(".conversation")).to_have_count(before + 1)
    expect(again).to_be_hidden()
    oldest = frame.locator(".conversation").last
    expect(oldest).to_contain_text("Cleo")
    expect(oldest).to_contain_text("How did we do?")


def test_who_never_wrote_finds_an_empty_list_and_a_way_to_begin(shopper):
    frame = shopper().open()
    frame.get_by_role("button", name="Messages").click()
    expect(frame.get_by_text("No conversations yet.")).to_be_visible()
    frame.get_by_role("button", name="Send us a message").click()
    expect(frame.get_by_label("Your message")).to_be_focused()


# ---- Writing -------------------------------------------------------------------------------------


def begun(customer):
    customer.open().get_by_role("button", name="Send us a message").click()
    return customer.frame, customer.frame.get_by_label("Your message")


def test_emoji_are_chosen_by_keyboard_and_those_used_come_first(shopper):
    customer = shopper()
    frame, box = begun(customer)
    box.fill("Fine :)")
    page = customer.page
    page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name="Emoji")).to_be_focused()
    page.keyboard.press("Enter")
    sheet = frame.get_by_role("dialog", name="Emoji")
    expect(sheet.get_by_role("button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    second = sheet.get_by_role("button").nth(1)
    expect(second).to_be_focused()
    chosen = second.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value(f"Fine :){chosen}")
    frame.get_by_role("button", name="Emoji").click()
    expect(sheet.get_by_role("button").first).to_have_text(chosen)
    box.press("Enter")
    expect(sheet).to_have_count(0)
    expect(customer.bubble("Fine :)")).to_contain_text(chosen)
    customer.is_settled()
    assert customer.told("hide") == 0


def test_enter_sends_but_not_while_a_word_is_composed(shopper):
    customer = shopper()
    _frame, box = begun(customer)
    box.fill("にほん")
    box.evaluate(
        """box => {
            const options = { key: "Enter", bubbles: true, cancelable: true };
            box.dispatchEvent(new KeyboardEvent("keydown", { ...options, isComposing: true }));
            box.dispatchEvent(new KeyboardEvent("keydown", { ...options, keyCode: 229 }));
        }"""
    )
    expect(box).to_have_value("にほん")
    box.press("Shift+Enter")
    expect(box).to_have_value("にほん\n")
    box.press("Enter")
    expect(customer.bubble("にほん")).to_be_visible()
    expect(box).to_have_value("")
    expect(customer.frame.locator(".message")).to_have_count(1)


def test_the_box_grows_with_the_text_and_stops(shopper):
    _frame, box = begun(shopper())
    height = "box => box.getBoundingClientRect().height"
    one = box.evaluate(height)
    box.fill("one\ntwo\nthree")
    three = box.evaluate(height)
    box.fill("line\n" * 60)
    assert one < three < box.evaluate(height) < 200


def test_each_conversation_keeps_its_own_draft(shopper, ben):
    customer = shopper()
    customer.begin("With a draft")
    customer.is_settled()
    frame = customer.frame
    box = frame.get_by_label("Your message")
    box.fill("half a thought")
    frame.get_by_role("button", name="Back").click()
    frame.get_by_role("button", name="Send us a message").click()
    expect(box).to_have_value("")
    box.fill("another beginning")
    frame.get_by_role("button", name="Back").click()
    frame.get_by_role("button", name="Send us a message").click()
    expect(box).to_have_value("another beginning")
    customer.visit()
    customer.open().locator(".conversation").first.click()
    expect(customer.frame.get_by_label("Your message")).to_have_value("half a thought")


def test_a_pasted_picture_and_a_dropped_file_are_attached(shopper):
    customer = shopper()
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    # Dropped at home, a file begins a conversation.
    drop(customer.page, frame)
    expect(frame.locator(".file")).to_contain_text("sleeve.txt")
    frame.get_by_label("Your message").evaluate(
        """async (box) => {
            const canvas = new OffscreenCanvas(8, 8);
            canvas.getContext("2d").fillRect(0, 0, 8, 8);
            const clipboardData = new DataTransfer();
            const blob = await canvas.convertToBlob();
            clipboardData.items.add(new File([blob], "cut.png", { type: "image/png" }));
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
        }"""
    )
    expect(frame.locator(".file")).to_have_count(2)
    expect(frame.locator(".file img")).to_have_count(1)
    frame.get_by_role("button", name="Remove cut.png").click()
    expect(frame.locator(".file")).to_have_count(1)


def test_where_files_are_not_wanted_there_is_no_button_and_a_drop_does_nothing(shopper):
    customer = shopper(settings={"can_upload": False})
    frame, _box = begun(customer)
    expect(frame.get_by_role("button", name="Attach files")).to_be_hidden()
    drop(customer.page, frame, is_taken=False)
    expect(frame.locator(".file")).to_have_count(0)


def test_a_text_that_is_too_long_is_not_sent_and_says_by_how_much(shopper):
    frame, box = begun(shopper())
    box.fill("ü" * 20_000)
    expect(frame.get_by_role("alert")).to_contain_text("too long by")
    expect(frame.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    box.press("Enter")
    expect(frame.locator(".message")).to_have_count(0)
    box.fill("short")
    expect(frame.get_by_role("alert")).to_be_hidden()
    expect(frame.get_by_role("button", name="Send", exact=True)).to_be_enabled()


def test_somebody_who_was_blocked_reads_but_does_not_write(shopper):
    frame = shopper("dora", contact={"is_blocked": True}).open()
    frame.locator(".conversation").first.click()
    box = frame.get_by_label("Your message")
    expect(box).to_be_disabled()
    expect(box).to_have_attribute("placeholder", "You cannot write here any more.")
    expect(frame.locator(".message").first).to_be_visible()


# ---- Notices -------------------------------------------------------------------------------------

SILENT = """
    window.heard = 0;
    window.AudioContext = class {
        state = "running";
        currentTime = 0;
        destination = {};
        createGain() {
            const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
            return { gain, connect: (next) => next };
        }
        createOscillator() {
            return { frequency: {}, connect: (next) => next, start: () => heard++, stop() {} };
        }
        close() {}
    };
"""


def test_a_sound_is_heard_when_asked_for_and_only_for_what_is_not_seen(shopper, ben, window):
    page = window()
    page.add_init_script(SILENT)
    customer = shopper(page=page)
    customer.begin("Call me by sound")
    customer.is_settled()
    conversation = ben.find("Call me by sound")
    frame = customer.frame
    frame.get_by_role("button", name="Close").click()
    ben.says(conversation, "Unasked")
    page.wait_for_function("() => told.unread.at(-1) === 1")
    assert frame.evaluate("heard") == 0

    customer.click_launcher()
    expect(customer.bubble("Unasked")).to_be_visible()
    frame.get_by_role("button", name="Notifications").click()
    frame.get_by_label("Sound for new messages").check()
    tried = frame.wait_for_function("() => heard", polling=100).json_value()
    ben.says(conversation, "Seen")
    expect(customer.bubble("Seen")).to_be_visible()
    assert frame.evaluate("heard") == tried
    frame.get_by_role("button", name="Close").click()
    ben.says(conversation, "Heard")
    # By the clock: a hidden frame has no pictures to be asked at.
    frame.wait_for_function(f"() => heard > {tried}", polling=100)
    keeps(customer, '"sound":true')


def test_the_menu_closes_before_the_messenger_does(shopper):
    customer = shopper(settings={"push": None})
    customer.begin("Where is the bell?")
    frame = customer.frame
    bell = frame.get_by_role("button", name="Notifications")
    bell.click()
    expect(frame.get_by_label("Sound for new messages")).not_to_be_checked()
    expect(frame.get_by_label("Notify me in this browser")).to_have_count(0)
    bell.press("Escape")
    expect(frame.get_by_role("group", name="Notifications")).to_have_count(0)
    expect(bell).to_be_focused()
    assert customer.told("hide") == 0
    bell.press("Escape")
    customer.page.wait_for_function("() => told.hide === 1")


ASKING = """<!doctype html><script>
    onmessage = ({ data }) => {
        const isRight = data.type === "visitor" && data.token && data.wanted;
        opener.postMessage({ type: "push", state: isRight ? "on" : "off" }, location.origin);
    };
    opener.postMessage({ type: "ready" }, location.origin);
</script>"""


def test_a_window_of_our_own_asks_for_notifications_and_its_answer_is_shown(shopper):
    customer = shopper("dora", settings={"push": {"public_key": "B"}})
    page = customer.page
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(content_type="text/html", body=ASKING)

    page.context.route("**/m/page/*/notify/**", answer)
    frame = customer.open()
    frame.locator(".conversation").first.click()
    frame.get_by_role("button", name="Notifications").click()
    box = frame.get_by_label("Notify me in this browser")
    expect(box).not_to_be_checked()
    box.click()
    expect(box).to_be_checked()
    assert asked[0].startswith(customer.address.split("/demo")[0].replace("localhost", "127.0.0.1"))
    keeps(customer, '"push":true')


def test_who_waits_for_an_answer_may_leave_an_address(shopper, ben):
    customer = shopper()
    sent = []

    def put(route):
        sent.append(route.request.post_data_json["email"])
        if len(sent) > 1:
            return route.fulfill(json={})
        refusal = {"type": "validation", "title": "Invalid", "detail": "Not this address."}
        return route.fulfill(status=400, content_type="application/problem+json", json=refusal)

    customer.page.route("**/m/api/email", put)
    customer.begin("I may leave soon.")
    frame = customer.frame
    field = frame.get_by_label("Your e-mail address")
    field.fill("maya@")
    field.press("Enter")
    expect(frame.get_by_text("does not look like an e-mail address")).to_be_visible()
    expect(field).to_be_focused()
    assert sent == []
    field.fill("maya@globex.example")
    field.press("Enter")
    expect(frame.get_by_text("Not this address.")).to_be_visible()
    field.press("Enter")
    expect(frame.get_by_role("status").filter(has_text="answers go to maya@")).to_be_visible()
    assert sent == ["maya@globex.example"] * 2


def test_an_address_is_asked_for_once_and_not_of_those_who_were_answered(shopper, ben):
    customer = shopper()
    customer.begin("No address from me.")
    frame = customer.frame
    card = frame.locator(".offer")
    frame.get_by_role("button", name="Not now").click()
    expect(card).to_have_count(0)
    customer.visit()
    customer.open().locator(".conversation").first.click()
    expect(customer.bubble("No address")).to_be_visible()
    expect(customer.frame.locator(".offer")).to_have_count(0)

    other = shopper()
    other.begin("Answer me first.")
    expect(other.frame.locator(".offer")).to_be_visible()
    ben.says(ben.find("Answer me first."), "Here I am.")
    expect(other.bubble("Here I am.")).to_be_visible()
    expect(other.frame.locator(".offer")).to_be_hidden()


# ---- The frame as a whole ------------------------------------------------------------------------


def test_a_refusal_is_said_in_words_and_can_be_tried_again(shopper):
    customer = shopper("dora")
    page = customer.page
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi Dora")
    expired = {"type": "not-authenticated", "title": "No", "detail": "Expired."}
    refusal = {"type": "not-allowed", "title": "No", "detail": "This identity has ended."}
    boots = []

    def refuse(route):
        boots.append(route.request.url)
        route.fulfill(status=403, content_type="application/problem+json", json=refusal)

    page.route("**/m/api/boot", refuse)
    page.route("**/m/api/conversations*", lambda route: route.fulfill(status=401, json=expired))
    frame.get_by_role("button", name="Messages").click()
    alert = frame.get_by_role("alert")
    expect(alert).to_contain_text("This identity has ended.")
    asked = len(boots)
    page.wait_for_timeout(3000)
    assert len(boots) == asked
    page.unroute("**/m/api/boot")
    page.unroute("**/m/api/conversations*")
    alert.get_by_role("button", name="Try again").click()
    expect(frame.locator(".conversation").first).to_be_visible()


def test_what_one_person_left_is_not_there_for_the_next(shopper):
    customer = shopper("dora")
    frame = customer.open()
    frame.locator(".conversation").first.click()
    box = frame.get_by_label("Your message")
    box.fill("between us")
    frame.get_by_role("button", name="Emoji").click()
    frame.get_by_role("dialog", name="Emoji").get_by_role("button").first.click()
    frame.get_by_role("button", name="Notifications").click()
    frame.get_by_label("Sound for new messages").check()
    keeps(customer, "between us", '"sound":true', '"emoji":[')

    emil = shopper("emil", page=customer.page)
    frame = emil.open()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Hi Emil")
    keeps(emil, "between us", "sound", "emoji", is_kept=False)

    again = shopper("dora", page=customer.page)
    frame = again.open()
    frame.locator(".conversation").first.click()
    expect(frame.locator(".message").first).to_be_visible()
    expect(frame.get_by_label("Your message")).to_have_value("")
    frame.get_by_role("button", name="Notifications").click()
    expect(frame.get_by_label("Sound for new messages")).not_to_be_checked()
