"""Journeys in a real Chromium through the whole product, as bin/up starts it with its demo."""

import http.server
import json
import os
import threading
import time
import uuid
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    Request,
    build_opener,
    urlopen,
)

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.up.product import Product

# Beside other tests a busy machine takes its time; what is right at once costs none of it.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

# What the product remembers of an installation, and a little more.
REMEMBERED_S = 2.2

# Playwright's own list, which a second one replaces, and what draws the address bar's menu: a
# process for each window, and half a second of a processor's time.
UNUSED_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)

# What a browser says of a network that a test took away is no fault of the page.
NETWORK = ("net::ERR_", "WebSocket connection", "Failed to load resource")


def pytest_collection_modifyitems(config, items):
    journeys = [item for item in items if "tests/browser" in item.nodeid]
    if not os.environ.get("BROWSER_PATH"):
        for journey in journeys:
            journey.add_marker(pytest.mark.skip(reason="BROWSER_PATH names no Chromium"))
    elif hasattr(config, "workerinput"):
        # In a run of everything a busy machine may be to blame: a journey is tried again, twice at
        # most, and the report names it. Each name there is to be looked into.
        for journey in journeys:
            journey.add_marker(pytest.mark.flaky(reruns=2))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Another try finds the product as the first one did, without what that left."""
    if getattr(item, "execution_count", 1) == 1:
        return
    for definition in item._fixtureinfo.name2fixturedefs.get("product", ()):
        definition.finish(item._request)


@pytest.fixture(scope="package")
def running_product():
    """The product, once for all files of journeys; its database is kept as it was at first."""
    running = Product()
    # A push service of a test's own may be called, and soon.
    running.settings |= {"OUTBOUND_ALLOWED_HOSTS": "127.0.0.1", "AWAY_PUSH_SECONDS": 1}
    # What is sent is sent at once, but for teammates who wish otherwise.
    running.settings["UNDO_SEND_SECONDS"] = 0
    # All visitors of these tests come from one address.
    for limit in ("MESSAGES_PER_MINUTE", "CONVERSATIONS_PER_HOUR", "UPLOADS_PER_HOUR"):
        running.settings[f"VISITOR_{limit}"] = 10_000
    running.start()
    running.keep()
    yield running
    running.end()


@pytest.fixture(scope="module")
def product(running_product):
    """The product with its demo, in which no other file of journeys has left anything."""
    running_product.go_back()
    return running_product


@pytest.fixture(scope="module")
def demo(product):
    """The demo's addresses and log-ins, as scripts read them."""
    return json.loads((product.data_dir / "demo.json").read_text())


# Playwright's loop runs as long as it does, and tests without a browser want none.
@pytest.fixture(scope="package")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["BROWSER_PATH"],
            # What is painted is seen by no eye: no graphics card need be imitated for it.
            args=[f"--disable-features={','.join(UNUSED_FEATURES)}", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def window(chromium):
    """window(**options): a new page in a context of its own. Fails the test at its end when a page
    reported an error or broke the content security policy."""
    contexts, complaints = [], []

    def hear(message):
        if message.type == "error" and not any(word in message.text for word in NETWORK):
            complaints.append(message.text)

    def opened(**options):
        context = chromium.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def log_ins(demo):
    """log_ins("ben"): the cookies of a logged-in teammate; each logs in once."""
    kept = {}

    def cookies_of(name):
        if name not in kept:
            kept[name] = logged_in(demo, name)
        return kept[name]

    return cookies_of


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def logged_in(demo, name):
    """The cookies that the form of `/login/` gives, sent without a window, which costs far more."""
    jar = CookieJar()
    client = build_opener(HTTPCookieProcessor(jar), NoRedirect)
    door = f"{demo['url']}/login/"
    client.open(door, timeout=PATIENCE_MS / 1000).close()
    login = demo["logins"][name]
    form = {
        "username": login["email"],
        "password": login["password"],
        "csrfmiddlewaretoken": next(one.value for one in jar if one.name == "counterfoil_csrf"),
    }
    with pytest.raises(HTTPError) as answer:
        client.open(door, urlencode(form).encode(), timeout=PATIENCE_MS / 1000)
    assert answer.value.code == 302, "the log-in was refused"
    return [
        {"name": one.name, "value": one.value, "url": demo["url"], "sameSite": "Lax"} for one in jar
    ]


@pytest.fixture
def agent(window, log_ins, demo):
    """agent("ben", "all/"): a teammate's page at an address of the inbox."""

    def opened(name, path="all/", **options):
        page = window(base_url=demo["url"], **options)
        page.context.add_cookies(log_ins(name))
        page.goto(f"/inbox/{path}")
        return page

    return opened


class Visitor:
    """A visitor of the demo shop, speaking the messenger's HTTP interface."""

    def __init__(self, demo, name=""):
        self.demo = demo
        self.token = None
        self.conversation = None
        identity = {} if not name else {"identity": signed(demo, name)}
        page = {"url": "http://localhost/demo/lamps/", "title": "Lamps"}
        self.token = self.call("POST", "boot", app=demo["app_id"], page=page, **identity)["token"]

    def call(self, method, path, **body):
        port = self.demo["url"].rsplit(":", 1)[1]
        headers = {"Origin": f"http://localhost:{port}", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(
            f"{self.demo['url']}/m/api/{path}",
            method=method,
            headers=headers,
            data=json.dumps(body).encode() if body else None,
        )
        try:
            with urlopen(request, timeout=20) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def say(self, body):
        """Writes; the first words begin a conversation."""
        fields = {"client_id": str(uuid.uuid4()), "body": body}
        if self.conversation is None:
            page = {"url": "http://localhost/demo/lamps/", "title": "Lamps"}
            answer = self.call("POST", "conversations", page=page, **fields)
            self.conversation = answer["conversation"]["id"]
            return answer["message"]
        return self.call("POST", f"conversations/{self.conversation}/messages", **fields)["message"]

    def hears(self):
        """What stands in the visitor's own thread."""
        path = f"conversations/{self.conversation}/messages"
        return [message["body_text"] for message in self.call("GET", path)["messages"]]

    def reads(self):
        path = f"conversations/{self.conversation}"
        seq = self.call("GET", f"{path}/messages")["last_seq"]
        self.call("PUT", f"{path}/read", seq=seq)

    def types(self):
        self.call("POST", f"conversations/{self.conversation}/typing")


def signed(demo, name):
    import time

    import jwt

    known = demo["customers"][name]
    claims = {**known, "aud": demo["app_id"], "exp": int(time.time()) + 600}
    return jwt.encode(claims, demo["identity_secret"], algorithm="HS256")


@pytest.fixture
def visitor(demo):
    """visitor(): somebody new in the shop; visitor("dora"): a customer whom the shop signs in."""
    return lambda name="": Visitor(demo, name)


class Host:
    """A customer's own server: one page, whatever the path."""

    def __init__(self):
        host = self
        self.body, self.headers = b"", {}

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                for name, value in {"Content-Type": "text/html", **host.headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(host.body)

            def log_message(self, *_):
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        # It looks so often, in seconds, whether it is to end.
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.origin = f"http://localhost:{self.server.server_port}"


@pytest.fixture(scope="module")
def allowed_hosts(product):
    """allowed_hosts(number): a server that the installation allows; each is made once."""
    hosts = []

    def host(number):
        while len(hosts) <= number:
            hosts.append(Host())
            product.psql(
                "UPDATE messenger_installation"
                f" SET allowed_origins = array_append(allowed_origins, '{hosts[-1].origin}')"
            )
            time.sleep(REMEMBERED_S)
        return hosts[number]

    yield host
    for each in hosts:
        each.server.shutdown()


@pytest.fixture
def site(allowed_hosts):
    """site(body, **headers): the address of a page on a host that the installation allows, as a
    customer's server would send it. Every call of a test has a host of its own."""
    taken = []

    def served(body, **headers):
        host = allowed_hosts(len(taken))
        host.body, host.headers = f"<!doctype html><title>A bank</title>{body}".encode(), headers
        taken.append(host)
        return f"{host.origin}/"

    return served


@pytest.fixture
def tell(product):
    """tell(conversation, last): a long story after the first line of a conversation, up to the
    line of that number: three by a teammate, then two by the contact, all of them read."""

    def told(conversation, last):
        product.psql(
            f"""
            WITH thread AS (SELECT id, contact_id FROM inbox_conversation
                            WHERE public_id = '{conversation}'),
            line AS (SELECT n, n % 5 > 2 AS is_mine FROM generate_series(2, {last}) AS n),
            said AS (
                INSERT INTO inbox_message (public_id, conversation_id, seq, public_seq, kind,
                    author_type, author_name, contact_id, body_text, body_html, created_at)
                SELECT 'msg_' || substr(md5(thread.id || ' ' || n), 1, 20), thread.id, n, n,
                    'reply', CASE WHEN is_mine THEN 'contact' ELSE 'teammate' END,
                    CASE WHEN is_mine THEN '' ELSE 'Ben' END,
                    CASE WHEN is_mine THEN contact_id END,
                    'Line ' || n || ' of the story.' || repeat(' And on it goes.', n % 7),
                    '<p>Line ' || n || ' of the story.' || repeat(' And on it goes.', n % 7)
                        || '</p>',
                    now() - ({last} - n) * interval '7 minutes'
                FROM line, thread)
            UPDATE inbox_conversation SET last_seq = {last}, public_seq = {last},
                contact_read_seq = {last}, team_read_seq = {last}
            WHERE id = (SELECT id FROM thread)
            """
        )

    return told
