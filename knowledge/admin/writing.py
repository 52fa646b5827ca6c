"""What the page on which an article is written is drawn from, and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ground.web import languages
from ground.web.page_markup import render_page
from ground.web.problems import Invalid, Problem, StateConflict
from ground.web.templatetags.web import icon
from knowledge.actions import publish, save_article, unpublish, write
from knowledge.actions.writing import BODY_MAX
from knowledge.differing import difference
from knowledge.filling import filled
from knowledge.models import (
    Article,
    Block,
    Collection,
    Feedback,
    HelpCenter,
    Picture,
    Translation,
    Version,
)
from knowledge.models.article import SUMMARY_LENGTH
from knowledge.models.collection import TITLE_LENGTH
from knowledge.reading import order_for
from people.models import Teammate

PREVIEW = "admin/knowledge/article/_preview.html"
WORDS = ("title", "slug", "summary", "body")
PLACE = ("collection", "author", "review_on")
VERSIONS_MAX = 50

# State of a translation -> icon, word.
STATES = {
    "draft": ("edit", "draft"),
    "published": ("check", "published"),
    "changed": ("retry", "published, draft differs"),
    "none": ("plus", "not written"),
}


@dataclass
class Draft:
    """An article in one language as its page has it, saved or not."""

    article: Article
    locale: str
    words: dict[str, str]
    place: dict[str, str]
    # What stands beside it: preview, versions, version <number>, or a language.
    beside: str = ""
    # When the stored draft was last changed, as whoever writes has seen it.
    seen: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, article: Article, locale: str, beside: str = "") -> Draft:
        text = stored(article, locale)
        words = {name: getattr(text, name) if text else "" for name in WORDS}
        place = dict.fromkeys(PLACE, "")
        if article.pk:
            place = {
                "collection": article.collection.public_id,
                "author": article.author.public_id if article.author else "",
                "review_on": article.review_on.isoformat() if article.review_on else "",
            }
        return cls(article, locale, words, place, beside, seen_of(text))

    @classmethod
    def written(cls, article: Article, locale: str, post: QueryDict) -> Draft:
        return cls(
            article,
            locale,
            {name: post.get(name, "") for name in WORDS},
            {name: post.get(name, "") for name in PLACE},
            post.get("beside", "")[:40],
            post.get("seen", ""),
        )

    def take(self, number: str) -> None:
        """The words of a version, to be saved or not."""
        version = version_of(self, number)
        if version is not None:
            self.words |= {name: getattr(version, name) for name in ("title", "summary", "body")}

    def say(self, problem: Problem) -> None:
        self.errors = dict(problem.errors or {"": [problem.detail]})


def stored(article: Article, locale: str) -> Translation | None:
    if article.pk is None:
        return None
    rows = Translation.objects.filter(article=article, locale=locale)
    return rows.select_related("published").first()


def seen_of(text: Translation | None) -> str:
    return text.updated_at.isoformat() if text else ""


def version_of(draft: Draft, number: str) -> Version | None:
    if draft.article.pk is None or not (number.isascii() and number.isdecimal()):
        return None
    rows = Version.objects.filter(translation__article=draft.article, number=int(number[:9]))
    return rows.filter(translation__locale=draft.locale).first()


# ---- what the buttons do -------------------------------------------------------------------------


def keep(draft: Draft, do: str, *, by: Teammate) -> Article:
    """Saves the draft, and publishes or unpublishes it. Raises Problem; then nothing is changed."""
    now = stored(draft.article, draft.locale)
    if draft.seen != seen_of(now):
        draft.seen = seen_of(now)
        raise StateConflict(
            "Somebody else has saved this meanwhile. Your words are still here: save once more to "
            "put them in the place of theirs."
        )
    with transaction.atomic():
        article = save_article(draft.article, by=by, **placed(draft))
        if do == "unpublish":
            unpublish(article, by=by, locale=draft.locale)
            return article
        words = {**draft.words, "body": draft.words["body"].replace("\r\n", "\n")}
        write(article, by=by, locale=draft.locale, **words)
        if do == "publish":
            publish(article, by=by, locale=draft.locale)
    return article


def placed(draft: Draft) -> dict[str, Any]:
    """Rows for what the form names. Raises Invalid."""
    place = draft.place
    collection = Collection.objects.filter(public_id=clean_id(place["collection"])).first()
    author = Teammate.objects.filter(public_id=clean_id(place["author"])).first()
    try:
        review_on = date.fromisoformat(place["review_on"]) if place["review_on"] else None
    except ValueError:
        raise Invalid(errors={"review_on": ["Expected a day such as 2027-03-01."]}) from None
    return {"collection": collection, "author": author, "review_on": review_on}


def clean_id(value: str) -> str:
    return value[:40] if value.isprintable() else ""


def no_picture() -> Problem:
    return Invalid(errors={"picture": ["Choose a picture first."]})


def markdown_of(picture: Picture) -> str:
    words = picture.name.rpartition(".")[0].translate(str.maketrans("[]()\\_-", "       "))
    return f"![{' '.join(words.split())}](picture:{picture.public_id})"


# ---- drawing -------------------------------------------------------------------------------------


def drawn(draft: Draft) -> dict[str, Any]:
    article, center = draft.article, HelpCenter.current()
    texts = {}
    if article.pk:
        rows = article.translations.select_related("published").defer("words")
        texts = {text.locale: text for text in rows}
    here = texts.get(draft.locale)
    draft.beside = draft.beside or ("preview" if draft.locale == center.locale else center.locale)
    names = languages.NAMES
    shown = [tag for tag in names if tag in texts or tag == draft.locale]
    return {
        "draft": draft,
        "article": article,
        "here": here,
        "language": names[draft.locale],
        "direction": languages.direction(draft.locale),
        "chips": [chip(tag, texts.get(tag), texts.get(center.locale)) for tag in shown],
        "others": [(tag, name) for tag, name in names.items() if tag not in shown],
        "besides": [(tag, names[tag]) for tag in texts if tag != draft.locale],
        "collections": collections(),
        "blocks": list(Block.objects.all()[:VERSIONS_MAX]),
        "mates": list(Teammate.objects.active().order_by("name")),
        "public_url": public_address(here),
        "title_length": TITLE_LENGTH,
        "summary_length": SUMMARY_LENGTH,
        "body_length": BODY_MAX,
        **beside(draft, texts),
    }


def chip(locale: str, text: Translation | None, original: Translation | None) -> dict[str, Any]:
    """A language, how far it is, and whether the original was published after it."""
    mark, word = STATES[text.state if text else "none"]
    shown, first = text and text.published, original and original.published
    is_behind = bool(shown and first and shown.published_at < first.published_at)
    return {
        "locale": locale,
        "name": languages.NAMES[locale],
        "icon": mark,
        "word": f"{word}, older than the original" if is_behind else word,
    }


def collections() -> list[tuple[str, str]]:
    rows = list(Collection.objects.select_related("parent").prefetch_related("texts"))
    titles = {row.pk: row.title for row in rows}
    return [
        (row.public_id, f"{titles[row.parent_id]} › {row.title}" if row.parent_id else row.title)
        for row in rows
    ]


def public_address(text: Translation | None) -> str:
    if text is None or text.published_id is None:
        return ""
    return reverse("knowledge:article", args=[text.locale, text.slug])


def beside(draft: Draft, texts: dict[str, Translation]) -> dict[str, Any]:
    """What stands beside the draft."""
    kind, _, number = draft.beside.partition(" ")
    if kind == "versions" and draft.locale in texts:
        rows = texts[draft.locale].versions.select_related("by").defer("body", "body_html")
        return {"kind": "versions", "versions": list(rows[:VERSIONS_MAX])}
    if kind == "readers" and draft.article.pk:
        return {"kind": "readers", **readers(draft.article)}
    if kind == "version" and (version := version_of(draft, number)) is not None:
        return {"kind": "version", **compared(draft, version)}
    if kind in texts and kind != draft.locale:
        other = texts[kind]
        said = {"title": other.title, "summary": other.summary, "body": other.body}
        return {"kind": "language", "beside_name": languages.NAMES[kind], "said": said, "tag": kind}
    draft.beside = "preview"
    return {"kind": "preview", **preview(draft)}


def readers(article: Article) -> dict[str, Any]:
    """What readers said: how many of them in each language, and the latest words."""
    rows = Feedback.objects.filter(article=article)
    counts = rows.values("locale").annotate(rated=Count("pk"), helped=Count("pk", Q(helped=True)))
    said = rows.exclude(words="").order_by("-updated_at", "-pk")[:VERSIONS_MAX]
    names = languages.NAMES
    return {
        "ratings": [{**row, "name": names[row["locale"]]} for row in counts.order_by("locale")],
        "said": list(said),
    }


def compared(draft: Draft, version: Version) -> dict[str, Any]:
    """What a version changed of the one before it, and what the draft changes of it."""
    rows = Version.objects.filter(translation=version.translation_id)
    before = rows.filter(number__lt=version.number).first()
    return {
        "version": version,
        "changes": difference(whole(before), whole(version)),
        "since": difference(whole(version), whole_of(draft.words)),
    }


def whole(version: Version | None) -> str:
    return "" if version is None else whole_of(vars(version))


def whole_of(words: dict[str, Any]) -> str:
    body = words["body"].replace("\r\n", "\n").strip("\n")
    return f"{words['title']}\n{words['summary']}\n\n{body}"


def preview(draft: Draft) -> dict[str, Any]:
    body = draft.words["body"].replace("\r\n", "\n")
    # What is longer is refused when it is saved.
    body = body if len(body) <= BODY_MAX else body[:BODY_MAX]
    order = order_for(draft.locale, HelpCenter.current().locale)
    return {
        "version": {"title": draft.words["title"] or "Without a title"},
        "body": filled(render_page(body), order, is_draft=True),
        "locale": draft.locale,
        "direction": languages.direction(draft.locale),
    }


def states(texts: Iterable[Translation]) -> SafeString:
    """How far each language is: an icon and a word."""
    rows = ((icon(STATES[text.state][0]), text.locale, STATES[text.state][1]) for text in texts)
    mark = '<span class="help-state">{} <b>{}</b> {}</span>'
    return format_html_join(" ", mark, rows) or SafeString("Nothing is written")


def due(day: date | None, today: date) -> SafeString | str:
    if day is None:
        return "–"
    if day > today:
        return day.isoformat()
    return format_html('<span class="help-state is-due">{} {}</span>', icon("clock"), day)
