"""What the messenger costs a page: bytes over the wire, and the time until it can be used on a slow
machine, beside a bare frame with one button in the same browser."""

import http.server
import os
import re
import shutil
import statistics
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import psycopg2

from bench.figures import Figure, compared, percentile, say
from bench.product import Product

ROUNDS, OPENINGS = 3, 5
# A hand is on the launcher for about so long before it presses.
REACH_MS = 250
LAUNCHER_FROM_CORNER = 48
SLOWER = 6
LOOK_MS, GIVE_UP_MS = 300, 60_000
BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable")

_BARE = "<!doctype html><main><button class=start>Send us a message</button></main>"
# Marks when the first thing that one can use has been painted.
_WATCH = """
if (parent !== self) {
    const look = () => {
        if (!document.querySelector("main .start")) return;
        watcher.disconnect();
        requestAnimationFrame(() => setTimeout(() => {
            window.usableAt = performance.timeOrigin + performance.now();
        }));
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { childList: true, subtree: true });
}
"""
_OPEN = "() => { window.from = performance.timeOrigin + performance.now(); Counterfoil('open'); }"
_FROM = "() => { window.from = performance.timeOrigin + performance.now(); }"
_OPEN_BARE = """() => {
    window.from = performance.timeOrigin + performance.now();
    document.body.append(Object.assign(document.createElement("iframe"), { src: "/bare" }));
}"""


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """`widget.bytes` with its parts, then `widget.open` where there is a browser: by command, again
    on a second page, and from the press of a mouse that had come near."""
    with Product() as product:
        stage = product.run("bench.stage", "1")
        yield from sizes(product, stage["app"])
        if browser := find_browser("widget.open"):
            with host(product, stage["app"]) as address:
                yield from openings(browser, address)


def sizes(product: Product, app: str) -> Iterator[Figure]:
    base = f"http://{product.host}:{product.port}"
    frame = f"{base}/m/frame/?app={app}&locale=en"
    text = fetched(frame, "identity").decode()
    (styles,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    (script,) = re.findall(r'<script type="module" src="([^"]+)"', text)
    parts = {
        "loader": f"{base}/m/loader.js",
        "document": frame,
        "styles": base + styles,
        "script": base + script,
    }
    found = {name: len(fetched(address, "br")) for name, address in parts.items()}
    yield Figure("widget.bytes", sum(found.values()), "bytes")
    for name, size in found.items():
        yield Figure(f"widget.bytes.{name}", size, "bytes")


def fetched(address: str, coding: str) -> bytes:
    with urlopen(Request(address, headers={"Accept-Encoding": coding})) as answer:
        return bytes(answer.read())


def openings(browser: str, address: str) -> Iterator[Figure]:
    """Milliseconds from the command to the first usable button, nothing cached, and everything."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        cold, warm, bare, reached = [], [], [], []
        for _ in range(ROUNDS):
            runs = [opened(chromium, address) for _ in range(OPENINGS)]
            cold.append(percentile([run[0] for run in runs], 50))
            warm.append(percentile([run[1] for run in runs], 50))
            bare.append(percentile([run[2] for run in runs], 50))
            reached.append(percentile([run[3] for run in runs], 50))
        chromium.close()
    say(f"openings with the processor slowed down {SLOWER} times, medians of {OPENINGS}")
    yield compared("widget.open", "ms", cold, bare)
    yield Figure("widget.open.again", statistics.median(warm), "ms")
    yield Figure("widget.open.reached", statistics.median(reached), "ms")


def opened(chromium: Any, address: str) -> tuple[float, float, float, float]:
    """Two visitors. The first: the first opening, one on a second page, a bare frame. The second
    opens with the mouse, from the press."""
    first = openings_of(chromium, address, (_OPEN, _OPEN, _OPEN_BARE))
    (reached,) = openings_of(chromium, address, (None,))
    return first[0], first[1], first[2], reached


def openings_of(chromium: Any, address: str, commands: Sequence[str | None]) -> list[float]:
    """How long a visitor waits for each, in milliseconds; None is the mouse."""
    context = chromium.new_context(locale="en-GB")
    context.add_init_script(_WATCH)
    took = []
    for command in commands:
        page = context.new_page()
        slow = context.new_cdp_session(page)
        page.goto(address)
        page.wait_for_function("() => document.querySelector('counterfoil-messenger')")
        # The page has come to rest, as it has when somebody reaches for the launcher.
        page.wait_for_timeout(500)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        if command:
            page.evaluate(command)
        else:
            press(page)
        took.append(usable_at(page) - page.evaluate("from"))
        page.close()
    context.close()
    return took


def usable_at(page: Any) -> float:
    """When the frame could be used, in Unix milliseconds."""
    for _ in range(GIVE_UP_MS // LOOK_MS):
        # Rarely: each look of ours costs the slowed page as well.
        page.wait_for_timeout(LOOK_MS)
        for frame in page.frames[1:]:
            if usable := frame.evaluate("window.usableAt"):
                return float(usable)
    raise RuntimeError(f"the messenger was not usable within {GIVE_UP_MS // 1000} s")


def press(page: Any) -> None:
    """The launcher, as a hand does: it comes near, then it presses."""
    size = page.viewport_size
    spot = size["width"] - LAUNCHER_FROM_CORNER, size["height"] - LAUNCHER_FROM_CORNER
    page.mouse.move(*spot)
    page.wait_for_timeout(REACH_MS)
    page.evaluate(_FROM)
    page.mouse.click(*spot)


@contextmanager
def host(product: Product, app: str) -> Iterator[str]:
    """A page of another origin that has the messenger on it, and beside it a bare one."""
    loader = f"http://{product.host}:{product.port}/m/loader.js"
    page = f'<!doctype html><h1>A shop</h1><script async src="{loader}" data-app="{app}"></script>'

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((_BARE if self.path == "/bare" else page).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer((product.host, 0), Pages)
    origin = f"http://{product.host}:{server.server_port}"
    with psycopg2.connect(product.database) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE messenger_installation SET allowed_origins = %s", ([origin],))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{origin}/"
    finally:
        server.shutdown()


def find_browser(figure: str) -> str:
    """The path of a Chromium that can be driven; "" after saying why `figure` is left out."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        say(f"{figure} is left out: `./bin/test` installs what drives a browser.")
        return ""
    named = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), "")
    if not named:
        say(f"{figure} is left out: no Chromium was found; name one in BROWSER_PATH.")
    return named
