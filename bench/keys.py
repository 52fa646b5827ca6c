"""What an agent waits for after a key press, in a real browser: the next conversation, remembered
or not, and the own words in the thread; beside a bare page that adds one line at a key. And what a
long list costs: the same key, and a row that changes, beside a list of one page."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.request import Request, urlopen

import psycopg2

from bench.figures import Figure, percentile, say
from bench.product import Product
from bench.widget import find_browser
from config import env

CONVERSATIONS = 1_000
# One walk down a list stays within its first page.
WALKS, STEPS = 2, 20
ROUNDS = WALKS * STEPS
AHEAD = 3
# Somebody reads for a moment: what was painted from memory has been checked by then.
REST_MS = 400
# As many rows as a list holds, and as it begins with.
LONG, SHORT = 300, 25
CHANGES = 25
# What asks a page whether it is done takes its time from it: nothing does before it mostly is.
LEAVE_ALONE_S = 0.25

_BARE = """data:text/html,<!doctype html><main></main><script>
addEventListener("keydown", () => document.querySelector("main").replaceChildren(
    Object.assign(document.createElement("p"), { className: "is-own", textContent: "Done" })));
</script>"""
# time(key, selector, first): how long it is from the press of the key until the frame is painted in
# which the selector finds something; `isAtOnce` when `first` did before the press had been handled.
_WATCH = """
window.fetched = new Set();
new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) fetched.add(name);
}).observe({ type: "resource" });
window.time = (key, selector, first) => {
    window.took = null;
    let pressedAt = 0;
    const painted = () => { window.took = performance.now() - pressedAt; };
    const look = () => {
        if (!pressedAt || !document.querySelector(selector)) return;
        watcher.disconnect();
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = painted;
            port2.postMessage(null);
        });
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, {
        childList: true, subtree: true, attributeFilter: ["data-waits"],
    });
    const pressed = (event) => { if (event.key === key) pressedAt = event.timeStamp; };
    const handled = (event) => {
        if (event.key !== key) return;
        window.isAtOnce = document.querySelector(first) !== null;
        removeEventListener("keydown", pressed, { capture: true });
        removeEventListener("keydown", handled);
    };
    addEventListener("keydown", pressed, { capture: true });
    addEventListener("keydown", handled);
};
window.stalls = 0;
new PerformanceObserver((list) => { stalls += list.getEntries().length; })
    .observe({ type: "longtask" });
// change(id): how long it is from the moment a frame of this conversation has come until its row is
// painted at the head of the list.
window.change = (id) => {
    window.took = null;
    window.expected = id;
    window.heardAt = 0;
    const watcher = new MutationObserver(() => {
        if (!heardAt || document.querySelector("#rows .row")?.dataset.conversation !== id) return;
        watcher.disconnect();
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => { window.took = performance.now() - heardAt; };
            port2.postMessage(null);
        });
    });
    watcher.observe(document.querySelector("#rows"), { childList: true });
};
window.WebSocket = class extends WebSocket {
    constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
            if (window.expected && !heardAt && data.includes(expected)) heardAt = performance.now();
        });
    }
};
window.ahead = () => {
    const rows = [...document.querySelectorAll("#rows .row")];
    return rows.slice(rows.findIndex((row) => row.querySelector("[aria-current=true]")) + 1);
};
"""
_IS_AHEAD = """(far) => ahead().slice(0, far).every(
    (row) => fetched.has(row.querySelector(".row-link").href)
)"""
# The customer beside the thread, who may follow it by a frame.
_RECORD = " .record-body:not([data-waits])"
# What a browser says of a page that comes back from its own memory: ours forgets all of its own.
_FORGET = """() => {
    fetched.clear();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """`keys.next`, `keys.whole`, `keys.cold`, `keys.send`, `keys.long` and `list.live`, each with
    `.p50` and `.p95`, and `list.stalls`."""
    browser = find_browser("keys")
    if not browser:
        return
    # A held reply would show the same bubble, and leave it for the line over the composer.
    with Product(UNDO_SEND_SECONDS="0") as product:
        stage = product.run("bench.stage", "1")
        generate(product)
        address = f"http://{product.host}:{product.port}"
        session = {"name": "counterfoil_session", "value": stage["agents"][0]["session"]}
        if "keys" in wants:
            yield from presses(browser, address, session | {"url": address})
        reopen(product)
        token = stage["agents"][0]["token"]
        yield from lists(browser, address, session | {"url": address}, token)


def reopen(product: Product) -> None:
    """Opens as many conversations as a long list has rows, and some more."""
    with psycopg2.connect(product.database) as line, line.cursor() as cursor:
        cursor.execute(
            "UPDATE inbox_conversation SET status = 'open', closed_at = NULL WHERE id IN (SELECT id"
            " FROM inbox_conversation WHERE status = 'closed' ORDER BY last_message_at DESC"
            f" LIMIT {LONG + 2 * CHANGES})"
        )
    line.close()


def generate(product: Product) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.generate", str(CONVERSATIONS)],
        cwd=env.BASE_DIR,
        env={**product.environment, "DATABASE_URL": product.database},
        check=True,
    )


def presses(browser: str, address: str, session: Any) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium, context = opened(playwright, browser, session)
        page, bare = context.new_page(), context.new_page()
        bare.goto(_BARE)
        bare.bring_to_front()
        floor = [press(bare, "j", ".is-own") for _ in range(ROUNDS)]
        page.bring_to_front()
        took = {
            "next": walked(page, f"{address}/inbox/all/", is_cold=False),
            "whole": walked(page, f"{address}/inbox/all/", is_cold=False, part=_RECORD),
            "cold": walked(page, f"{address}/inbox/all/", is_cold=True),
            "send": sent(page),
        }
        chromium.close()
    say(f"{ROUNDS} presses of each kind")
    for name, times in took.items():
        for percent in (50, 95):
            ours, theirs = percentile(times, percent), percentile(floor, percent)
            yield Figure(f"keys.{name}.p{percent}", ours, "ms", theirs, ours / theirs)


def opened(playwright: Any, browser: str, session: Any) -> tuple[Any, Any]:
    """A browser, and the window of an agent in it."""
    chromium = playwright.chromium.launch(
        executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
    )
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    context.add_init_script(_WATCH)
    context.add_cookies([session])
    return chromium, context


def lists(browser: str, address: str, session: Any, token: str) -> Iterator[Figure]:
    """A list of many rows beside a list of one page, in turn."""
    from playwright.sync_api import sync_playwright

    pressed: dict[int, list[float]] = {LONG: [], SHORT: []}
    changed: dict[int, list[float]] = {LONG: [], SHORT: []}
    stalls = {LONG: 0, SHORT: 0}
    with sync_playwright() as playwright:
        chromium, context = opened(playwright, browser, session)
        page = context.new_page()
        for _ in range(WALKS):
            for rows in (SHORT, LONG):
                pressed[rows] += walk(page, f"{address}/inbox/all/", rows=rows)
                changed[rows] += changes(page, address, token)
                page.mouse.move(400, 600)
                for _ in range(30):
                    page.mouse.wheel(0, 800)
                    page.wait_for_timeout(20)
                stalls[rows] += page.evaluate("stalls")
        chromium.close()
    for name, times in (("keys.long", pressed), ("list.live", changed)):
        for percent in (50, 95):
            ours, theirs = percentile(times[LONG], percent), percentile(times[SHORT], percent)
            yield Figure(f"{name}.p{percent}", ours, "ms", theirs, ours / theirs)
    # A task of the page that takes more than 50 ms, as browsers count them.
    yield Figure("list.stalls", stalls[LONG], "tasks", stalls[SHORT])


def changes(page: Any, address: str, token: str) -> list[float]:
    """Replies by the API, each of which brings the row that was tenth to the head of the list."""
    took = []
    page.evaluate("() => document.querySelector('#rows').scrollTo(0, 0)")
    for number in range(CHANGES):
        name = page.locator("#rows .row").nth(9).get_attribute("data-conversation")
        page.evaluate("(id) => change(id)", name)
        words = {
            "kind": "reply",
            "body": f"It is on its way, for the {number}. time.",
            "client_id": str(uuid.uuid4()),
            "override": True,
        }
        request = Request(
            f"{address}/api/v1/conversations/{name}/messages",
            data=json.dumps(words).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urlopen(request):
            page.wait_for_function("() => took !== null", polling=50)
        took.append(float(page.evaluate("took")))
    return took


def press(page: Any, keys: str, selector: str, first: str = "") -> float:
    """Milliseconds from the press until what the selector finds is painted."""
    arguments = [keys.split("+")[-1], selector, first or selector]
    page.evaluate("(each) => time(...each)", arguments)
    page.keyboard.press(keys)
    time.sleep(LEAVE_ALONE_S)
    page.wait_for_function("() => took !== null", polling=50)
    return float(page.evaluate("took"))


def walked(page: Any, address: str, *, is_cold: bool, part: str = "") -> list[float]:
    """Down a list by `j`, until a part of the next conversation, or else its thread, is painted;
    cold: with nothing remembered of what comes."""
    walks = [walk(page, address, is_cold=is_cold, part=part) for _ in range(WALKS)]
    return [each for took in walks for each in took]


def walk(
    page: Any, address: str, *, is_cold: bool = False, part: str = "", rows: int = SHORT
) -> list[float]:
    """One walk down a list, of which so many rows have been loaded."""
    took = []
    page.goto(address)
    page.wait_for_selector("#connection[data-state=live]", state="attached")
    while page.locator("#rows .row").count() < rows:
        page.evaluate("() => document.querySelector('#rows').scrollTo(0, 1e6)")
        page.wait_for_timeout(50)
    page.evaluate("() => document.querySelector('#rows').scrollTo(0, 0)")
    page.locator("#rows .row-link").first.click()
    for _ in range(STEPS):
        page.wait_for_function(_IS_AHEAD, arg=AHEAD, polling=50)
        page.wait_for_timeout(REST_MS)
        if is_cold:
            page.evaluate(_FORGET)
        following = page.evaluate("ahead()[0].dataset.conversation")
        shown = f'#conversation[data-conversation="{following}"]'
        took.append(press(page, "j", shown + part, shown))
        if page.evaluate("isAtOnce") == is_cold:
            raise RuntimeError("what was remembered is not what was to be")
    return took


def sent(page: Any) -> list[float]:
    """Replies in the conversation on screen, each when the one before has been stored."""
    took = []
    page.keyboard.press("r")
    for number in range(ROUNDS):
        page.keyboard.type(f"Your parcel is on its way, for the {number}. time.")
        page.wait_for_timeout(REST_MS)
        took.append(press(page, "Control+Enter", ".messages .is-own"))
        page.wait_for_selector(".messages .is-own", state="detached")
    return took
