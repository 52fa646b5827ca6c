"""Cross-site scripting (safety rows 21, 22, 23, 25, 29, 30, 31 and 38): every payload through every
channel of a visitor and of an admin, looked at in the inbox and in the messenger."""

import json
import time
import uuid
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.browser.conftest import Visitor
from tests.browser.hostile import payloads

pytestmark = [pytest.mark.browser, pytest.mark.product]

CHUNK = 14
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

    def __init__(self, page, demo):
        self.page, self.seen = page, []
        port = demo["url"].rsplit(":", 1)[1]
        live = demo["live_url"].rsplit(":", 1)[1].partition("/")[0]
        self.own = tuple(f"{host}:{each}/" for host in HOSTS for each in (port, live))
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
    for word in words[:4]:
        attempt(boot, visitor, **known, email=f"{word}@evil.invalid")
    page = {"url": f"{shop}/?{said[:900]}", "title": said[:480], "referrer": f"{shop}/{said[:900]}"}
    begun = visitor.call(
        "POST", "conversations", client_id=str(uuid.uuid4()), body=words[0], page=page
    )
    visitor.conversation = begun["conversation"]["id"]
    for word in words[1:]:
        attempt(visitor.say, word)
    files = [upload(visitor, f"{word}.html") for word in words[:8]]
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
    for word in words[:6]:
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
    for query in payloads()[::20]:
        page.goto(f"{demo['url']}/inbox/all/?q=x&next={query}".replace("\n", ""))
        watch.check()


def test_hostile_visitors_stay_words_in_their_own_messenger(window, demo, victims):
    page = window()
    watch = Watch(page, demo)
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"
    page.goto(shop)
    for visitor in victims:
        show(page, demo, visitor)
        watch.check()


def show(page, demo, visitor):
    """The visitor's conversation in the messenger of the demo shop."""
    page.evaluate(
        "([name, token]) => { localStorage.clear(); localStorage[name] = token; }",
        [f"counterfoil:{demo['app_id']}", visitor.token],
    )
    page.reload()
    page.wait_for_function("() => window.Counterfoil?.app")
    page.evaluate("(id) => Counterfoil('open', { conversation: id })", visitor.conversation)
    end = time.monotonic() + 15
    while time.monotonic() < end:
        frames = [frame for frame in page.frames if "/m/frame/" in frame.url]
        if frames and frames[0].locator(".message").count() >= 10:
            return frames[0]
        page.wait_for_timeout(50)
    raise AssertionError("the conversation did not come")


def quoted(text):
    return "$words$" + text.replace("$words$", "") + "$words$"


def test_hostile_settings_stay_words_in_the_messenger(window, demo, product, victims):
    """What admins and agents write is seen by everybody: it is no more trusted than a visitor's."""
    app = quoted(demo["app_id"])
    kept = product.psql(
        "SELECT name, greeting, reply_time, office_hours, home_links::text"
        f" FROM messenger_installation WHERE public_id = {app}"
    )[0]
    mates = product.psql("SELECT id, name FROM people_teammate")
    page = window()
    watch = Watch(page, demo)
    page.goto(demo["url"].replace("127.0.0.1", "localhost") + "/demo/")
    try:
        for words in chunks():
            said = " ".join(words)
            links = [{"title": word[:80], "url": word} for word in words[:4]]
            product.psql(
                f"UPDATE messenger_installation SET name = {quoted(words[0][:80])},"
                f" greeting = {quoted(said[:200])}, reply_time = {quoted(said[200:320])},"
                f" office_hours = {quoted(said[320:500])},"
                f" home_links = {quoted(json.dumps(links))}::jsonb WHERE public_id = {app}"
            )
            product.psql(f"UPDATE people_teammate SET name = {quoted(words[1][:100])}")
            visitor = victims[0]
            time.sleep(2.1)  # what is remembered of an installation
            as_staff(
                demo,
                "POST",
                f"conversations/{visitor.conversation}/messages",
                {
                    "kind": "reply",
                    "body": "Pick one",
                    "client_id": str(uuid.uuid4()),
                    "override": True,
                    "choices": [word.replace("\n", " ")[:80] for word in words[2:8]],
                },
            )
            frame = show(page, demo, visitor)
            watch.check()
            frame.page.evaluate("Counterfoil('open', { space: 'home' })")
            page.wait_for_timeout(200)
            watch.check()
            page.goto(f"{demo['url']}/m/page/{demo['app_id']}/")
            page.wait_for_timeout(300)
            watch.check()
            page.goto(demo["url"].replace("127.0.0.1", "localhost") + "/demo/")
    finally:
        values = [quoted(value) for value in kept]
        product.psql(
            f"UPDATE messenger_installation SET name = {values[0]}, greeting = {values[1]},"
            f" reply_time = {values[2]}, office_hours = {values[3]},"
            f" home_links = {values[4]}::jsonb WHERE public_id = {app}"
        )
        for key, name in mates:
            product.psql(f"UPDATE people_teammate SET name = {quoted(name)} WHERE id = {key}")


def test_the_messenger_asks_nobody_but_us_and_keeps_no_cookie(window, demo, victims):
    page = window()
    watch = Watch(page, demo)
    page.goto(demo["url"].replace("127.0.0.1", "localhost") + "/demo/")
    page.context.clear_cookies()
    show(page, demo, victims[0])
    assert watch.seen == []
    assert page.context.cookies() == []
