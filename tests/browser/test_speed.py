"""How little the inbox asks for, and how soon it shows."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.product]

MOST_REQUESTS = 12
MOST_BYTES = 110_000


def asked_by(page):
    """What a page asks for from now on: address -> bytes on the wire, nothing cached."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    names, sizes = {}, {}
    wire.on(
        "Network.requestWillBeSent",
        lambda e: names.update({e["requestId"]: e["request"]["url"]}),
    )
    wire.on("Network.webSocketCreated", lambda e: names.update({e["requestId"]: e["url"]}))
    wire.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
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
    assert sum(".js" in address for address in asked) == 3, asked
    assert sum(".css" in address for address in asked) == 1, asked
    assert sum(address.startswith("ws") for address in asked) == 1, asked
    assert sum(sizes.values()) <= MOST_BYTES, sizes
