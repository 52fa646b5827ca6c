"""Being told of a reply in a real browser: the question, the subscription, the notification.

Chromium's own push service is somewhere on the internet, so the browser's subscription is one of
the test's, at a push service on this machine; what that is sent is decrypted with its keys and
handed to the service worker as the browser would.
"""

import json
import time
import uuid
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.test_loader import Host
from tests.browser.test_messenger import Shopper
from tests.pushing import PushService

pytestmark = [pytest.mark.browser, pytest.mark.product]

# The window closes by itself: what it asked for, and what it said at last, it tells before.
SUBSCRIPTION = """
    PushManager.prototype.subscribe = async function (options) {
        await tellAsked({ ...options, hasOpener: Boolean(window.opener) });
        return { toJSON: () => (%s) };
    };
    const { close } = window;
    window.close = async () => {
        await tellLast(document.body.innerText);
        close.call(window);
    };
"""


@pytest.fixture
def push_service():
    service = PushService()
    yield service
    service.close()


def subscribing_to(context, device):
    """A list that is told what the browser's push service is asked for, then what the window says
    when it closes."""
    told = []
    for name in ("tellAsked", "tellLast"):
        context.expose_function(name, lambda said: told.append(said))
    to = device.recipient
    keys = {"p256dh": to.p256dh, "auth": to.auth}
    context.add_init_script(SUBSCRIPTION % json.dumps({"endpoint": to.endpoint, "keys": keys}))
    return told


def begin(shopper, words):
    shopper.begin(words)
    expect(shopper.bubble(words).locator(".meta")).to_contain_text("Sent")


def asked_in_window(shopper, allow=True):
    """What the visitor does: the bell, the choice, the window that opens."""
    frame, page = shopper.frame, shopper.page
    if allow:
        page.context.grant_permissions(["notifications"], origin=origin_of(frame.url))
    frame.get_by_role("button", name="Notifications").click()
    with page.expect_popup() as opened:
        frame.get_by_label("Notify me in this browser").click()
    return opened.value


def origin_of(url):
    return "/".join(url.split("/")[:3])


def until(answer, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = answer()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain")


@pytest.fixture
def shopper(window, demo):
    page = window()
    port = demo["url"].rsplit(":", 1)[1]
    return Shopper(page, f"http://localhost:{port}/demo/")


def say_to(demo, conversation, body):
    """Ben replies, through the REST API."""
    request = Request(
        f"{demo['url']}/api/v1/conversations/{conversation}/messages",
        method="POST",
        headers={
            "Authorization": f"Bearer {demo['api_tokens']['ben']}",
            "Content-Type": "application/json",
        },
        data=json.dumps({"kind": "reply", "body": body, "client_id": str(uuid.uuid4())}).encode(),
    )
    with urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def conversation_with(demo, words):
    """The id of the conversation whose newest message is this."""
    request = Request(
        f"{demo['url']}/api/v1/conversations",
        headers={"Authorization": f"Bearer {demo['api_tokens']['ben']}"},
    )
    with urlopen(request, timeout=20) as answer:
        rows = json.loads(answer.read())["results"]
    return next((row["id"] for row in rows if row["preview"]["text"] == words), None)


def test_a_reply_reaches_a_browser_that_was_asked_and_left(shopper, demo, push_service):
    device = push_service.browser(uuid.uuid4().hex)
    told = subscribing_to(shopper.page.context, device)
    begin(shopper, "Tell me when it is there")
    small = asked_in_window(shopper)
    button = small.get_by_role("button", name="Turn on notifications")
    with small.expect_event("close"):
        button.click()
    asked, last = told
    assert asked["hasOpener"] and asked["userVisibleOnly"] is True
    assert len(asked["applicationServerKey"]) == 87
    assert "You will be notified of replies in this browser." in last
    # They leave the shop, and Ben answers.
    name = until(lambda: conversation_with(demo, "Tell me when it is there"))
    shopper.page.goto("about:blank")
    say_to(demo, name, "It is **there** now")
    (shown,) = until(lambda: push_service.shown_by(device))
    assert shown["body"].endswith("\nIt is there now") and shown["tag"] == name
    assert b"there now" not in push_service.calls[-1][2]
    delivered(shopper.page.context, demo, shown)


def delivered(context, demo, shown):
    """The service worker shows it, a later one of the conversation in its place, and a click leads
    to the conversation."""
    page = context.new_page()
    page.goto(f"{demo['url']}/m/sw.js")
    session = context.new_cdp_session(page)
    registrations = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    for _ in range(100):
        # The browser's word is heard while the driver waits for the page.
        page.wait_for_timeout(100)
        ours = [row for row in registrations if row["scopeURL"].endswith("/m/")]
        if ours:
            break
    registration = ours[0]
    notes = """async () => {
        const worker = await navigator.serviceWorker.getRegistration("/m/");
        const shown = await worker.getNotifications();
        return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    }"""
    ask = context.new_page()
    ask.goto(f"{demo['url']}/m/page/{demo['app_id']}/notify/")
    ask.evaluate("async () => void (await navigator.serviceWorker.ready)")

    def pushed(body):
        """What is shown once this was pushed. A push service keeps what a busy browser does not
        take, and the driver has to say it again; two at once may overtake each other."""
        fields = {"origin": demo["url"], "registrationId": registration["registrationId"]}
        data = json.dumps(shown | {"body": body})
        session.send("ServiceWorker.deliverPushMessage", {**fields, "data": data})
        for _ in range(50):
            found = ask.evaluate(notes)
            if [row["body"] for row in found] == [body]:
                return found
            ask.wait_for_timeout(100)
        return None

    until(lambda: pushed(shown["body"]), seconds=30)
    (note,) = until(lambda: pushed("A later one"), seconds=30)
    assert (note["title"], note["tag"]) == (shown["title"], shown["tag"])
    assert note["data"]["url"] == shown["url"]
    clicked(context, ask, note, demo)
    link = shown["url"].partition("#link=")[2]
    opened = ask.evaluate(
        """async ([app, link]) => {
            const answer = await fetch("/m/api/boot", {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ app, link }),
            });
            return (await answer.json()).conversations.map((row) => row.id);
        }""",
        [demo["app_id"], link],
    )
    assert opened == [shown["tag"]]


def clicked(context, page, note, demo):
    """A click on the notification takes it away and opens its address. Only a real hand may open
    windows, so the one that it would open is written down instead."""
    worker = next(each for each in context.service_workers if each.url.endswith("/m/sw.js"))
    opened = worker.evaluate(
        """async (tag) => {
            const [notification] = await registration.getNotifications({ tag });
            const opened = new Promise((resolve) => {
                self.clients.openWindow = async (address) => resolve(address);
            });
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            return opened;
        }""",
        note["tag"],
    )
    assert opened == note["data"]["url"]
    page.goto(opened)
    frame = Host(page, demo).frame
    expect(frame.locator(".theirs .bubble").last).to_have_text("It is there now")
    count = "async () => (await (await navigator.serviceWorker.ready).getNotifications()).length"
    assert page.evaluate(count) == 0


def test_who_says_no_is_told_how_to_change_it_and_nothing_is_stored(shopper, push_service):
    begin(shopper, "No notifications for me")
    shopper.page.context.add_init_script("Notification.requestPermission = async () => 'denied';")
    small = asked_in_window(shopper, allow=False)
    small.get_by_role("button", name="Turn on notifications").click()
    small.get_by_text("Notifications are blocked here").wait_for()
    expect(shopper.frame.get_by_label("Notify me in this browser")).not_to_be_checked()
    assert push_service.calls == []


def test_a_browser_that_cannot_is_told_so(shopper):
    begin(shopper, "An old browser")
    shopper.page.context.add_init_script("delete window.PushManager;")
    small = asked_in_window(shopper, allow=False)
    small.get_by_text("This browser cannot show notifications").wait_for()


def test_the_window_talks_to_the_frame_that_opened_it_only(window, demo):
    """A hostile page opens the window itself: it hears nothing and its word counts nothing."""
    page = window()
    port = demo["url"].rsplit(":", 1)[1]
    page.goto(f"http://localhost:{port}/demo/")
    with page.expect_popup() as opened:
        page.evaluate(
            """(address) => {
                window.heard = [];
                addEventListener("message", (event) => heard.push(event.data));
                window.small = open(address, "x", "popup,width=400,height=400");
                setInterval(() => small.postMessage(
                    { type: "visitor", token: "x".repeat(40), wanted: true }, "*"), 100);
            }""",
            f"{demo['url']}/m/page/{demo['app_id']}/notify/",
        )
    small = opened.value
    small.wait_for_timeout(700)
    expect(small.get_by_role("button", name="Turn on notifications")).to_be_disabled()
    assert page.evaluate("heard.filter((data) => ['ready', 'push'].includes(data?.type))") == []


def test_the_window_is_usable_in_the_dark_at_320_pixels_and_by_keyboard(window, demo):
    page = window(viewport={"width": 320, "height": 480}, color_scheme="dark")
    page.goto(f"{demo['url']}/m/page/{demo['app_id']}/notify/")
    page.get_by_text("Please open this window from the messenger.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    expect(page.locator("#close")).to_be_focused()
