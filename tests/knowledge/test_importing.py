"""Articles of elsewhere: Markdown folders, Intercom's and Zendesk's exports, taken in again."""

import io
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from ground.web.page_markup import render_page
from knowledge.actions import write
from knowledge.from_html import to_markdown
from knowledge.importing import Unreadable, read
from knowledge.models import Article, Collection, Picture, Translation, Version

pytestmark = pytest.mark.django_db


def imported(path, **options):
    out = StringIO()
    call_command("import_articles", str(path), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "01-delivery").mkdir()
    (tmp_path / "01-delivery" / "late-parcels.md").write_text(
        "---\ntitle: 'Late parcels'\nsummary: What to do\nslug: late\n---\n# Late parcels\n\nWait."
    )
    (tmp_path / "01-delivery" / "late-parcels.es.md").write_text("# Paquetes\n\nEspera.")
    (tmp_path / "a-draft.md").write_text("---\ndraft: true\n---\nNot yet.")
    (tmp_path / "notes.txt").write_text("No article")
    return tmp_path


def test_a_folder_of_markdown_is_taken_in_and_known_again(reader, ada, folder):
    assert imported(folder).startswith("3 new, 0 changed, 0 as they were")
    article = Article.objects.get(source="01-delivery/late-parcels")
    assert (article.collection.title, article.title) == ("Delivery", "Late parcels")
    assert reader.get("/help/en/a/late/").status_code == 200
    assert "Espera." in reader.get("/help/es/a/paquetes/").content.decode()
    draft = Translation.objects.get(title="A draft")
    assert (draft.published, draft.article.collection.title) == (None, "Imported")

    assert imported(folder).startswith("0 new, 0 changed, 3 as they were")
    assert Version.objects.count() == 2
    path = folder / "01-delivery" / "late-parcels.md"
    path.write_text(path.read_text().replace("Wait.", "Wait a week."))
    write(article, by=ada, locale="es", body="Nuestro.")
    (folder / "01-delivery" / "late-parcels.es.md").write_text("# Paquetes\n\nOtra cosa.")
    said = imported(folder)
    assert said.startswith("0 new, 1 changed, 1 as they were, 1 left alone")
    assert "changed here: Paquetes (es)" in said
    assert "Wait a week." in reader.get("/help/en/a/late/").content.decode()
    assert article.translations.get(locale="es").body == "Nuestro."
    assert (Article.objects.count(), Collection.objects.count()) == (2, 2)


def test_pictures_of_the_folder_come_along_and_no_others(tmp_path, settings, reader):
    settings.MEDIA_ROOT = tmp_path / "kept"
    (tmp_path / "secret.png").write_bytes(png())
    folder = tmp_path / "docs"
    (folder / "img").mkdir(parents=True)
    (folder / "img" / "a hole.png").write_bytes(png())
    shown = "![A hole](img/a%20hole.png) ![Secret](../secret.png) ![Gone](img/b.png)"
    (folder / "holes.md").write_text(shown)
    assert imported(folder).startswith("1 new")
    picture = Picture.objects.get()
    text = Translation.objects.get()
    assert f"![A hole](picture:{picture.public_id})" in text.body
    assert "![Secret](../secret.png)" in text.body
    page = reader.get("/help/en/a/holes/").content.decode()
    assert 'alt="A hole" width="4" height="2"' in page
    imported(folder)
    assert Picture.objects.count() == 1
    (folder / "img" / "b.png").write_bytes(b"no picture")
    (folder / "bad.md").write_text("![Bad](img/b.png)")
    with pytest.raises(CommandError):
        imported(folder)
    assert not Translation.objects.filter(title="Bad").exists()


def png():
    file = io.BytesIO()
    Image.new("RGB", (4, 2), "green").save(file, "PNG")
    return file.getvalue()


def test_zendesk_articles_are_taken_in(tmp_path, reader):
    export = {
        "sections": [{"id": 7, "name": "Billing"}],
        "articles": [
            {
                "id": 360001,
                "title": "Invoices",
                "body": "<h1>Where?</h1><p>Under <b>Orders</b>.</p><ul><li>One</li></ul>",
                "locale": "en-us",
                "source_locale": "en-us",
                "section_id": 7,
                "draft": False,
                "translations": [{"locale": "de", "title": "Rechnungen", "body": "<p>Dort.</p>"}],
            },
            {"id": 2, "title": "Later", "body": "x", "locale": "en-us", "draft": True},
        ],
    }
    path = tmp_path / "zendesk.json"
    path.write_text(json.dumps(export))
    assert imported(path).startswith("3 new")
    page = reader.get("/help/en/a/invoices/").content.decode()
    assert "<p>Under <strong>Orders</strong>.</p>" in page and "Billing" in page
    assert reader.get("/help/de/a/rechnungen/").status_code == 200
    assert not Translation.objects.get(title="Later").published
    assert imported(path).startswith("0 new, 0 changed, 3 as they were")


def test_intercom_articles_are_taken_in(tmp_path, reader):
    export = {
        "type": "list",
        "data": [
            {
                "type": "article",
                "id": "55",
                "title": "Invoices",
                "description": "Where they are",
                "body": '<p>See <a href="https://a.test/x(1)">here</a>.</p>',
                "state": "published",
                "default_locale": "en",
                "parent_id": 12,
                "translated_content": {
                    "type": "article_translated_content",
                    "fr": {"title": "Factures", "body": "<p>Ici.</p>", "state": "draft"},
                },
            }
        ],
        "collections": [{"id": 12, "name": "Money"}],
    }
    path = tmp_path / "intercom.json"
    path.write_text(json.dumps(export))
    assert imported(path, drafts=True).startswith("2 new")
    assert not Version.objects.exists()
    text = Translation.objects.get(locale="en")
    assert (text.summary, text.article.collection.title) == ("Where they are", "Money")
    assert text.body == "See [here](https://a.test/x%281%29)."


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"\xff\xfe\x00", "is not written in UTF-8"),
        (b"{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"articles": {"a": 1}}', "neither an Intercom nor a Zendesk export"),
        (b'[{"name": "x"}]', "neither an Intercom nor a Zendesk export"),
        (b'[1, "x"]', "neither an Intercom nor a Zendesk export"),
    ],
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path, content, reason):
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=reason):
        imported(path)
    assert not Article.objects.exists()


def test_what_cannot_be_taken_is_refused_and_the_rest_is_taken(tmp_path):
    rows = [
        {"id": 1, "state": "published", "title": "Good", "body": "<p>Words</p>"},
        {"id": 2, "state": "published", "title": "Nul", "body": "a\0b"},
        {"id": 3, "state": "published", "title": "Half \ud800", "body": "x"},
        {"id": 4, "state": "published", "title": "Large", "body": "word " * 20_000},
        {"id": {"a": 1}, "state": 7, "title": ["x"], "body": None, "translated_content": [1]},
        {"id": 6, "state": "published", "title": "L" * 500, "body": "Long title"},
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(rows))
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything"):
        call_command("import_articles", str(path), stdout=out)
    said = out.getvalue()
    assert said.startswith("2 new") and "3 refused" in said and "refused: Nul: " in said
    assert Article.objects.count() == 2, "what was refused has left nothing"


def test_no_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "secret.md").write_text("Secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(Unreadable, match="no Markdown file"):
        read(inside, "en")
    with pytest.raises(Unreadable, match="There is no file"):
        read(tmp_path / "gone", "en")


@pytest.mark.parametrize(
    "page, written",
    [
        ("<h2>A</h2><p>b <i>c</i></p>", "## A\n\nb *c*"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c"),
        ("<pre>a  b\n*c*</pre>", "```\na  b\n*c*\n```"),
        ("<p>2 * 3 [x](javascript:alert(1))</p>", "2 \\* 3 \\[x\\](javascript:alert(1))"),
        ("<script>alert(1)</script><p onclick=x>a</p>", "a"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<img src="//cdn.test/a.png" alt="A [b]">', "[A \\[b\\]](https://cdn.test/a.png)"),
        (
            '<iframe src="https://www.youtube.com/embed/x"></iframe>',
            "https://www.youtube.com/embed/x",
        ),
        ("<blockquote><p>a</p></blockquote>", "> a"),
        ("a<b", "a\\<b"),
    ],
)
def test_html_becomes_markdown(page, written):
    assert to_markdown(page) == written
    assert "<script" not in render_page(to_markdown(page))
