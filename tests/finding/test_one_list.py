"""Searching one list: a view, with its filter, and nothing beside it."""

import json
from urllib.parse import urlencode

import pytest

from inbox.actions import assign, close, merge, save_view, tag
from inbox.default_views import find
from inbox.finding import search
from inbox.models import SavedView
from people.actions import create_token, find_or_create_tag, tag_contact, track
from people.models import Attribute
from people.models.token import Scope

pytestmark = pytest.mark.django_db

DORAS = {"fact": "contact.name", "op": "contains", "value": "dora"}


@pytest.fixture
def doras(ada):
    return save_view(SavedView(), by=ada, name="Doras", condition=DORAS, is_shared=True)


@pytest.fixture
def found_in(found):
    """found_in(view, "words", ben): what a teammate finds in a list."""

    def names(slug, text, viewer):
        view = find(slug, viewer)
        return found(text, viewer, among=lambda rows: view.narrow(rows, viewer))

    return names


def results(browser, text, **more):
    answer = browser.get("/inbox/search/", {"q": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_what_is_in_the_list_is_found(say, found, found_in, doras, ben, dora, emil):
    one, other = say(dora, "copper kettle"), say(emil, "copper kettle")
    assert set(found("kettle", ben)) == {one.public_id, other.public_id}
    assert found_in(doras.slug, "kettle", ben) == [one.public_id]
    assert found_in(doras.slug, "is:open", ben) == [one.public_id]
    assert found_in(doras.slug, "kettle -is:open", ben) == []
    close(other, by=ben)
    assert found_in("closed", "kettle", ben) == [other.public_id]
    assert found_in("all", "is:closed", ben) == []


def test_people_are_not_offered_where_a_list_is_searched(say, doras, ben, dora):
    assert search("dora", viewer=ben).contacts
    among = lambda rows: find(doras.slug, ben).narrow(rows, ben)  # noqa: E731
    assert search("dora", viewer=ben, among=among).contacts == []


def test_a_list_opens_no_door(say, found_in, doras, ada, ben, cleo, billing, dora):
    hidden = say(dora, "copper secret")
    assign(hidden, by=ada, team=billing)
    assert found_in(doras.slug, "copper", ben) == found_in(doras.slug, "is:open", ben) == []
    assert found_in(doras.slug, "copper", cleo) == [hidden.public_id]


def test_what_was_said_in_a_part_is_found_where_the_whole_stands(
    say, found_in, doras, ada, ben, cleo, billing, dora, emil
):
    part, whole = say(dora, "copper kettle"), say(dora, "and a lid")
    merge(part, into=whole, by=ben)
    assert found_in(doras.slug, "kettle", ben) == [whole.public_id]
    assert found_in("all", "kettle", ben) == [whole.public_id]
    close(whole, by=ben)
    assert found_in("all", "kettle", ben) == []
    assign(whole, by=ada, team=billing)
    assert found_in("closed", "kettle", ben) == []
    assert found_in("closed", "kettle", cleo) == [whole.public_id]


def test_the_page_searches_the_list_that_it_says(say, doras, ben, dora, emil, browser_of):
    one, other = say(dora, "copper kettle"), say(emil, "copper kettle")
    browser = browser_of(ben)
    place = {"view": doras.slug}
    everywhere = results(browser, "kettle", **place)
    assert one.public_id in everywhere and other.public_id in everywhere
    assert "Only in <b>Doras</b>" in everywhere
    here = results(browser, "kettle", **place, here="yes")
    assert f"/inbox/{doras.slug}/{one.public_id}/" in here and other.public_id not in here
    assert "In <b>Doras</b>" in here and "Search everywhere, not only in Doras" in here
    assert f'value="{doras.slug}"' in here and 'name="here" value="yes"' in here
    assert '<p class="search-scope">' not in results(browser, "kettle")


def test_a_filter_comes_along(say, doras, ben, dora, browser_of):
    one, other = say(dora, "copper kettle"), say(dora, "copper kettle")
    close(other, by=ben)
    asked = json.dumps({"fact": "conversation.status", "op": "is", "value": "open"})
    browser = browser_of(ben)
    here = results(browser, "kettle", view=doras.slug, filter=asked, here="yes")
    assert one.public_id in here and other.public_id not in here
    assert "In <b>Doras</b>, status is Open" in here
    listed = browser.get(f"/inbox/{doras.slug}/?{urlencode({'filter': asked})}").content.decode()
    link = urlencode({"view": doras.slug, "filter": asked.replace(": ", ":").replace(", ", ",")})
    assert f"/inbox/search/?{link}&here=yes".replace("&", "&amp;") in listed


def test_more_of_a_list_stays_in_the_list(say, doras, ben, dora, emil, browser_of):
    for number in range(27):
        say(dora, f"kettle number {number}")
        say(emil, f"kettle number {number}")
    browser = browser_of(ben)
    first = browser.get("/inbox/search/", {"q": "kettle", "view": doras.slug, "here": "yes"})
    more = first.context["more"]
    second = browser.get(more)
    assert (len(first.context["found"].hits), len(second.context["found"].hits)) == (25, 2)
    names = {hit.conversation.contact_id for hit in second.context["found"].hits}
    assert names == {dora.pk} and second.context["more"] == ""


def test_a_list_that_is_not_there_or_asks_for_nonsense(say, doras, ben, cleo, dora, browser_of):
    say(dora, "copper kettle")
    private = save_view(SavedView(), by=cleo, name="Mine", condition=DORAS)
    browser = browser_of(ben)
    for slug in (private.slug, "view-vw_nothing", "x\x00", "team-x", "../all"):
        given = {"q": "kettle", "view": slug, "here": "yes"}
        assert browser.get("/inbox/search/", given).status_code in (400, 404), slug
    for tree in ("{", "[" * 500, '{"fact": "nope"}' * 500):
        given = {"q": "kettle", "view": "all", "filter": tree, "here": "yes"}
        assert browser.get("/inbox/search/", given).status_code == 400, tree[:20]
    gone = {"q": "kettle", "view": "all", "filter": '{"fact": "nope", "op": "is"}', "here": "yes"}
    page = browser.get("/inbox/search/", gone)
    assert page.status_code == 200 and "There is no fact called" in page.content.decode()
    assert page.context["found"].hits == []


def test_a_view_that_asks_for_what_is_gone_says_so_in_its_search(say, ben, dora, browser_of):
    say(dora, "copper kettle")
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    asked = {"not": {"fact": "contact.attributes.size", "op": "is", "value": "L"}}
    view = save_view(SavedView(), by=ben, name="Sizes", condition=asked)
    Attribute.objects.all().delete()
    page = results(browser_of(ben), "kettle", view=view.slug, here="yes")
    assert "There is no fact called" in page and "Nothing was found." in page


def test_the_api_searches_one_list(say, doras, ada, ben, dora, emil, client):
    one = say(dora, "copper kettle")
    say(emil, "copper kettle")

    def ask(teammate, **query):
        scopes = [Scope.CONVERSATIONS_READ]
        _, secret = create_token(by=ada, name="t", teammate=teammate, scopes=scopes)
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get("/api/v1/search", {"q": "kettle", **query}, headers=headers)

    for teammate in (ben, None):
        answer = ask(teammate, view=doras.slug).json()
        assert [hit["conversation"]["id"] for hit in answer["results"]] == [one.public_id]
    assert ask(ben, view="view-vw_nothing").status_code == 400
    assert ask(None, view="you").json()["errors"]["view"]


@pytest.mark.parametrize(
    "asked",
    [
        {"fact": "conversation.tags", "op": "contains", "value": "copper"},
        {"fact": "contact.tags", "op": "contains_any", "value": ["copper"]},
        {"fact": "conversation.first_words", "op": "contains", "value": "please"},
        {"not": {"fact": "contact.events", "op": "none", "value": {"name": "bought"}}},
        {"fact": "contact.email", "op": "ends_with", "value": "@acme.test"},
    ],
)
def test_a_list_by_whatever_condition_is_searched(say, found_in, ben, dora, emil, asked):
    copper, _ = find_or_create_tag("copper", by=ben)
    tag_contact(dora, by=ben, add=[copper])
    track(dora, "bought")
    part, whole = say(dora, "A kettle"), say(dora, "A kettle, please")
    merge(tag(part, by=ben, add=[copper]), into=whole, by=ben)
    say(emil, "A kettle")
    view = save_view(SavedView(), by=ben, name="Asked", condition=asked)
    assert set(found_in(view.slug, "kettle", ben)) == {whole.public_id}
    assert found_in(view.slug, "is:open", ben) == [whole.public_id]
