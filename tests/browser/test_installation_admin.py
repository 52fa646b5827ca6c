"""An admin sets the shop's messenger up, sees it before it is saved, and the shop shows it."""

import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.seeing import COLORS

PARTS = (
    "Look",
    "Words and languages",
    "Home",
    "What visitors may do",
    "Who they are",
    "Put it on your site",
)


@pytest.fixture
def setting_up(agent, demo):
    """setting_up(): the form of the demo's messenger, as ada sees it."""

    def opened(**options):
        page = agent("ada", **options)
        page.goto("/admin/messenger/installation/")
        page.goto(page.locator("#result_list a[href*=change]").first.get_attribute("href"))
        expect(page.locator(".setup-screen iframe.ready")).to_be_attached()
        return page

    return opened


def part(page, name):
    page.locator(".setup-sections").get_by_role("button", name=name).click()


def previewed(page):
    return page.frame_locator(".setup-screen iframe.ready")


def shop_in(window, demo, locale):
    """The messenger of the shop, opened by somebody whose browser speaks this language."""
    page = window(locale=locale)
    page.goto(demo["url"].replace("127.0.0.1", "localhost") + "/demo/")
    page.wait_for_function("() => window.Counterfoil && Counterfoil.app")
    page.evaluate("Counterfoil('show')")
    page.wait_for_function("() => document.querySelector('counterfoil-messenger')")
    for _ in range(100):
        for frame in page.frames:
            if "/m/frame/" in frame.url:
                return frame
        page.wait_for_timeout(100)
    raise AssertionError("The messenger did not open.")


def test_what_an_admin_sets_is_seen_before_it_is_saved_and_then_by_the_shop(
    setting_up, window, demo, tmp_path
):
    picture = tmp_path / "logo.png"
    Image.new("RGB", (300, 300), "#7A1F5C").save(picture)
    page = setting_up(color_scheme="null")  # Otherwise the driver decides for all frames.
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda socket: sent.append(socket.url))
    page.locator("#id_color").fill("#7a1f5c")
    expect(page.locator(".setup-contrast")).to_contain_text("white")
    launcher = page.locator(".setup-launcher")
    expect(launcher).to_have_css("background-color", "rgb(122, 31, 92)")
    page.locator("#id_logo").set_input_files(picture)
    expect(previewed(page).locator("img[src^='blob:']")).to_be_visible()
    part(page, "Words and languages")
    page.locator("#id_greeting").fill("Loose button? Tell us.")
    expect(previewed(page).get_by_text("Loose button? Tell us.")).to_be_visible()
    page.get_by_label("Language of the preview").select_option("es")
    page.locator("#id_texts-0-greeting").fill("¿Un botón suelto?")
    expect(previewed(page).get_by_text("¿Un botón suelto?")).to_be_visible()
    part(page, "Home")
    page.get_by_label("Language of the preview").select_option("en")
    home = page.locator(".setup-section:not([hidden])")
    home.get_by_role("button", name="Add a link").click()
    home.get_by_label("Title of the link").last.fill("Lessons")
    home.get_by_label("Address of the link").last.fill("https://lessons.test/")
    expect(previewed(page).get_by_text("Lessons")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    asks = "matchMedia('(prefers-color-scheme: dark)').matches"
    end = time.monotonic() + 20
    while not previewed(page).locator("html").evaluate(asks):
        assert time.monotonic() < end, "the preview follows its own switch"
        page.wait_for_timeout(50)
    expect(page.locator("#id_greeting")).to_have_value("Loose button? Tell us.")
    part(page, "Look")
    page.locator("#id_position").select_option("left")
    expect(page.locator(".setup-screen")).to_have_attribute("dir", "rtl")
    page.locator("#id_position").select_option("right")
    assert [url for url in sent if "/m/api/" in url or url.startswith("ws")] == []

    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully").first).to_be_visible()
    english, spanish = shop_in(window, demo, "en-GB"), shop_in(window, demo, "es-MX")
    expect(english.get_by_text("Loose button? Tell us.")).to_be_visible()
    expect(english.get_by_text("Lessons")).to_be_visible()
    expect(spanish.get_by_text("¿Un botón suelto?")).to_be_visible()
    brand = "getComputedStyle(document.documentElement).getPropertyValue('--brand')"
    assert english.evaluate(brand) == "#7a1f5c"


def test_what_is_wrong_opens_its_part_of_the_form(setting_up):
    page = setting_up()
    part(page, "Put it on your site")
    page.get_by_label("Sites").fill("nonsense")
    part(page, "Look")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("“nonsense” is no origin")).to_be_visible()
    expect(
        page.locator(".setup-sections").get_by_role("button", name="Put it on your site")
    ).to_have_attribute("aria-current", "true")


def test_code_is_copied_and_chosen_by_language(setting_up, demo):
    page = setting_up()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    part(page, "Put it on your site")
    page.get_by_role("button", name="Copy the snippet").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'data-app="{demo["app_id"]}"' in copied and copied.startswith("<script async")
    page.get_by_role("tab", name="Python").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Ruby")).to_be_focused()
    expect(page.get_by_text("OpenSSL::HMAC")).to_be_visible()
    expect(page.get_by_text("pip install pyjwt")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_has_no_serious_fault(setting_up, scheme):
    from axe_playwright_python.sync_playwright import Axe

    # In the dark only the colors are others.
    options = {"resultTypes": ["violations"]} | ({"runOnly": COLORS} if scheme == "dark" else {})
    page = setting_up(color_scheme=scheme)
    found = []
    for name in PARTS:
        part(page, name)
        # The theme's own footer and sidebar are not ours.
        violations = Axe().run(
            page, context={"include": [[".setup"]], "exclude": [["iframe"]]}, options=options
        )
        found += [
            (name, one["id"], one["nodes"][0]["html"])
            for one in violations.response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
    assert found == []


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_form_does_not_scroll_sideways(setting_up, width):
    page = setting_up(viewport={"width": width, "height": 844})
    for name in PARTS:
        part(page, name)
        wide = page.evaluate("document.querySelector('.setup').scrollWidth")
        assert wide <= width, name
    assert re.search("#put-it-on-your-site$", page.url)
