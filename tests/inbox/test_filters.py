"""Filters: a condition that narrows a list, in its address, as chips, in a form."""

import json
import re
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ground.web.timing import OutOfTime
from inbox.actions import assign, save_view
from inbox.models import SavedView
from people.actions import create_token

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}
FORM = {"HX-Request": "true", "HX-Target": "filter"}
NAMED = {"fact": "contact.name", "op": "contains", "value": "dora"}
FREE = {"fact": "conversation.assignee", "op": "is_unknown"}
HOSTILE = '"><svg onload=alert(1)>'


def address(tree, view="all", **more):
    text = tree if isinstance(tree, str) else json.dumps(tree)
    return f"/inbox/{view}/?{urlencode({'filter': text, **more})}"


def names_on(browser, path):
    answer = browser.get(path, headers=FRAGMENT)
    assert answer.status_code == 200, answer.content
    return set(re.findall(r'id="row-(cv_\w+)"', answer.content.decode()))


def filter_of(url):
    return json.loads(parse_qs(urlsplit(url).query)["filter"][0])


@pytest.fixture
def browser(browser_of, ben):
    return browser_of(ben)


def test_a_filter_narrows_a_list_and_its_links_keep_it(begin, dora, emil, browser, ben):
    mine, other, taken = begin(dora), begin(emil), begin(dora)
    assign(taken, by=ben, assignee=ben)
    assert names_on(browser, address(NAMED)) == {mine.public_id, taken.public_id}
    assert names_on(browser, address({"all": [NAMED, FREE]})) == {mine.public_id}
    assert names_on(browser, address(NAMED, view="you")) == {taken.public_id}
    page = browser.get(address({"all": [NAMED, FREE]}, order="oldest")).content.decode()
    [href] = re.findall(r'class="row-link" href="([^"]+)"', page)
    href = href.replace("&amp;", "&")
    assert filter_of(href) == {"all": [NAMED, FREE]}
    assert "order=oldest" in href
    assert other.public_id not in page


def test_pages_of_a_filtered_list_go_on_where_they_ended(begin, dora, emil, browser):
    for _ in range(3):
        begin(dora)
        begin(emil)
    first = browser.get(address(NAMED, limit="2"), headers=FRAGMENT).content.decode()
    [more] = re.findall(r'class="more"><a href="([^"]+)"', first)
    second = names_on(browser, more.replace("&amp;", "&"))
    assert len(second) == 1
    assert second.isdisjoint(re.findall(r'id="row-(cv_\w+)"', first))


def test_each_clause_is_a_chip_whose_link_takes_it_off(begin, dora, browser):
    begin(dora)
    page = browser.get(address({"all": [NAMED, FREE]})).content.decode().split('id="rows"')[0]
    chips = re.findall(r'<li class="chip"><span class="cut" title="([^"]+)".*?href="([^"]+)"', page)
    assert [words for words, _ in chips] == ["name contains dora", "assignee is nobody"]
    urls = [url.replace("&amp;", "&") for _, url in chips]
    assert [filter_of(url) for url in urls] == [{"all": [FREE]}, {"all": [NAMED]}]
    last = browser.get(urls[0]).content.decode().split('id="rows"')[0]
    [url] = re.findall(r'<li class="chip">.*?href="([^"]+)"', last)
    assert url == "/inbox/all/"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 3000,
        "x" * 5000,
        '"\\ud800"',
        "\0",
        "NaN",
        "1" * 4000,
        '{"all":"\\u0000"}',
        '{"a":1,"b":2}',
        '{"all":null}',
    ],
)
def test_an_address_with_no_filter_in_it_is_refused_or_said_to_ask_nothing(browser, text):
    for path in (address(text), address(text).replace("/all/?", "/all/filter/?")):
        assert browser.get(path).status_code in (200, 400)


def test_a_filter_for_what_is_gone_finds_nothing_and_says_so(begin, dora, browser):
    begin(dora)
    page = browser.get(address({"fact": "contact.nope", "op": "is", "value": HOSTILE}))
    assert page.status_code == 200
    text = page.content.decode()
    assert "There is no fact called" in text
    assert "<svg onload" not in text
    assert "row-cv_" not in text


def test_the_form_asks_what_fits_the_fact_and_previews_what_matches(begin, dora, emil, browser):
    begin(dora)
    begin(emil)
    sent = {"c.word": "all", "c.0.fact": "contact.name", "c.0.was": "", "do": "draw"}
    text = browser.post("/inbox/all/filter/", sent, headers=FORM).content.decode()
    assert '<option value="starts_with"' in text
    assert '<option value="more_than"' not in text
    sent |= {"c.0.was": "contact.name", "c.0.op": "contains", "c.0.value": "dora"}
    text = browser.post("/inbox/all/filter/", sent, headers=FORM).content.decode()
    assert "Matches 1 conversation." in text
    assert "Dora Lindqvist" in text
    assert "Emil" not in text
    more = browser.post("/inbox/all/filter/", sent | {"do": "add c"}, headers=FORM)
    assert 'name="c.1.fact"' in more.content.decode()
    less = browser.post("/inbox/all/filter/", sent | {"do": "remove c.0"}, headers=FORM)
    assert 'name="c.0.fact"' not in less.content.decode()


def test_what_is_wrong_stands_beside_its_clause(browser):
    sent = {
        "c.word": "any",
        "c.0.fact": "contact.name",
        "c.0.op": "is",
        "c.0.value": "Dora",
        "c.2.word": "none",
        "c.2.0.fact": "conversation.rating",
        "c.2.0.op": "more_than",
        "c.2.0.value": "many",
    }
    answer = browser.post("/inbox/all/filter/", sent)
    assert answer.status_code == 400
    lines = answer.content.decode().split('class="condition-line')
    assert [("Expected a number." in line) for line in lines] == [False, False, True]


def test_applying_leads_to_the_list_and_saving_to_a_view(browser, ben):
    sent = {"c.word": "all", "c.0.fact": "conversation.assignee", "c.0.op": "is_unknown"}
    answer = browser.post("/inbox/all/filter/", sent | {"do": "apply", "order": "oldest"})
    assert answer.status_code == 302
    assert filter_of(answer["Location"]) == {"all": [FREE]}
    assert "order=oldest" in answer["Location"]
    answer = browser.post("/inbox/all/filter/", sent | {"do": "save"})
    page = browser.get(answer["Location"]).content.decode()
    assert re.search(r'value="open" selected', page)
    made = {"name": "Free", "audience": "me", "icon": "star", "do": "save"} | sent | {"do": "save"}
    answer = browser.post("/inbox/views/", made)
    assert answer.status_code == 302, answer.content
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.icon) == (ben, "Free", "star")
    assert answer["Location"] == f"/inbox/{view.slug}/"


def test_an_empty_form_takes_the_filter_off(browser):
    answer = browser.post("/inbox/all/filter/", {"c.word": "all", "c.0.fact": ""})
    assert answer["Location"] == "/inbox/all/"


def test_a_form_from_anywhere_breaks_nothing(browser):
    for sent in (
        {"do": "remove c"},
        {"do": "add c.9.9.9"},
        {"do": "group c" + ".1" * 40},
        {"c.0.raw": "[" * 2000},
        {"c.0.raw": '{"fact": {"a": 1}, "op": 3}'},
        {"c.0.raw": '{"fact": "contact.name", "op": ["x"]}'},
        {"c.0.raw": '{"fact": "contact.name\\ud800", "op": "is", "value": "x"}'},
        {"c.0.fact": "contact.name", "c.0.op": "is", "c.0.value": "\0"},
        {"c.0.fact": "\0"},
        {"c.0.fact": "contact.events", "c.0.op": "at_least", "c.0.count": "1e999"},
        {"c.0.fact": "conversation.rating", "c.0.op": "between", "c.0.value": "nan"},
        {"c.0.fact": "conversation.closed_at", "c.0.op": "before", "c.0.value": "soon"},
        {"c.0.fact": "conversation.closed_at", "c.0.op": "more_than_days_ago", "c.0.value": "inf"},
        {f"c.{'0.' * 30}fact": "contact.name"},
        {"c.0.fact": "contact.name", "c.word": "\ud7ff"},
    ):
        for do in ({"do": "draw"}, {"do": "apply"}, {}):
            answer = browser.post("/inbox/all/filter/", do | sent)
            assert answer.status_code in (200, 302, 400), (sent, answer.status_code)
            assert browser.post("/inbox/views/", do | sent).status_code in (200, 302, 400), sent


OLD = {"fact": "conversation.created_at", "op": "more_than_days_ago"}
AFTER = {"fact": "conversation.created_at", "op": "after"}


def nested(levels, word):
    opening, closing = ('{"not":', "}") if word == "not" else (f'{{"{word}":[', "]}")
    return opening * levels + json.dumps(NAMED) + closing * levels


@pytest.mark.parametrize(
    "text",
    [
        nested(450, "not"),
        nested(300, "all"),
        nested(60, "any"),
        nested(15, "not"),
        json.dumps({**OLD, "value": 10**400}),
        '{"fact": "conversation.created_at", "op": "more_than_days_ago", "value": 1e999}',
        json.dumps({**AFTER, "value": "0001-01-01T00:00:00+14:00"}),
        json.dumps({**AFTER, "value": ["0001-01-01T00:00:00+14:00", None, {"a": 1}]}),
    ],
)
def test_whatever_a_link_asks_is_drawn_and_never_breaks_a_page(browser, text):
    is_deep = text.count("{") > 50
    for path in (
        f"/inbox/all/filter/?{urlencode({'filter': text})}",
        f"/inbox/views/?{urlencode({'condition': text})}",
        f"/inbox/all/?{urlencode({'filter': text})}",
    ):
        assert browser.get(path).status_code == (400 if is_deep else 200), path[:80]
    sent = {"c.word": "all", "c." + ".".join(["0"] * 19) + ".raw": text[:2000], "do": "add c"}
    sent |= {"c." + ".".join(["0"] * size) + ".word": "any" for size in range(1, 19)}
    for path in ("/inbox/all/filter/", "/inbox/views/"):
        assert browser.post(path, sent).status_code == 200
        kept = browser.post(path, sent | {"do": "save", "name": "x"})
        # What is no condition at all is passed over, as a clause without a fact is.
        assert kept.status_code == (302 if is_deep and "filter" in path else 400)


def test_the_api_says_so_when_a_saved_list_takes_too_long(begin, dora, client, ben, monkeypatch):
    @contextmanager
    def no_time(milliseconds):
        raise OutOfTime
        yield

    begin(dora)
    view = save_view(SavedView(), by=ben, name="Doras", condition=NAMED)
    scopes = ["conversations:read"]
    token = create_token(by=None, teammate=ben, name="api", scopes=scopes)[1]
    headers = {"authorization": f"Bearer {token}"}
    monkeypatch.setattr("inbox.api.conversations.within", no_time)
    answer = client.get(f"/api/v1/conversations?view={view.slug}", headers=headers)
    assert answer.status_code == 503
    assert "takes too long" in answer.json()["detail"]
    assert client.get("/api/v1/conversations?view=all", headers=headers).status_code == 200
