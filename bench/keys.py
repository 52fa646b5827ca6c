"""What an agent waits for after a key press, in a real browser: the next conversation, remembered
or not, and the own words in the thread; beside a bare page that adds one line at a key."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

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
    """`keys.next`, `keys.whole`, `keys.cold` and `keys.send`, each with `.p50` and `.p95`."""
    browser = find_browser("keys")
    if not browser:
        return
    # A held reply would show the same bubble, and leave it for the line over the composer.
    with Product(UNDO_SEND_SECONDS="0") as product:
        stage = product.run("bench.stage", "1")
        generate(product)
        address = f"http://{product.host}:{product.port}"
        session = {"name": "counterfoil_session", "value": stage["agents"][0]["session"]}
        yield from presses(browser, address, session | {"url": address})


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
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
        context.add_init_script(_WATCH)
        context.add_cookies([session])
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
    took = []
    for _ in range(WALKS):
        page.goto(address)
        page.wait_for_selector("#connection[data-state=live]", state="attached")
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
