"""The messenger for everybody: by keyboard, by ear, enlarged, small, mirrored, in forced colors."""

import uuid

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.seeing import faults
from tests.browser.test_messenger import Shopper, Staff

pytestmark = [pytest.mark.browser, pytest.mark.product]


@pytest.fixture
def shopper(window, demo):
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"

    def arrived(name="", **options):
        page = window(reduced_motion="reduce", **options)
        return Shopper(page, shop, f"?as={name}" if name else "")

    return arrived


@pytest.fixture
def ben(demo):
    return Staff(demo, "ben")


@pytest.fixture
def sound():
    """sound(customer): fails when axe finds something serious in what is shown, light or dark."""

    def check(customer, opened="html"):
        found = faults(customer.page, "messenger", opened, customer.frame)
        assert found == [], found

    return check


def refuse_messages(customer):
    problem = {"type": "not-allowed", "title": "No", "detail": "Not on Sundays."}
    customer.page.route("**/messages", lambda route: route.fulfill(status=403, json=problem))


# ---- Heard and seen, state by state --------------------------------------------------------------


def test_home_and_the_list_have_no_serious_fault(shopper, sound):
    customer = shopper("dora")
    frame = customer.open()
    expect(frame.locator(".conversation").first).to_be_visible()
    sound(customer)
    frame.get_by_role("button", name="Messages").click()
    expect(frame.locator(".list .conversation").first).to_be_visible()
    sound(customer)


def test_the_empty_list_and_the_empty_thread_have_no_serious_fault(shopper, sound):
    customer = shopper()
    frame = customer.open()
    frame.get_by_role("button", name="Messages").click()
    expect(frame.locator(".empty")).to_be_visible()
    sound(customer)
    frame.get_by_role("button", name="Send us a message").click()
    expect(frame.get_by_label("Your message")).to_be_focused()
    sound(customer)


def test_a_thread_with_a_failure_files_emoji_and_the_menu_has_no_serious_fault(
    shopper, sound, tmp_path
):
    paper = tmp_path / "measures.txt"
    paper.write_text("Sleeve 64, chest 98")
    customer = shopper("dora")
    frame = customer.open()
    frame.locator(".conversation").first.click()
    expect(frame.locator(".message").first).to_be_visible()
    sound(customer)
    refuse_messages(customer)
    customer.write("refused")
    expect(frame.get_by_role("button", name="Try again")).to_be_visible()
    frame.locator("input[type=file]").set_input_files([paper])
    expect(frame.locator(".file")).to_be_visible()
    expect(frame.locator(".file progress")).to_have_count(0)
    sound(customer)
    frame.get_by_role("button", name="Emoji").click()
    frame.get_by_role("button", name="Notifications").click()
    expect(frame.get_by_role("dialog", name="Emoji")).to_be_visible()
    expect(frame.get_by_label("Sound for new messages")).to_be_visible()
    sound(customer)


def test_the_question_for_an_address_has_no_serious_fault(shopper, sound):
    customer = shopper()
    customer.begin("Is there anybody?")
    field = customer.frame.get_by_label("Your e-mail address")
    field.fill("nobody")
    field.press("Enter")
    expect(customer.frame.get_by_text("does not look like")).to_be_visible()
    sound(customer)


def test_a_closed_conversation_has_no_serious_fault(shopper, ben, sound):
    customer = shopper()
    customer.begin("That was all.")
    customer.is_settled()
    ben.call("POST", f"conversations/{ben.find('That was all.')}/closure", {})
    expect(customer.frame.get_by_text("This conversation was closed.")).to_be_visible()
    customer.frame.get_by_role("radio", name="Great").check()
    expect(customer.frame.get_by_label("Tell us more")).to_be_visible()
    sound(customer)


def test_answers_to_pick_from_and_an_enlarged_picture_have_no_serious_fault(
    shopper, ben, sound, tmp_path
):
    Image.new("RGB", (900, 600), "#B5452C").save(tmp_path / "elbow.png")
    customer = shopper(viewport={"width": 320, "height": 568})
    customer.begin("Here it is.")
    conversation = ben.find("Here it is.")
    frame = customer.frame
    frame.locator("input[type=file]").set_input_files(tmp_path / "elbow.png")
    frame.get_by_role("button", name="Send", exact=True).click()
    customer.is_settled()
    choices = {"kind": "reply", "body": "Which color?", "choices": ["Red", "The same again"]}
    choices["client_id"] = str(uuid.uuid4())
    ben.call("POST", f"conversations/{conversation}/messages", choices)
    expect(frame.get_by_role("button", name="The same again")).to_be_visible()
    sound(customer)
    frame.locator("a.picture").click()
    picture = frame.get_by_role("dialog").get_by_role("img", name="elbow.png")
    expect(picture).to_be_in_viewport(ratio=1)
    sound(customer)


def test_a_refusal_has_no_serious_fault(shopper, sound):
    customer = shopper("dora")
    frame = customer.open()
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    problem = {"type": "not-allowed", "title": "No", "detail": "This identity has ended."}
    customer.page.route("**/m/api/boot", lambda route: route.fulfill(status=403, json=problem))
    customer.page.route("**/m/api/conv*", lambda route: route.fulfill(status=401, json=problem))
    frame.get_by_role("button", name="Messages").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    sound(customer)


# ---- By keyboard ---------------------------------------------------------------------------------


def test_everything_is_done_without_a_mouse(shopper):
    """From the launcher to a sent message with an emoji, to the list and back out."""
    customer = shopper()
    page = customer.page
    page.evaluate("document.querySelector('footer').tabIndex = -1")
    page.evaluate("document.querySelector('footer').focus()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    frame = customer.frame
    expect(frame.get_by_role("heading", level=1)).to_be_focused()
    tab_to(customer, "Messages")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", name="Messages")).to_be_focused()
    tab_to(customer, "Send us a message")
    page.keyboard.press("Enter")
    page.keyboard.type("By hand ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sheet = frame.get_by_role("dialog", name="Emoji")
    expect(sheet.get_by_role("button").first).to_be_focused()
    page.keyboard.press("End")
    expect(sheet.get_by_role("button").last).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(frame.get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Enter")
    expect(customer.bubble("By hand")).to_be_visible()
    customer.is_settled()
    tab_to(customer, "Back", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", name="Messages")).to_be_focused()
    page.keyboard.press("Escape")
    page.wait_for_function("() => told.hide === 1")
    assert page.evaluate("document.activeElement.localName") == "counterfoil-messenger"
    page.keyboard.press("Enter")
    page.wait_for_function("() => told.show === 2")
    expect(frame.get_by_role("heading", name="Messages")).to_be_focused()


def tab_to(customer, name, key="Tab"):
    """Goes on by keyboard to what has this name."""
    passed = []
    for _ in range(20):
        customer.page.keyboard.press(key)
        passed.append(
            customer.frame.evaluate(
                "(({ ariaLabel, innerText }) => ariaLabel || innerText.split('\\n')[0])"
                "(document.activeElement)"
            )
        )
        if passed[-1] == name:
            return
    raise AssertionError(f"{name} is not among {passed}")


def test_only_what_others_say_is_read_out(shopper, ben):
    customer = shopper()
    customer.begin("Quietly")
    customer.is_settled()
    ben.says(ben.find("Quietly"), "Aloud")
    frame = customer.frame
    log = frame.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(customer.bubble("Aloud")).to_be_visible()
    expect(customer.bubble("Quietly")).to_have_attribute("aria-live", "off")


# ---- Small, large, forced, mirrored --------------------------------------------------------------


def fits(frame):
    """Waits until nothing that can be used reaches over the frame's sides, and nothing scrolls
    sideways: what has just come may still find its place."""
    for _ in range(50):
        found = reaching_over(frame)
        if found == [False, []]:
            return
        frame.page.wait_for_timeout(100)
    assert found == [False, []]


def reaching_over(frame):
    """Whether the page scrolls sideways, and what reaches over its sides."""
    return frame.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            const out = [...document.querySelectorAll("button, a, textarea, input, h1, .bubble")]
                .filter((one) => one.checkVisibility())
                .filter((one) => {
                    const { left, right, width } = one.getBoundingClientRect();
                    return width > 0 && (left < -1 || right > wide + 1);
                });
            const isWide = document.documentElement.scrollWidth > wide;
            return [isWide, out.map((one) => one.outerHTML.slice(0, 120))];
        }"""
    )


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 320, "height": 568}},
        # 200 %: half as many CSS pixels, each twice as large.
        {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
        {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
        {"viewport": {"width": 320, "height": 568}, "locale": "ar"},
    ],
    ids=["320px", "200%", "400%", "mirrored"],
)
def test_everything_fits_however_small_the_page(shopper, options):
    customer = shopper("dora", **options)
    customer.page.evaluate("() => Counterfoil('show')")
    frame = customer.frame
    expect(frame.locator(".conversation").first).to_be_visible()
    fits(frame)
    frame.locator(".tabs button").nth(1).click()
    expect(frame.locator(".list .conversation").first).to_be_visible()
    fits(frame)
    frame.locator(".conversation").first.click()
    expect(frame.locator(".message").first).to_be_visible()
    frame.locator(".smile").click()
    expect(frame.get_by_role("dialog")).to_be_visible()
    frame.locator(".bell button").click()
    expect(frame.locator(".menu")).to_be_visible()
    fits(frame)
    box = frame.locator("textarea")
    box.fill("word " * 200)
    expect(box).to_be_in_viewport()
    expect(frame.locator(".go")).to_be_in_viewport()


def test_in_a_language_from_right_to_left_the_messenger_is_mirrored(shopper):
    customer = shopper("dora", locale="ar")
    frame = customer.open()
    assert frame.evaluate("document.documentElement.dir") == "rtl"
    frame.locator(".conversation").first.click()
    expect(frame.locator(".mine").first).to_be_visible()
    middle = "one => one.getBoundingClientRect().left + one.getBoundingClientRect().width / 2"
    wide = frame.evaluate("innerWidth")
    assert frame.locator(".mine").first.evaluate(middle) < wide / 2
    assert frame.locator(".theirs").first.evaluate(middle) > wide / 2
    back, close = frame.locator(".bar > button").first, frame.locator(".bar > button").last
    assert close.evaluate(middle) < back.evaluate(middle)


def test_in_forced_colors_what_is_a_button_or_a_bubble_keeps_its_edge(shopper):
    customer = shopper("dora", forced_colors="active")
    frame = customer.open()
    frame.locator(".conversation").first.click()
    expect(frame.locator(".bubble").first).to_be_visible()
    edge = "one => parseFloat(getComputedStyle(one).borderTopWidth)"
    for name in (".bubble", ".go", ".box"):
        assert frame.locator(name).first.evaluate(edge) >= 1


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_words_keep_their_own_direction_whatever_the_interface_has(shopper, locale):
    customer = shopper(locale=locale)
    frame = customer.open()
    frame.locator(".start").first.click()
    box = frame.locator("textarea")
    for words in ("Hello, (1) two", "مرحبا (1) بكم"):
        box.fill(words)
        box.press("Enter")
        expect(frame.locator(".bubble", has_text=words)).to_be_visible()
    customer.is_settled()
    direction = "(found) => found.map((one) => getComputedStyle(one).direction)"
    assert frame.locator(".bubble").evaluate_all(direction) == ["ltr", "rtl"]


def test_with_reduced_motion_nothing_moves(shopper):
    customer = shopper()
    customer.begin("Standing still")
    frame = customer.frame
    expect(customer.bubble("Standing still")).to_be_visible()
    assert frame.evaluate("document.getAnimations().length") == 0
