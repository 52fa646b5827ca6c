"""One conversation as its customer sees it: who speaks, pictures, answers to pick from, its end."""

import contextlib
import os
import re
import signal
import uuid

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_messenger import Shopper, Staff, silence

pytestmark = [pytest.mark.browser, pytest.mark.product]

LONG = 20_000
# Were nothing taken away behind, so many rows would be twice what may be there.
WALKED = 1_200
# Rows at both ends of what is shown, with all that is in them.
NODES_MAX = 5_000


@pytest.fixture
def shopper(window, demo):
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"
    return lambda **options: Shopper(window(**options), shop)


@pytest.fixture
def ben(demo):
    return Staff(demo, "ben")


@pytest.fixture
def cleo(demo):
    return Staff(demo, "cleo")


def asks(teammate, conversation, words, *choices):
    client_id = str(uuid.uuid4())
    body = {"kind": "reply", "body": words, "choices": choices, "client_id": client_id}
    return teammate.call("POST", f"conversations/{conversation}/messages", body)


def opens(customer, conversation):
    customer.page.evaluate("id => Counterfoil('open', { conversation: id })", conversation)
    return customer.frame


def waits_for(page, condition):
    for _ in range(150):
        if condition():
            return
        page.wait_for_timeout(200)
    raise AssertionError("waited in vain")


def test_answers_to_pick_from_are_sent_once_also_without_a_network(shopper, ben):
    customer = shopper()
    customer.begin("When do you deliver?")
    conversation = ben.find("When do you deliver?")
    asks(ben, conversation, "Which day?", "Tuesday", "Wednesday")
    group = customer.frame.get_by_role("group", name="Suggested answers")
    expect(group.get_by_role("button")).to_have_text(["Tuesday", "Wednesday"])

    customer.page.context.set_offline(True)
    group.get_by_role("button", name="Wednesday").focus()
    customer.page.keyboard.press("Enter")
    customer.page.keyboard.press("Enter")
    expect(group).to_be_hidden()
    expect(customer.frame.locator(".log")).to_be_focused()
    expect(customer.bubble("Wednesday").locator(".meta")).to_contain_text("when you are online")
    customer.page.context.set_offline(False)
    customer.is_settled()
    said = ["When do you deliver?", "Which day?", "Wednesday"]
    assert ben.hears(conversation) == said

    asks(ben, conversation, "Morning or evening?", "Morning", "Evening")
    expect(group.get_by_role("button")).to_have_count(2)
    ben.says(conversation, "Or any time at all.")
    expect(group).to_be_hidden()


def test_a_closed_conversation_is_rated_in_place_also_without_a_network(shopper, ben):
    customer = shopper()
    customer.begin("Thank you, that was all.")
    conversation = ben.find("that was all")

    def rating():
        return ben.call("GET", f"conversations/{conversation}")["rating"]

    frame = customer.frame
    ben.call("POST", f"conversations/{conversation}/closure", {})
    scores = frame.get_by_role("group", name="How did we do?")
    expect(frame.get_by_text("This conversation was closed.")).to_be_visible()
    expect(scores.get_by_role("radio")).to_have_count(5)
    scores.get_by_role("radio", name="Okay").focus()
    customer.page.keyboard.press("ArrowRight")
    expect(scores.get_by_role("radio", name="Good")).to_be_checked()
    expect(frame.get_by_text("Thank you.")).to_be_visible()
    waits_for(customer.page, lambda: rating() == 4)

    customer.page.context.set_offline(True)
    scores.get_by_role("radio", name="Great").check()
    customer.frame.get_by_label("Tell us more").fill("Ben is very kind.")
    customer.frame.locator(".rating").get_by_role("button", name="Send").click()
    customer.page.wait_for_timeout(1000)
    assert rating() == 4
    customer.falls_silent()
    customer.page.route("**/rating", lambda route: route.abort())
    customer.page.context.set_offline(False)
    customer.visit()
    opens(customer, conversation)
    expect(customer.frame.get_by_role("radio", name="Great")).to_be_checked()
    customer.page.unroute("**/rating")
    customer.visit()
    opens(customer, conversation)
    waits_for(customer.page, lambda: rating() == 5)
    expect(customer.frame.get_by_label("Tell us more")).to_have_value("Ben is very kind.")
    customer.write("One more thing.")
    expect(customer.frame.locator(".rating")).to_be_hidden()
    customer.is_settled()
    assert ben.call("GET", f"conversations/{conversation}")["status"] == "open"


def test_a_picture_is_enlarged_in_place_and_escape_gives_the_focus_back(shopper, tmp_path):
    for name, color in (("elbow", "#B5452C"), ("cuff", "#2C6BB5")):
        Image.new("RGB", (1200, 800), color).save(tmp_path / f"{name}.png")
    customer = shopper()
    customer.begin("Two pictures.")
    frame = customer.frame
    files = [tmp_path / "elbow.png", tmp_path / "cuff.png"]
    frame.locator("input[type=file]").set_input_files(files)
    frame.get_by_role("button", name="Send", exact=True).click()
    customer.is_settled()
    pictures = frame.locator("a.picture")
    expect(pictures).to_have_count(2)
    pictures.first.focus()
    customer.page.keyboard.press("Enter")
    dialog = frame.get_by_role("dialog", name="Pictures")
    expect(dialog.get_by_role("img", name="elbow.png")).to_be_visible()
    expect(dialog).to_contain_text("1 of 2")
    customer.page.keyboard.press("ArrowRight")
    picture = dialog.get_by_role("img", name="cuff.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => (await image.decode(), image.naturalWidth)") == 1200
    fitted = picture.bounding_box()["width"]
    dialog.get_by_role("button", name="Full size").click()
    assert fitted < 1200
    frame.wait_for_function(
        """() => [...document.querySelectorAll("dialog img")].some(
            (image) => image.getBoundingClientRect().width === 1200)"""
    )
    expect(dialog.get_by_role("link", name="Download")).to_have_attribute("download", "")
    customer.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(pictures.first).to_be_focused()
    assert customer.told("hide") == 0
    customer.page.keyboard.press("Escape")
    customer.page.wait_for_function("() => told.hide === 1")


def test_words_and_a_file_written_offline_survive_a_reload_and_a_restart(
    window, demo, product, ben, tmp_path
):
    Image.new("RGB", (300, 200), "#B5452C").save(tmp_path / "torn.png")
    # Where the messenger is a page of its own, every browser gives it storage for files.
    page = window()

    def arrives():
        page.goto(f"{demo['url']}/m/page/{demo['app_id']}/")
        waits_for(page, lambda: any("/m/frame/" in frame.url for frame in page.frames))
        frame = next(frame for frame in page.frames if "/m/frame/" in frame.url)
        frame.wait_for_selector(".view")
        return frame

    def writes(words):
        frame.get_by_label("Your message").fill(words)
        frame.get_by_label("Your message").press("Enter")

    frame = arrives()
    frame.get_by_role("button", name="Send us a message").click()
    writes("Something is torn.")
    expect(frame.locator(".meta", has_text="Sent")).to_be_visible()
    conversation = ben.find("Something is torn.")
    page.context.set_offline(True)
    writes("See here:")
    frame.locator("input[type=file]").set_input_files(tmp_path / "torn.png")
    expect(frame.locator(".file")).to_have_count(1)
    writes("the left sleeve")
    writes("Can you mend it?")
    expect(frame.locator(".pending")).to_have_count(3)

    # Nothing gets through until that page is gone and the server has died.
    silence(frame)
    page.route("**/m/api/uploads", lambda route: route.abort())
    page.route("**/messages", lambda route: route.abort())
    page.context.set_offline(False)
    frame = arrives()
    frame.locator(".conversation").first.click()
    expect(frame.locator(".pending")).to_have_count(3)
    expect(frame.locator(".pending .picture")).to_have_count(1)
    for process in product.part("granian") + product.part("uvicorn"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    page.unroute("**/m/api/uploads")
    page.unroute("**/messages")
    product.until(product.is_whole, 60)
    said = ["Something is torn.", "See here:", "the left sleeve", "Can you mend it?"]
    waits_for(page, lambda: len(ben.hears(conversation)) == len(said))
    assert ben.hears(conversation) == said
    expect(frame.locator(".pending, .failed")).to_have_count(0)
    rows = ben.call("GET", f"conversations/{conversation}/messages?limit=100")["messages"]
    files = {row["body_text"]: [file["name"] for file in row["attachments"]] for row in rows}
    assert files["the left sleeve"] == ["torn.png"]
    assert sum(map(len, files.values())) == 1


def test_twenty_thousand_messages_stay_fluid(shopper, tell, ben):
    customer = shopper(viewport={"width": 900, "height": 800})
    customer.begin("Line 1 of a very long story.")
    conversation = ben.find("Line 1 of a very")
    tell(conversation, LONG)
    customer.visit()
    frame = opens(customer, conversation)
    expect(customer.bubble(f"Line {LONG} of")).to_be_visible()
    walked = frame.evaluate(
        """async (wanted) => {
            const log = document.querySelector(".log");
            const frame = () => new Promise(requestAnimationFrame);
            const first = () =>
                Number(/Line (\\d+)/.exec(log.querySelector(".bubble").innerText)[1]);
            const count = () => document.querySelectorAll("*").length;
            const took = [];
            const jumps = [];
            let nodes = 0;
            const step = async (by) => {
                const edge = log.getBoundingClientRect().top;
                const row = [...log.querySelectorAll(".message")]
                    .find((row) => row.getBoundingClientRect().bottom > edge);
                const before = row.getBoundingClientRect().top;
                const from = performance.now();
                const below = log.scrollHeight - log.clientHeight - log.scrollTop;
                const moved = by < 0 ? -Math.min(-by, log.scrollTop) : Math.min(by, below);
                log.scrollTop += by;
                await frame();
                await frame();
                took.push(performance.now() - from);
                const after = row.getBoundingClientRect().top;
                if (row.isConnected) jumps.push(Math.abs(after - before + moved));
                nodes = Math.max(nodes, count());
            };
            const median = (of) => [...of].sort((a, b) => a - b)[of.length >> 1];
            const end = performance.now() + 90000;
            while (first() > wanted && performance.now() < end) await step(-700);
            const reached = first();
            const [early, late] = [median(took.slice(0, 50)), median(took.slice(-50))];
            for (let steps = 0; steps < 150; steps += 1) await step(700);
            const jump = Math.max(...jumps);
            return { reached, back: first(), nodes, early, late, step: median(took), jump };
        }""",
        LONG - WALKED,
    )
    assert walked["reached"] <= LONG - WALKED, walked
    assert walked["back"] > walked["reached"] + 500, walked
    assert walked["nodes"] < NODES_MAX, walked
    assert walked["jump"] < 2, walked
    # Two frames are 33 ms. However far up, a step costs the same.
    assert walked["late"] < 2 * walked["early"] + 50, walked
    frame.get_by_role("button", name="Jump to the latest message").click()
    expect(customer.bubble(f"Line {LONG} of")).to_be_in_viewport()


def test_a_bot_is_no_person_and_who_comes_in_is_said(shopper, product, ben, cleo):
    customer = shopper()
    customer.begin("Is anybody there?")
    conversation = ben.find("Is anybody there?")
    ben.says(conversation, "I am only a program.")
    product.psql(
        f"""UPDATE inbox_message SET author_type = 'bot', teammate_id = NULL, author_name = 'Guide'
        WHERE body_text = 'I am only a program.' AND conversation_id =
            (SELECT id FROM inbox_conversation WHERE public_id = '{conversation}')"""
    )
    customer.visit()
    frame = opens(customer, conversation)
    program = customer.bubble("only a program")
    expect(program.locator(".tag")).to_have_text("Bot")
    expect(program.locator(".sr")).to_have_text("Guide, Bot:")
    cleo.says(conversation, "And I am Cleo.")
    person = customer.bubble("And I am Cleo.")
    expect(person.locator(".tag")).to_have_count(0)
    ground = "node => getComputedStyle(node.querySelector('.bubble')).backgroundColor"
    assert program.evaluate(ground) != person.evaluate(ground)
    joined = frame.locator(".rule", has_text="joined")
    expect(joined).to_have_text(re.compile("^Cleo .*joined$"))
    assert joined.evaluate("line => line.nextElementSibling.innerText.includes('I am Cleo')")
    # What was there before is history; what arrives is read out.
    assert program.get_attribute("aria-live") == "off"
    assert person.get_attribute("aria-live") is None
    customer.write("Good.")
    expect(customer.bubble("Good.")).to_have_attribute("aria-live", "off")


def test_a_conversation_that_is_not_here_says_so_and_leads_back(shopper, ben):
    other = shopper()
    other.begin("Mine alone.")
    theirs = ben.find("Mine alone.")
    customer = shopper()
    for unknown in (theirs, "cv_nothing", "../boot?x#y"):
        frame = opens(customer, unknown)
        gone = frame.get_by_role("alert").filter(has_text="not available here")
        expect(gone).to_be_visible()
        expect(frame.get_by_label("Your message")).to_be_hidden()
        gone.get_by_role("button", name="Your conversations").click()
        expect(frame.get_by_role("heading", name="Messages")).to_be_visible()
