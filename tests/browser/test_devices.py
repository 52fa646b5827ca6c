"""A teammate's device in a real browser: asked for, told, clicked, taken back.

As in test_notify the subscription is one of the test's own, and what it is sent is decrypted and
handed to the service worker as the browser would.
"""

import json
import re
import uuid
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.test_notify import subscribing_to, until
from tests.pushing import PushService

pytestmark = [pytest.mark.browser, pytest.mark.product]

PATIENCE = 60
SETTINGS = "notifications/settings/"
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.getRegistration("/inbox/");
    return (await worker.getNotifications()).map(({ title, tag }) => ({ title, tag }));
}"""


@pytest.fixture
def push_service():
    service = PushService()
    yield service
    service.close()


@pytest.fixture
def bens(demo, visitor):
    """A visitor whose conversation is Ben's."""
    someone = visitor()
    someone.say(f"Do you ship lamps to {uuid.uuid4().hex[:8]}?")
    request = Request(
        f"{demo['url']}/api/v1/conversations/{someone.conversation}/assignment",
        method="PUT",
        headers={
            "Authorization": f"Bearer {demo['api_tokens']['ben']}",
            "Content-Type": "application/json",
        },
        data=json.dumps({"assignee": teammate(demo, "ben")}).encode(),
    )
    with urlopen(request, timeout=20) as answer:
        assert answer.status == 200
    return someone


def teammate(demo, name):
    request = Request(
        f"{demo['url']}/api/v1/teammates",
        headers={"Authorization": f"Bearer {demo['api_tokens'][name]}"},
    )
    with urlopen(request, timeout=20) as answer:
        rows = json.loads(answer.read())["results"]
    return next(row["id"] for row in rows if row["email"] == demo["logins"][name]["email"])


@pytest.fixture
def device(agent, demo, push_service):
    """Ben's browser, asked by a click; it is taken off his list again in the end."""
    found = push_service.browser(uuid.uuid4().hex)
    page = agent("ben", SETTINGS)
    page.context.grant_permissions(["notifications"], origin=demo["url"])
    told = subscribing_to(page.context, found)
    page.reload()
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.get_by_text("This browser notifies you from now on.")).to_be_visible()
    expect(page.locator("#devices")).to_contain_text("(this one)")
    assert told[0]["userVisibleOnly"] is True
    found.page = page
    yield found
    page.goto(f"/inbox/{SETTINGS}")
    remove = page.locator("#devices [data-this]")
    remove.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Removed.")).to_be_visible()
    expect(remove).to_have_count(0)


def deliver(demo, page, shown):
    """Hands a message to the service worker of the inbox, as the browser does."""
    session = page.context.new_cdp_session(page)
    known = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")

    def ours():
        page.evaluate("1")
        return [row for row in known if row["scopeURL"].endswith("/inbox/")]

    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": demo["url"],
            "registrationId": until(ours)[0]["registrationId"],
            "data": json.dumps(shown),
        },
    )
    session.detach()


def test_a_device_is_told_leads_there_and_is_cleared(agent, device, demo, bens, push_service):
    page = device.page
    # The page of settings is no inbox: nobody looks.
    bens.say("And how fast?")

    def news():
        return [
            each for each in push_service.shown_by(device) if each.get("tag") == bens.conversation
        ]

    shown = until(news, PATIENCE)[-1]
    assert (shown["title"], shown["body"]) == ("New message in Counterfoil", "")
    deliver(demo, page, shown)
    until(lambda: shown["tag"] in [each["tag"] for each in page.evaluate(SHOWN)], PATIENCE)

    # An inbox that is open goes there, and takes the pop-up away.
    inbox = page.context.new_page()
    inbox.goto(f"{demo['url']}/inbox/all/")
    expect(inbox.locator("#list")).to_be_visible()
    worker = next(each for each in page.context.service_workers if "/inbox/sw.js" in each.url)
    worker.evaluate(
        """async (tag) => {
            // Only a real hand may bring windows to the front.
            WindowClient.prototype.focus = async function () { return this; };
            const [notification] = await registration.getNotifications({ tag });
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        }""",
        shown["tag"],
    )
    expect(inbox).to_have_url(re.compile(bens.conversation))
    expect(inbox.get_by_text("And how fast?").last).to_be_visible()
    until(lambda: shown["tag"] not in [each["tag"] for each in page.evaluate(SHOWN)], PATIENCE)

    # Seen there, it is withdrawn on the other devices.
    gone = {"withdrawn": bens.conversation}
    until(lambda: gone in push_service.shown_by(device), PATIENCE)
    inbox.close()
    deliver(demo, page, shown)
    until(lambda: shown["tag"] in [each["tag"] for each in page.evaluate(SHOWN)], PATIENCE)
    deliver(demo, page, gone)
    until(lambda: shown["tag"] not in [each["tag"] for each in page.evaluate(SHOWN)], PATIENCE)
