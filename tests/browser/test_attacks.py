"""Cross-site scripting (safety rows 21, 22, 23, 25, 29, 30, 31 and 38): every payload through every
channel of a visitor and of an admin, looked at in the inbox and in the messenger."""

import json
import time
import uuid
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.hostile import payloads

pytestmark = [pytest.mark.browser, pytest.mark.product]

# So many go into one visitor, or into one messenger's settings: as many as their texts hold.
CHUNK = 22
# Whatever is in the document, in open shadow roots too: what would run, load or lead astray.
LOOK = """() => {
    const found = [];
    const own = /^(https?:|mailto:|tel:|blob:)/;
    const walk = (root) => {
        for (const element of root.querySelectorAll("*")) {
            for (const { name, value } of element.attributes) {
                if (name.startsWith("on") || name === "srcdoc" || name.includes("hx-on"))
                    found.push(`runs: ${element.outerHTML.slice(0, 200)}`);
                if (!["href", "src", "action", "formaction", "data", "xlink:href"].includes(name))
                    continue;
                if (element.localName === "img" && /^(data:image|blob:)/.test(value)) continue;
                if (!own.test(new URL(value, location.href).protocol))
                    found.push(`address: ${element.outerHTML.slice(0, 200)}`);
                const leads = new URL(value, location.href);
                if (leads.hostname === "evil.invalid" && element.localName !== "a")
                    found.push(`loads: ${element.outerHTML.slice(0, 200)}`);
                if (element.localName === "a" && leads.origin !== location.origin
                    && !/noopener.*noreferrer|noreferrer.*noopener/.test(element.rel))
                    found.push(`tells where from: ${element.outerHTML.slice(0, 200)}`);
            }
            if (element.localName === "script" && !element.src && !/map|json/.test(element.type))
                found.push(`script: ${element.outerHTML.slice(0, 200)}`);
            if (["base", "object", "embed", "marquee", "math"].includes(element.localName))
                found.push(`element: ${element.outerHTML.slice(0, 200)}`);
            if (element.shadowRoot) walk(element.shadowRoot);
        }
    };
    walk(document);
    return found;
}"""


class Watch:
    """What a page must not do while it shows something hostile."""

    def __init__(self, page, demo, host=""):
        self.page, self.seen = page, []
        port = demo["url"].rsplit(":", 1)[1]
        live = demo["live_url"].rsplit(":", 1)[1].partition("/")[0]
        self.own = tuple(f"{host}:{each}/" for host in HOSTS for each in (port, live))
        self.own += (f"{host.partition('://')[2]}/",) if host else ()
        page.on("dialog", lambda dialog: (self.seen.append(dialog.message), dialog.dismiss()))
        page.context.on("request", self.hear)
        page.context.add_init_script(
            """addEventListener("securitypolicyviolation", (event) =>
                console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""
        )

    def hear(self, request):
        address = request.url.partition("://")[2]
        is_own = request.url.startswith(("data:", "blob:")) or address.startswith(self.own)
        if not is_own or address.endswith("/x"):
            self.seen.append(request.url)

    def check(self):
        for frame in self.page.frames:
            assert frame.evaluate(LOOK) == [], frame.url
        assert self.seen == []


HOSTS = ("127.0.0.1", "localhost")


def upload(visitor, name):
    """A file under a name that would be more than one; its id."""
    edge = uuid.uuid4().hex
    escaped = name.replace('"', "%22").replace("\n", "%0A").replace("\r", "%0D")
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{escaped}"\r\n'
    body = f"{head}Content-Type: text/html\r\n\r\n<script>alert(7)</script>\r\n--{edge}--\r\n"
    port = visitor.demo["url"].rsplit(":", 1)[1]
    request = Request(
        f"{visitor.demo['url']}/m/api/uploads",
        data=body.encode("utf-8", "surrogatepass"),
        headers={
            "Origin": f"http://localhost:{port}",
            "Authorization": f"Bearer {visitor.token}",
            "Content-Type": f"multipart/form-data; boundary={edge}",
        },
    )
    try:
        with urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())["id"]
    except HTTPError as error:
        assert error.code == 400, error.read()
        return None


def as_staff(demo, method, path, body):
    request = Request(
        f"{demo['url']}/api/v1/{path}",
        method=method,
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {demo['api_tokens']['ada']}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or "null")


def attempt(work, *given, **named):
    """Does it, or is refused with a clear no: never a failure of ours."""
    try:
        return work(*given, **named)
    except AssertionError as error:
        assert json.loads(str(error))["status"] < 500
        return None


def attack(demo, words):
    """A visitor through whose every channel some hostile words have gone."""
    visitor = Visitor(demo)
    shop, said = "https://shop.test", " ".join(words)
    attributes = {f"said {number}": word for number, word in enumerate(words)}
    known = {"app": demo["app_id"], "token": visitor.token}
    for claim in ({"name": said[:190]}, {"attributes": attributes}):
        attempt(lambda claim=claim: setattr(visitor, "token", boot(visitor, **known, **claim)))
    for word in words[:6]:
        attempt(boot, visitor, **known, email=f"{word}@evil.invalid")
    page = {"url": f"{shop}/?{said[:900]}", "title": said[:480], "referrer": f"{shop}/{said[:900]}"}
    begun = visitor.call(
        "POST", "conversations", client_id=str(uuid.uuid4()), body=words[0], page=page
    )
    visitor.conversation = begun["conversation"]["id"]
    for word in words[1:]:
        attempt(visitor.say, word)
    files = [upload(visitor, f"{word}.html") for word in words[:10]]
    visitor.call(
        "POST",
        f"conversations/{visitor.conversation}/messages",
        client_id=str(uuid.uuid4()),
        body="Files",
        attachments=[file for file in files if file],
    )
    for first, second in zip(words[::2], words[1::2], strict=False):
        visited = {"url": f"{shop}/{first}", "title": second[:200], "referrer": ""}
        attempt(visitor.call, "POST", "events", name="page.visited", page=visited)
        attempt(visitor.call, "POST", "events", name=second[:90], metadata={"a": first})
    for word in words[:9]:
        as_staff(
            demo,
            "POST",
            f"conversations/{visitor.conversation}/messages",
            {"kind": "reply", "body": word, "client_id": str(uuid.uuid4()), "override": True},
        )
    as_staff(demo, "POST", f"conversations/{visitor.conversation}/closure", {})
    attempt(
        visitor.call,
        "PUT",
        f"conversations/{visitor.conversation}/rating",
        score=1,
        comment=said[:900],
    )
    return visitor


def boot(visitor, **fields):
    return visitor.call("POST", "boot", **fields)["token"]


def chunks():
    words = payloads()
    assert len(words) >= 200
    return [words[start : start + CHUNK] for start in range(0, len(words), CHUNK)]


@pytest.fixture(scope="module")
def victims(demo):
    return [attack(demo, words) for words in chunks()]


CHANNELS = ["Says of themselves", "Wrote from", "Lately"]


@pytest.mark.parametrize("word", [*payloads()[:3], "<a href=javascript:1>x</a>", "<b onclick=1>"])
def test_these_tests_see_what_they_look_for(chromium, demo, word):
    page = chromium.new_page()
    watch = Watch(page, demo)
    page.goto(f"{demo['url']}/healthz")
    page.set_content(f"<body>{word}</body>")
    page.wait_for_timeout(300)
    try:
        with pytest.raises(AssertionError):
            watch.check()
    finally:
        page.close()


def test_hostile_visitors_stay_words_in_the_inbox(agent, demo, victims):
    page = agent("ben", "all/")
    watch = Watch(page, demo)
    page.reload()
    watch.check()
    channels = []
    for visitor in victims:
        page.goto(f"{demo['url']}/inbox/all/{visitor.conversation}/")
        page.locator("#record").wait_for(state="attached")
        watch.check()
        reached = page.locator("#record").inner_text()
        channels += [heading for heading in CHANNELS if heading.lower() in reached.lower()]
    for heading in CHANNELS:
        assert channels.count(heading) > len(victims) * 2 / 3, f"{heading} was hardly attacked"
    for one, two, three in zip(*[iter(payloads()[::6])] * 3, strict=False):
        page.goto(f"{demo['url']}/inbox/all/?q={one}&order={two}&next={three}".replace("\n", ""))
        watch.check()


def test_hostile_visitors_stay_words_in_their_own_messenger(window, demo, victims):
    page = window()
    watch = Watch(page, demo)
    page.goto(f"{shop_of(demo)}/demo/")
    for visitor in victims:
        show(page, demo, visitor)
        watch.check()


def show(page, demo, visitor, address="", least=10):
    """The visitor's conversation in the messenger of the demo shop, or of a page on its host."""
    page.evaluate(
        "([name, token]) => { localStorage.clear(); localStorage[name] = token; }",
        [f"counterfoil:{visitor.demo['app_id']}", visitor.token],
    )
    page.goto(address or f"{shop_of(demo)}/demo/")
    page.wait_for_function("() => window.Counterfoil?.app")
    page.evaluate("(id) => Counterfoil('open', { conversation: id })", visitor.conversation)
    frame = messenger_in(page)
    expect(frame.locator(".message").nth(least - 1)).to_be_attached()
    return frame


def shop_of(demo):
    return demo["url"].replace("127.0.0.1", "localhost")


def messenger_in(page):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for frame in page.frames:
            if "/m/frame/" in frame.url:
                return frame
        page.wait_for_timeout(50)
    raise AssertionError("the messenger's frame did not come")


def quoted(text):
    return "$words$" + text.replace("$words$", "") + "$words$"


def installed(product, demo, words):
    """Another messenger of the demo's, all of whose settings are hostile: the demo around it."""
    said = " ".join(words)
    lines, others = "inbox_line", "messenger_installation"
    line = copied(product, lines, f"id = (SELECT line_id FROM {others} ORDER BY id LIMIT 1)")
    app = f"app_{uuid.uuid4().hex[:20]}"
    copied(
        product,
        others,
        f"public_id = {quoted(demo['app_id'])}",
        public_id=app,
        line_id=line,
        name=words[0][:80],
        greeting=said[:200],
        reply_time=said[200:320],
        office_hours=said[320:500],
        home_links=[{"title": word[:80], "url": word} for word in words[-4:]],
    )
    return demo | {"app_id": app}


def copied(product, table, which, **changes):
    """Puts a changed copy of a row into its table; its id."""
    changes = {"public_id": f"copy_{uuid.uuid4().hex[:20]}", **changes}
    ((key,),) = product.psql(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(one, {quoted(json.dumps(changes))}"
        f"::jsonb || jsonb_build_object('id', nextval(pg_get_serial_sequence('{table}', 'id'))))).*"
        f" FROM {table} AS one WHERE {which} RETURNING id"
    )
    return key


def test_hostile_settings_stay_words_in_the_messenger(window, demo, product, allowed_hosts):
    """What admins and agents write is seen by everybody: it is no more trusted than a visitor's."""
    mates = product.psql("SELECT id, name FROM people_teammate")
    page, alone = window(), window()
    shop = allowed_hosts(0)
    watches = [Watch(page, demo, shop.origin), Watch(alone, demo)]
    shop.body = b"<!doctype html>"
    page.goto(shop.origin)
    try:
        for number, words in enumerate(chunks()):
            product.psql(f"UPDATE people_teammate SET name = {quoted(words[1][:100])}")
            ours = installed(product, demo, words)
            visitor = Visitor(ours)
            visitor.say("Which one?")
            as_staff(
                demo,
                "POST",
                f"conversations/{visitor.conversation}/messages",
                {
                    "kind": "reply",
                    "body": "Pick one",
                    "client_id": str(uuid.uuid4()),
                    "override": True,
                    "choices": [word.replace("\n", " ")[:80] for word in words[2:10]],
                },
            )
            loader = f'<script async src="{demo["url"]}/m/loader.js" data-app="{ours["app_id"]}">'
            shop.body = f"<!doctype html>{loader}</script>".encode()
            frame = show(page, demo, visitor, shop.origin, least=2)
            expect(frame.get_by_role("group", name="Suggested answers")).to_be_visible()
            watches[0].check()
            page.evaluate("() => Counterfoil('open', { space: 'home' })")
            expect(frame.get_by_role("button", name="Messages")).to_be_visible()
            watches[0].check()
            # The same frame on a page of ours, which adds nothing but the name.
            if number % 2:
                continue
            alone.goto(f"{demo['url']}/m/page/{ours['app_id']}/")
            expect(messenger_in(alone).get_by_role("button", name="Messages")).to_be_visible()
            watches[1].check()
        # What takes a moment to run has had it, but for the last.
        page.wait_for_timeout(300)
        for watch in watches:
            watch.check()
    finally:
        for key, name in mates:
            product.psql(f"UPDATE people_teammate SET name = {quoted(name)} WHERE id = {key}")


def test_the_messenger_asks_nobody_but_us_and_keeps_no_cookie(window, demo, victims):
    page = window()
    watch = Watch(page, demo)
    page.goto(f"{shop_of(demo)}/demo/")
    page.context.clear_cookies()
    show(page, demo, victims[0])
    assert watch.seen == []
    assert page.context.cookies() == []
