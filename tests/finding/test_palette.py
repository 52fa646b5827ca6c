"""The palette's part of the server: people, conversations and macros by name."""

import pytest

from inbox.actions import assign, save_macro
from inbox.models import Macro

pytestmark = pytest.mark.django_db


def offered(browser, q, conversation=None):
    name = conversation.public_id if conversation else ""
    page = browser.get("/inbox/palette/", {"q": q, "in": name}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    return page.content.decode()


def test_people_conversations_and_macros_are_offered_by_name(say, ben, ada, dora, browser_of):
    kettle = say(dora, "The copper kettle of Lindqvist leaks")
    save_macro(
        Macro(), by=ben, name="Lindqvist greeting", body="Hi {{contact.first_name}}", owner=ben
    )
    page = offered(browser_of(ben), "lindq", kettle)
    assert f"/inbox/search/?q=contact:{dora.public_id}" in page
    message = kettle.messages.get(seq=1)
    assert f"/inbox/all/{kettle.public_id}/#message-{message.public_id}" in page
    assert 'data-body="Hi Dora"' in page
    # Without a conversation on screen there is nothing to fill a macro in for.
    assert "data-macro" not in offered(browser_of(ben), "lindq")
    assert "data-macro" not in offered(browser_of(ada), "lindq", kettle)


def test_what_is_hidden_is_not_offered_nor_filled_in(
    say, ben, ada, cleo, dora, billing, browser_of
):
    secret = say(dora, "secret sapphire")
    assign(secret, by=ada, team=billing)
    save_macro(Macro(), by=ada, name="Sapphire words", body="Hi {{contact.name}}")
    page = offered(browser_of(ben), "sapphire", secret)
    assert secret.public_id not in page and "data-macro" not in page
    assert secret.public_id in offered(browser_of(cleo), "sapphire", secret)


@pytest.mark.parametrize("q", ["", "a" * 900, "is:", "'; DROP", "<script>", "-", '"'])
def test_whatever_is_typed_gets_an_answer(ben, browser_of, q):
    page = offered(browser_of(ben), q)
    assert "Search everything for" in page and "<script>" not in page
