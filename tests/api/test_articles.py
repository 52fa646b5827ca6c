"""REST: an admin's program writes articles, collections and blocks; nobody else does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from knowledge.actions import publish, save_article, save_collection, write
from knowledge.models import Article, Block, Collection, Version

pytestmark = pytest.mark.django_db


def test_an_admins_program_writes_and_publishes_an_article(api, ada, client):
    script = api(ada)
    texts = {"en": {"title": "Delivery"}, "es": {"title": "Envíos", "slug": "envios"}}
    shelf = script.post("collections", {"icon": "box", "texts": texts}).json()
    assert shelf["texts"]["es"] == {"title": "Envíos", "slug": "envios", "description": ""}
    made = script.post("articles", {"collection": shelf["id"], "review_on": "2027-01-31"})
    assert made.status_code == 201
    article = made.json()
    assert (article["review_on"], article["author"], article["translations"]) == (
        "2027-01-31",
        ada.public_id,
        [],
    )
    path = f"articles/{article['id']}"
    draft = script.put(f"{path}/translations/en", {"title": "Late parcels", "body": "Wait."})
    assert (draft.json()["state"], draft.json()["url"]) == ("draft", None)
    shown = script.put(f"{path}/translations/en/publication", {}).json()
    assert (shown["state"], shown["version"]) == ("published", 1)
    assert client.get(shown["url"]).status_code == 200
    changed = script.put(f"{path}/translations/en", {"body": "Wait longer."}).json()
    assert (changed["state"], changed["body"]) == ("changed", "Wait longer.")
    assert script.delete(f"{path}/translations/en/publication").json()["state"] == "draft"
    assert script.patch(path, {"review_on": None, "author": None}).json()["review_on"] is None
    assert [row["id"] for row in script.get("articles").json()["results"]] == [article["id"]]
    assert script.delete(f"collections/{shelf['id']}").status_code == 409
    assert script.delete(path).json()["id"] == article["id"]
    assert script.patch(f"collections/{shelf['id']}", {"texts": {"es": None}}).status_code == 200
    assert script.delete(f"collections/{shelf['id']}").status_code == 200
    assert script.get(path).status_code == 404 and not Version.objects.exists()
    assert Entry.objects.get(kind="article.deleted").actor_id == ada.public_id


def test_blocks_are_written_by_programs(api, ada):
    script = api(ada)
    made = script.post("blocks", {"name": "Opening hours", "texts": {"en": "Nine to five."}})
    block = made.json()
    assert (made.status_code, block["key"], block["used"]) == (201, "opening-hours", 0)
    changed = script.patch(f"blocks/{block['id']}", {"texts": {"en": "Always.", "de": "Immer."}})
    assert changed.json()["texts"] == {"en": "Always.", "de": "Immer."}
    assert script.get("blocks").json()["results"][0]["name"] == "Opening hours"
    assert script.delete(f"blocks/{block['id']}").status_code == 200
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    "method, path, body, status",
    [
        ("post", "articles", {}, 400),
        ("post", "articles", {"collection": "col_gone"}, 400),
        ("put", "articles/{id}/translations/en", {"title": ""}, 400),
        ("put", "articles/{id}/translations/en", {"body": "a\0b"}, 400),
        ("put", "articles/{id}/translations/en", {"body": ["x"]}, 400),
        ("put", "articles/{id}/translations/xx", {"title": "x"}, 400),
        ("put", "articles/{id}/translations/es", {"body": "x"}, 400),
        ("put", "articles/{id}/translations/es/publication", {}, 404),
        ("patch", "articles/{id}", {"review_on": "soon"}, 400),
        ("patch", "articles/{id}", {"review_on": "9999-01-01"}, 400),
        ("patch", "articles/{id}", {"position": True}, 400),
        ("patch", "articles/{id}", {"surprise": 1}, 400),
        ("post", "collections", {"texts": {}}, 400),
        ("post", "collections", {"texts": {"xx": {"title": "x"}}}, 400),
        ("post", "collections", {"texts": {"en": {"title": "x"}}, "icon": "skull"}, 400),
        ("post", "blocks", {"name": "x", "texts": {"en": ""}}, 400),
        ("post", "blocks", {"name": "x", "texts": []}, 400),
        ("get", "blocks/blk_gone", None, 404),
    ],
)
def test_what_cannot_be_is_refused(api, ada, method, path, body, status):
    shelf = save_collection(Collection(), by=ada, texts={"en": {"title": "Delivery"}})
    article = save_article(Article(), by=ada, collection=shelf)
    write(article, by=ada, locale="en", title="Late parcels")
    script, before = api(ada), Entry.objects.count()
    path = path.replace("{id}", article.public_id)
    given = [path] if body is None else [path, body]
    assert getattr(script, method)(*given).status_code == status
    assert Entry.objects.count() == before


def test_agents_programs_write_nothing(api, ben):
    for path in ("articles", "collections", "blocks"):
        assert api(ben).get(path).status_code == 403
        assert api(ben).post(path, {}).status_code == 403


def test_the_list_costs_as_much_however_many_there_are(api, ada):
    shelf = save_collection(Collection(), by=ada, texts={"en": {"title": "Delivery"}})
    script, counts = api(ada), []
    script.get("articles")
    for size in (2, 6):
        while Article.objects.count() < size:
            article = save_article(Article(), by=ada, collection=shelf)
            write(article, by=ada, locale="en", title="Late parcels", body="Wait.")
            publish(article, by=ada, locale="en")
        with CaptureQueriesContext(connection) as captured:
            assert len(script.get("articles").json()["results"]) == size
        counts.append(len(captured))
    assert counts[0] == counts[1], counts
