"""Writing to customers, where only a browser can show that it works."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_inbox import bubble, open_row, row_of, settled

pytestmark = [pytest.mark.browser, pytest.mark.product]


def compose(page, words):
    page.locator("inbox-composer textarea").click()
    page.keyboard.type(words)


def saved(page):
    expect(page.locator(".draft-state")).to_have_text(re.compile(r"^Draft saved \d"))


def box(page):
    return page.locator("inbox-composer textarea")


def test_a_draft_goes_on_on_another_device_and_is_gone_everywhere_when_it_is_sent(agent, visitor):
    customer = visitor()
    customer.say("Can I have the heron lamp in green?")
    laptop, phone = agent("cleo"), agent("cleo", viewport={"width": 390, "height": 844})
    open_row(laptop, customer)
    compose(laptop, "We paint it")
    saved(laptop)
    expect(row_of(laptop, customer).locator(".row-draft")).to_have_text("Draft: ")
    expect(row_of(phone, customer).locator(".row-draft")).to_have_count(1)

    open_row(phone, customer)
    expect(box(phone)).to_have_value("We paint it")
    compose(phone, " in any color.")
    expect(box(phone)).to_have_value("We paint it in any color.")
    expect(box(laptop)).to_have_value("We paint it in any color.")

    laptop.keyboard.press("Control+Enter")
    settled(laptop)
    expect(bubble(phone, "in any color.")).to_be_visible()
    expect(box(phone)).to_have_value("")
    expect(row_of(laptop, customer).locator(".row-draft")).to_have_count(0)
    assert customer.hears().count("We paint it in any color.") == 1


def test_what_is_written_elsewhere_while_a_conversation_opens_is_in_the_box(agent, visitor):
    customer = visitor()
    customer.say("Opened slowly here, answered quickly there.")
    page = agent("ben", "unassigned/")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.evaluate(
        """() => document.addEventListener("inbox:draft", ({ detail }) => {
            if (detail.version) window.hasHeard = true;
        })"""
    )
    answers = []
    page.route(
        re.compile(f"/{customer.conversation}/$"),
        lambda route: answers.append((route, route.fetch())),
        times=1,
    )
    # No pointer comes near: that alone would fetch it ahead.
    row_of(page, customer).locator("a").evaluate("link => link.click()")
    for _ in range(PATIENCE_MS // 50):
        if not answers:
            page.wait_for_timeout(50)
    elsewhere = agent("ben", f"unassigned/{customer.conversation}/")
    compose(elsewhere, "Half a thought")
    saved(elsewhere)
    page.wait_for_function("() => window.hasHeard")
    ((route, answer),) = answers
    route.fulfill(response=answer)
    expect(box(page)).to_have_value("Half a thought")


def test_what_two_devices_wrote_at_once_is_kept_both(agent, visitor):
    customer = visitor()
    customer.say("Is the magpie chair in stock?")
    first, second = agent("cleo"), agent("cleo")
    for page in (first, second):
        open_row(page, customer)
    first.context.set_offline(True)
    compose(first, "Two are left.")
    expect(first.locator(".draft-state")).to_have_text("Draft kept on this device")
    compose(second, "I ask the shop.")
    saved(second)
    first.context.set_offline(False)

    clash = first.locator(".draft-clash")
    expect(clash).to_contain_text("On another device you wrote “I ask the shop.”", timeout=20_000)
    expect(box(first)).to_have_value("Two are left.")
    clash.get_by_role("button", name="Keep both").click()
    expect(box(first)).to_have_value("Two are left.\n\nI ask the shop.")
    saved(first)
    expect(box(second)).to_have_value("Two are left.\n\nI ask the shop.")


@pytest.fixture
def holding(agent):
    """holding("ben"): a teammate whose replies wait a moment; afterwards they do not."""
    pages = []

    def opened(name, **options):
        page = agent(name, **options)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        switch_holding(page, is_on=False)


def switch_holding(page, *, is_on):
    choice = page.locator("[data-holding]")
    page.locator(".send-menu summary").click()
    with page.expect_response("**/inbox/holding/"):
        choice.set_checked(is_on)
    page.keyboard.press("Escape")


def test_a_reply_is_taken_back_by_key_and_goes_out_when_it_is_not(holding, visitor):
    customer = visitor()
    customer.say("Do you ship the kingfisher mirror?")
    page = holding("cleo")
    open_row(page, customer)
    switch_holding(page, is_on=True)

    compose(page, "We do not, sorry")
    page.keyboard.press("Control+Enter")
    waiting = page.locator(".later-message.is-held")
    expect(waiting).to_contain_text("We do not, sorry")
    expect(box(page)).to_have_value("")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("We do not, sorry")
    expect(waiting).to_have_count(0)
    assert len(customer.hears()) == 1

    box(page).fill("We do, everywhere")
    page.keyboard.press("Control+Enter")
    expect(waiting).to_contain_text("We do, everywhere")
    expect(bubble(page, "We do, everywhere").locator(".bubble")).to_be_visible(timeout=20_000)
    expect(waiting).to_have_count(0)
    assert customer.hears()[1:] == ["We do, everywhere"]


def test_a_held_reply_that_the_server_was_first_to_send_waits_no_longer(holding, visitor):
    customer = visitor()
    name = uuid.uuid4().hex[:8]
    customer.say(f"Do you ship the nuthatch mirror {name}?")
    page = holding("cleo")
    open_row(page, customer)
    switch_holding(page, is_on=True)
    late = []
    page.route("**/later/*/", lambda route: late.append(route))
    compose(page, f"We do {name}")
    page.keyboard.press("Control+Enter")
    waiting = page.locator(".later-message.is-held")
    expect(waiting).to_contain_text(name)
    expect(bubble(page, f"We do {name}").locator(".bubble")).to_be_visible()
    for _ in range(200):
        if late:
            break
        page.wait_for_timeout(50)
    for route in late:
        route.continue_()
    expect(waiting).to_have_count(0)
    assert customer.hears()[1:] == [f"We do {name}"]


def test_a_reply_waits_for_tomorrow_until_the_customer_writes(agent, visitor):
    customer = visitor()
    customer.say("When does the osprey desk come?")
    page, watching = agent("ben"), agent("ada")
    for each in (page, watching):
        open_row(each, customer)
    compose(page, "Did it come?")
    page.keyboard.press("Control+Alt+Enter")
    expect(page.get_by_role("button", name="In an hour")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".later-message")).to_contain_text("You send this")
    expect(watching.locator(".later-message")).to_contain_text("sends this")
    customer.say("It came!")
    expect(page.locator(".later-message")).to_contain_text("wrote before it went out.")
    expect(watching.locator(".later-message")).to_have_count(0)
    page.locator(".later-message").get_by_role("button", name="Edit").click()
    expect(box(page)).to_have_value("Did it come?")
    assert customer.hears() == ["When does the osprey desk come?", "It came!"]


def pick(page, words):
    """Selects these words in the box, by keys."""
    box(page).evaluate(
        """(text, words) => {
            const at = text.value.indexOf(words);
            text.focus();
            text.setSelectionRange(at, at + words.length);
        }""",
        words,
    )


def test_formatting_by_keys_and_by_pasting_can_be_undone(agent, visitor):
    customer = visitor()
    customer.say("Where do I read about the wren clock?")
    page = agent("ben")
    open_row(page, customer)
    compose(page, "It is on our page")
    pick(page, "page")
    box(page).evaluate(
        """(text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "https://lumen.test/wren");
            const options = { clipboardData, bubbles: true, cancelable: true };
            text.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    expect(box(page)).to_have_value("It is on our [page](https://lumen.test/wren)")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("It is on our page")
    page.keyboard.press("Control+b")
    expect(box(page)).to_have_value("It is on our **page**")
    page.keyboard.press("Control+b")
    expect(box(page)).to_have_value("It is on our page")
    page.keyboard.press("Control+i")
    expect(box(page)).to_have_value("It is on our *page*")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("It is on our page")


def test_a_question_whose_answer_is_known_is_noticed(agent, visitor):
    customer = visitor("dora")
    customer.say("The sandpiper stool wobbles.")
    page = agent("ben")
    open_row(page, customer)
    compose(page, "Sorry! What is your email?")
    notice = page.locator(".composer-notice")
    expect(notice).to_contain_text("You already know: Email = ")
    notice.get_by_role("button", name="Insert").click()
    expect(box(page)).to_have_value(re.compile(r"email\?\S+@\S+$"))
    page.get_by_text("Note", exact=True).click()
    compose(page, "What is her email?")
    expect(notice).to_be_hidden()


def test_a_macro_is_found_by_a_slash_shows_what_it_does_and_goes_out_with_it(agent, visitor):
    customer = visitor()
    customer.say("The plover vase came in two pieces.")
    page = agent("ben", "macros/")
    page.get_by_label("Name").fill("Plover broken")
    page.get_by_label("Text").fill("So sorry, {{contact.first_name|there}}! We send another.")
    page.get_by_label("Priority").select_option("high")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".macros-list")).to_contain_text("Plover broken")

    page.goto("/inbox/all/")
    open_row(page, customer)
    compose(page, "/plover")
    option = page.get_by_role("option", name="Plover broken")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(option).to_contain_text("Priority High")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value(re.compile(r"^So sorry, .+! We send another\.$"))
    expect(page.locator(".then")).to_contain_text("Priority High")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#head")).to_have_attribute("data-priority", "high")
    assert customer.hears()[-1].endswith("We send another.")


def test_an_emoji_is_found_by_its_name_and_can_be_undone(agent, visitor):
    customer = visitor()
    customer.say("The lapwing lamp is lovely.")
    page = agent("ben")
    open_row(page, customer)
    compose(page, "Thanks :tada")
    expect(page.get_by_role("option", name="tada")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("Thanks 🎉 ")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("Thanks :tada")


def test_what_was_done_along_with_a_reply_is_undone_by_a_key(agent, visitor):
    customer = visitor()
    customer.say("The ptarmigan is settled.")
    page = agent("ben", f"all/{customer.conversation}/")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    box = page.locator("inbox-composer textarea")
    box.fill("Glad to hear it.")
    box.press("Control+Shift+Enter")
    expect(page.locator(".toast", has_text="Sent and closed.")).to_be_visible()
    status = page.locator(f'#conversation[data-conversation="{customer.conversation}"] #head')
    expect(status).to_have_attribute("data-status", "closed")
    box.press("Control+z")
    expect(status).to_have_attribute("data-status", "open")


def test_a_team_that_a_note_names_is_given_the_conversation_by_a_key(agent, visitor):
    customer = visitor()
    customer.say("The dunnock lamp has a loose wire.")
    page = agent("ben", f"all/{customer.conversation}/")
    expect(page.locator("#connection[data-state=live]")).to_be_attached()
    page.keyboard.press("n")
    box = page.locator("inbox-composer textarea")
    expect(box).to_be_focused()
    box.fill("@Support, is that one for you?")
    box.press("Control+Enter")
    offer = page.get_by_role("button", name="Give it to Support")
    expect(offer).to_be_visible()
    box.press("Control+g")
    expect(page.locator(".toast", has_text="Support")).to_contain_text("Undo")
    expect(offer).to_have_count(0)
    head = page.locator(f'#conversation[data-conversation="{customer.conversation}"] #head')
    expect(head).to_contain_text("Support")
