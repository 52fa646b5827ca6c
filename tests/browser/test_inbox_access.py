"""The inbox for everybody, state by state: nothing that is shown shuts anybody out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.seeing import faults
from tests.browser.test_inbox import PHONE, open_row, row_of, settled, write

pytestmark = [pytest.mark.browser, pytest.mark.product]

CALM = {"reduced_motion": "reduce"}
MENU = "pick-menu details[open]"


def test_what_opens_over_the_list_the_thread_and_the_record_shuts_nobody_out(agent, visitor):
    customer, other = visitor("dora"), visitor()
    customer.say("Can everybody read this? https://shop.test/lamps/")
    other.say("And this?")
    page = agent("ada", "unassigned/", **CALM)
    open_row(page, customer)
    write(page, "Everybody can: **all** of it.")
    write(page, "And this is *ours*.", kind="note")
    settled(page)
    page.keyboard.press("Escape")
    expect(page.locator("#record")).to_be_visible()
    found = faults(page, "conversation")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found += faults(page, "keys in a dialog", "dialog[open]")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.type("the")
    expect(page.locator("#palette-conversations")).to_be_visible()
    found += faults(page, "palette", "#palette")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    menu = page.locator(MENU)
    for key in "atlszo":
        page.keyboard.press(key)
        expect(menu).to_be_visible()
        found += faults(page, f"menu of {key}", MENU)
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)

    page.keyboard.press("\\")
    expect(page.get_by_role("combobox", name="What")).to_be_focused()
    found += faults(page, "filter")
    page.keyboard.press("Escape")

    row_of(page, customer).locator("a").focus()
    page.keyboard.press("x")
    row_of(page, other).locator("a").focus()
    page.keyboard.press("x")
    expect(page.locator(".many-do")).to_be_visible()
    found += faults(page, "many chosen", "#list")
    assert found == [], found


def test_the_pages_beside_the_inbox_shut_nobody_out(agent, window, visitor, demo):
    visitor().say("The lamp of the pages beside the inbox.")
    page = agent("ada", "search/?q=the", **CALM)
    expect(page.locator(".hit").first).to_be_visible()
    found = faults(page, "search")
    door = window(base_url=demo["url"], **CALM)
    door.goto("/login/")
    found += faults(door, "door")
    door.fill("#id_username", demo["logins"]["ben"]["email"])
    door.fill("#id_password", demo["logins"]["ben"]["password"])
    door.get_by_role("button", name="Log in").click()
    expect(door).to_have_url(re.compile("/inbox/"))
    page.goto("/inbox/search/?q=nobodyeversaidthis")
    found += faults(page, "nothing found")
    for path in ("notifications", "notifications/settings", "keys", "macros", "first-steps"):
        page.goto(f"/inbox/{path}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found += faults(page, path)
    page.locator("body").press("Escape")
    page.goto("/inbox/views/")
    expect(page.get_by_role("combobox", name="What").first).to_be_visible()
    found += faults(page, "a new view")
    page.goto("/inbox/spam/")
    expect(page.locator("#conversation")).to_contain_text("No conversation chosen")
    found += faults(page, "an empty list")
    assert found == [], found


def test_the_inbox_on_a_phone_shuts_nobody_out(agent, visitor):
    customer = visitor()
    customer.say("From my phone to yours.")
    page = agent("ada", "unassigned/", **PHONE, **CALM)
    expect(row_of(page, customer)).to_be_visible()
    found = faults(page, "list")
    open_row(page, customer)
    expect(page).to_have_url(re.compile(customer.conversation))
    found += faults(page, "thread")
    assert found == [], found


def test_what_helps_while_writing_and_every_dialog_shut_nobody_out(agent, visitor):
    customer = visitor()
    customer.say("What is offered to who writes?")
    page = agent("ada", "unassigned/", **CALM)
    open_row(page, customer)
    page.keyboard.press("n")
    text = page.locator("inbox-composer textarea")
    expect(text).to_be_focused()
    found = []
    for typed, name in (("/", "macros"), ("@", "mentions"), (":sm", "emoji by name")):
        text.fill("")
        page.keyboard.type(typed)
        expect(page.locator(".composer > .macro-options")).to_be_visible()
        found += faults(page, name, ".composer")
    text.fill("")
    page.keyboard.press("Escape")
    menu = page.locator(MENU)
    for opener, state in (
        (".emoji-menu summary", "emoji by sight"),
        ("[data-menu=more] summary", "more"),
        ("[data-menu=bell] summary", "bell"),
    ):
        page.locator(opener).click()
        expect(menu).to_be_visible()
        found += faults(page, state, MENU)
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
    page.keyboard.press("r")
    expect(text).to_be_focused()
    page.keyboard.type("Later.")
    page.keyboard.press("Control+Alt+Enter")
    expect(menu).to_be_visible()
    found += faults(page, "send later", MENU)
    page.keyboard.press("Escape")
    text.fill("")
    page.keyboard.press("Escape")
    for key, dialog in (("M", "#merging"), ("S", "#splitting")):
        page.keyboard.press(key)
        expect(page.locator(f"{dialog}[open] h2")).to_be_visible()
        found += faults(page, dialog, f"{dialog}[open]")
        page.keyboard.press("Escape")
        expect(page.locator(f"{dialog}[open]")).to_have_count(0)
    assert found == [], found


def test_with_forced_colors_what_is_chosen_and_focused_can_be_told(agent, visitor):
    customer, other = visitor(), visitor()
    customer.say("In two colors, please.")
    other.say("And this one as well.")
    page = agent("ada", "unassigned/", forced_colors="active", **CALM)
    open_row(page, customer)
    look = """row => {
        const styles = [row, row.querySelector(".row-link")].map((one) => getComputedStyle(one));
        return styles.map((style) => [style.backgroundColor, style.outlineStyle, style.outlineWidth,
            style.borderInlineStartWidth, style.boxShadow].join()).join();
    }"""
    shown, plain = row_of(page, customer), row_of(page, other)
    assert shown.evaluate(look) != plain.evaluate(look), "the one on screen"
    before = plain.evaluate(look)
    plain.locator("a").focus()
    page.keyboard.press("x")
    expect(plain.locator("[data-pick]")).to_be_checked()
    assert plain.evaluate(look) != before, "the focused one"
    page.keyboard.press("Escape")
    write(page, "Only for us.", kind="note")
    settled(page)
    note = page.locator(".message", has_text="Only for us.")
    expect(note.locator(".note-head")).to_be_visible()


def test_with_forced_colors_what_is_on_can_be_told_from_what_is_not(agent, visitor):
    customer = visitor()
    customer.say("On or off?")
    page = agent("ada", "unassigned/", forced_colors="active", **CALM)
    open_row(page, customer)
    page.keyboard.press("n")
    expect(page.locator("inbox-composer textarea")).to_be_focused()
    page.wait_for_function(
        """() => {
            const edge = (one) => getComputedStyle(one).borderBottomColor;
            const [reply, note] = document.querySelectorAll(".mode");
            return edge(reply) !== edge(note) && edge(reply) !== getComputedStyle(reply).color;
        }"""
    )
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    eye = page.locator("#head [data-following] button")
    expect(eye).to_have_attribute("aria-pressed", "true")
    expect(eye).to_have_css("outline-style", "solid")


# What can be pressed and written in, and titles, that the window does not hold from side to side.
CUT_OFF = """() => {
    const wide = innerWidth;
    const shown = [...document.querySelectorAll("button, a, input, textarea, summary, h1, h2")]
        .filter((one) => one.checkVisibility() && !one.closest(".sr, .skip"));
    const cut = shown.filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width > 1 && (left < -1 || right > wide + 1);
    });
    const named = cut.map((one) => one.title || one.textContent.trim() || one.className);
    return document.documentElement.scrollWidth > wide ? ["the page itself", ...named] : named;
}"""


def test_enlarged_twice_and_four_times_all_is_within_reach(agent, visitor):
    customer, other = visitor(), visitor()
    customer.say("Larger, please.")
    other.say("And this one.")
    # A window of 1440 × 900 enlarged twice, and one of 1280 × 1024 four times.
    for width, height in ((720, 450), (320, 256)):
        page = agent("ada", "unassigned/", viewport={"width": width, "height": height}, **CALM)
        nothing_cut = f"() => ({CUT_OFF})().length === 0"
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        page.wait_for_function(nothing_cut)
        for each in (customer, other):
            row_of(page, each).locator("[data-pick]").evaluate("box => box.click()")
        expect(page.locator(".many-do button").first).to_be_visible()
        page.wait_for_function(nothing_cut)
        page.locator("[data-many-none]").click()
        open_row(page, customer)
        expect(page.locator("#thread-title")).to_be_visible()
        page.wait_for_function(nothing_cut)
        words = page.locator(".bubble", has_text="Larger, please.")
        words.scroll_into_view_if_needed()
        expect(words).to_be_in_viewport(ratio=0.9)
        text = page.locator("inbox-composer textarea")
        text.scroll_into_view_if_needed()
        text.click()
        expect(text).to_be_focused()
        expect(text).to_be_in_viewport()
        send = page.get_by_role("button", name="Send", exact=False).last
        send.scroll_into_view_if_needed()
        expect(send).to_be_in_viewport()
        page.close()


def test_the_order_of_reading_is_the_order_of_looking(agent, visitor):
    customer = visitor()
    customer.say("What comes first?")
    page = agent("ada", "unassigned/", viewport={"width": 1440, "height": 900}, **CALM)
    open_row(page, customer)
    expect(page.locator("#record h2")).to_be_visible()
    page.wait_for_function(
        """() => {
            const panes = ["#rail", "#list", "main.thread", "#record"]
                .map((each) => document.querySelector(each));
            const follows = (one, other) =>
                one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
            const left = (one) => one.getBoundingClientRect().left;
            return panes.every((pane, at) => !at ||
                (follows(panes[at - 1], pane) && left(panes[at - 1]) <= left(pane)));
        }"""
    )
    # Nothing is taken out of the order of the document, and titles descend step by step.
    page.wait_for_function(
        """() => {
            const shown = (one) => one.checkVisibility() && !one.closest("dialog");
            const jumps = [...document.querySelectorAll("[tabindex]")]
                .filter((one) => shown(one) && one.tabIndex > 0);
            const levels = [...document.querySelectorAll("h1, h2, h3, h4")]
                .filter(shown).map((one) => Number(one.tagName[1]));
            const tops = levels.filter((level) => level === 1).length;
            return !jumps.length && tops === 1 &&
                levels.every((level, at) => level === 1 || at === 0 || level - levels[at - 1] <= 1);
        }"""
    )


def test_a_draft_of_two_devices_shuts_nobody_out(agent, visitor):
    customer = visitor()
    customer.say("Which of the two is meant?")
    first, second = agent("cleo", **CALM), agent("cleo", **CALM)
    for page in (first, second):
        open_row(page, customer)
    first.context.set_offline(True)
    first.locator("inbox-composer textarea").fill("This one.")
    expect(first.locator(".draft-state")).to_have_text("Draft kept on this device")
    second.locator("inbox-composer textarea").fill("That one.")
    expect(second.locator(".draft-state")).to_contain_text("Draft saved")
    first.context.set_offline(False)
    clash = first.locator(".draft-clash")
    expect(clash).to_contain_text("That one.", timeout=20_000)
    found = faults(first, "two drafts", ".composer")
    clash.get_by_role("button", name="Keep both").click()
    expect(clash).to_be_hidden()
    assert found == [], found
