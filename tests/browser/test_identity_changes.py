"""One browser, several people: what a page, a tab or a copy of a token still opens afterwards."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.test_messenger import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.product]


@pytest.fixture
def shopper(window, demo):
    shop = demo["url"].replace("127.0.0.1", "localhost") + "/demo/"

    def arrived(name="", page=None):
        return Shopper(page or window(), shop, f"?as={name}" if name else "")

    return arrived


def token_of(shopper, demo):
    return shopper.page.evaluate(f"localStorage['counterfoil:{demo['app_id']}']")


def status_of(demo, token):
    request = Request(
        f"{demo['url']}/m/api/conversations", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def test_shutdown_ends_the_session_on_the_server(shopper, demo):
    dora = shopper("dora")
    dora.begin("Something of mine")
    dora.is_settled()
    token = token_of(dora, demo)
    assert status_of(demo, token)[0] == 200
    with dora.page.expect_response(lambda answer: answer.url.endswith("/m/api/session")) as ended:
        dora.page.evaluate("Counterfoil('shutdown')")
    assert ended.value.status == 204
    assert status_of(demo, token)[0] == 401
    assert dora.page.evaluate("Object.keys(localStorage)") == []


def test_two_tabs_of_two_people_settle_on_the_last_and_do_not_take_turns(shopper, demo):
    dora = shopper("dora")
    dora.begin("Dora's own words")
    dora.is_settled()
    first = token_of(dora, demo)
    boots = []
    for page in (dora.page, dora.page.context.new_page()):
        page.on("request", lambda r: r.url.endswith("/m/api/boot") and boots.append(r.url))
    emil = shopper("emil", page=page)
    emil.open()
    expect(dora.frame.locator("body")).not_to_contain_text("Dora's own words", timeout=20_000)
    emil.page.wait_for_timeout(4000)
    assert len(boots) <= 4
    assert status_of(demo, first)[0] == 401
    assert token_of(dora, demo) == token_of(emil, demo)
    expect(emil.frame.locator("body")).not_to_contain_text("Dora")
