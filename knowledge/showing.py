"""What the pages of the help center are drawn from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from ground.meaning.words import words
from ground.web import languages
from ground.web.templatetags.web import ESCAPED
from knowledge import reading
from knowledge.filling import filled, headings, minutes
from knowledge.models import Article, CollectionText, HelpCenter, Translation
from knowledge.searching import TERMS_MAX, ranked
from knowledge.texts import counted, day, texts_in

RELATED = 4
ALIKE = 0.1
HEADINGS_MIN = 3
# Of one file of a sitemap, by its standard.
SITEMAP_MAX = 50_000

# The address of a page in a language; "" where it has none of its own.
AddressIn = Callable[[str], str]


@dataclass(frozen=True)
class Reader:
    """Who reads: the language of the address, and the order in which others are taken."""

    locale: str
    center: HelpCenter
    order: tuple[str, ...]

    @classmethod
    def of(cls, locale: str, center: HelpCenter) -> Reader:
        return cls(locale, center, reading.order_for(locale, center.locale))

    @property
    def texts(self) -> dict[str, str]:
        return texts_in(self.locale)

    @cached_property
    def context(self) -> dict[str, Any]:
        """What stands on every page."""
        return {
            "center": self.center,
            "locale": self.locale,
            "direction": languages.direction(self.locale),
            "t": {key.replace(".", "_"): text for key, text in self.texts.items()},
            "home": reverse("knowledge:home", args=[self.locale]),
            "search": reverse("knowledge:search", args=[self.locale]),
            "talk": talk(self.locale),
        }

    def languages(self, address: AddressIn, original: str) -> dict[str, Any]:
        """The languages that a page is offered in, and those that it has an address of its own in:
        search engines are told of these only. What is not translated stands where it is written,
        in `original`."""
        offered = [tag for tag in languages.NAMES if tag in self.center.locales]
        own = {tag: address(tag) for tag in offered}
        menu = [
            {
                "locale": tag,
                "name": languages.NAMES[tag],
                "url": own[tag] or reverse("knowledge:home", args=[tag]),
                "is_here": tag == self.locale,
            }
            for tag in offered
        ]
        alternates = [(tag, absolute(url)) for tag, url in own.items() if url]
        if len(alternates) > 1 and own.get(self.center.locale):
            alternates.append(("x-default", absolute(own[self.center.locale])))
        return {
            "menu": menu if len(menu) > 1 else [],
            "alternates": alternates if len(alternates) > 1 else [],
            "canonical": absolute(address(self.locale) or address(original)),
        }


def talk(locale: str) -> str:
    """Where somebody is reached who did not find it; "" where nobody is (`HELP_TALK`)."""
    address: str = import_string(import_string(settings.HELP_TALK))(locale)
    return address


def absolute(address: str) -> str:
    return f"{settings.SITE_URL}{address}" if address else ""


# ---- pages ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    context: dict[str, Any]
    address: AddressIn
    original: str


def drawn(shelf: reading.Shelf, locale: str) -> dict[str, Any]:
    """A collection on the first page."""
    return {
        "title": shelf.text.title,
        "description": shelf.text.description,
        "url": shelf.url,
        "lang": shelf.lang,
        "icon": shelf.collection.icon or "file",
        "count": counted(locale, "articles", shelf.whole),
    }


def collection_page(text: CollectionText, reader: Reader, last: Article | None) -> Shown:
    locale, order, collection = reader.locale, reader.order, text.collection
    articles, end = reading.page_of(collection, order, last)
    own = reverse("knowledge:collection", args=[locale, text.slug])
    slugs = dict(collection.texts.values_list("locale", "slug"))
    within = next(
        (
            top.children
            for top in reading.shelves(locale, order)
            if top.collection.pk == collection.pk and last is None
        ),
        [],
    )
    context = {
        "text": text,
        "lang": text.locale if text.locale != locale else "",
        "icon": collection.icon or "file",
        "entries": reading.entries(articles, locale, order),
        "children": [drawn(child, locale) for child in within],
        "next": f"{own}?after={end.public_id}" if end else "",
        "is_first": last is None,
        "crumbs": crumbs(reader, collection.parent),
    }

    def address(tag: str) -> str:
        return reverse("knowledge:collection", args=[tag, slugs[tag]]) if tag in slugs else ""

    return Shown(context, address, text.locale)


def article_page(text: Translation, reader: Reader) -> Shown:
    locale, article, version = reader.locale, text.article, text.shown
    slugs = dict(article.translations.published().values_list("locale", "slug"))
    body = filled(version.body_html, reading.order_for(text.locale, reader.center.locale))
    is_fallback = text.locale != locale
    parts = headings(body)
    context = {
        "version": version,
        "lang": text.locale if is_fallback else "",
        "dir": languages.direction(text.locale) if is_fallback else "",
        "fallback": fallback(text.locale, locale) if is_fallback else "",
        "body": body,
        "parts": parts if len(parts) >= HEADINGS_MIN else [],
        "updated": reader.texts["updated"].replace("{date}", day(locale, version.published_at)),
        "minutes": reader.texts["minutes"].replace("{n}", str(minutes(body))),
        "crumbs": crumbs(reader, article.collection.parent, article.collection),
        "related": related(text, reader),
        "feedback": reverse("knowledge:feedback", args=[locale, text.slug]),
    }

    def address(tag: str) -> str:
        return reverse("knowledge:article", args=[tag, slugs[tag]]) if tag in slugs else ""

    context["structured"] = structured(context, absolute(address(text.locale)), reader)
    return Shown(context, address, text.locale)


def fallback(written: str, asked: str) -> str:
    text = texts_in(asked)["fallback"]
    names = languages.NAMES
    return text.replace("{language}", names[asked]).replace("{other}", names[written])


def crumbs(reader: Reader, *collections: Any) -> list[dict[str, str]]:
    """The way from the first page, over those of the collections that there are."""
    known = [collection for collection in collections if collection is not None]
    found: dict[int, list[CollectionText]] = {}
    for text in CollectionText.objects.filter(collection__in=known, locale__in=reader.order):
        found.setdefault(text.collection_id, []).append(text)
    titles = [reading.best_of(found.get(one.pk, ()), reader.order) for one in known]
    way = [{"title": reader.texts["home"], "url": reverse("knowledge:home", args=[reader.locale])}]
    for said in titles:
        if said is not None:
            url = reverse("knowledge:collection", args=[reader.locale, said.slug])
            way.append({"title": said.title, "url": url})
    return way


def related(text: Translation, reader: Reader) -> list[reading.Entry]:
    """Those that speak of the same things in the same language; then the next of its collection."""
    article, version = text.article, text.shown
    found = ranked(words(f"{version.title} {version.summary}")[:TERMS_MAX], text.locale)
    # How much an article says its own words is the measure of how much another one does.
    own = next((rank for other, rank in found if other.pk == text.pk), 0)
    near = [other for other, rank in found if rank >= ALIKE * own]
    alike = [other for other in near if other.article_id != article.pk][:RELATED]
    shown = {other.article_id: other for other in alike}
    others = list(Article.objects.filter(pk__in=shown))
    others.sort(key=lambda other: list(shown).index(other.pk))
    rows = Article.objects.readable_in(reader.order).filter(collection=article.collection_id)
    rows = rows.exclude(pk__in=[article.pk, *shown]).order_by("position", "pk")
    beyond = Q(position=article.position, pk__gt=article.pk)
    is_later = Q(position__gt=article.position) | beyond
    listed = [*others, *rows.filter(is_later)[:RELATED], *rows.exclude(is_later)[:RELATED]]
    return reading.entries(listed[:RELATED], reader.locale, reader.order)


# ---- for search engines --------------------------------------------------------------------------


def structured(context: dict[str, Any], url: str, reader: Reader) -> SafeString:
    """schema.org's words for the page, as the text of a script element that runs nothing."""
    version = context["version"]
    way = [*context["crumbs"], {"title": version.title, "url": ""}]
    items = [
        {"@type": "ListItem", "position": place, "name": step["title"]}
        | ({"item": absolute(step["url"])} if step["url"] else {})
        for place, step in enumerate(way, 1)
    ]
    data = [
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": version.title,
            "description": version.summary,
            "inLanguage": context["lang"] or reader.locale,
            "dateModified": version.published_at.isoformat(),
            "mainEntityOfPage": url,
            "publisher": {"@type": "Organization", "name": reader.center.name},
        },
        {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items},
    ]
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPED))


def sitemap() -> Iterator[dict[str, Any]]:
    """The published translations, each with the others of its article."""
    rows = Translation.objects.published().order_by("article_id", "locale")
    fields = ("article_id", "locale", "slug", "published__published_at")
    found: dict[int, list[tuple[str, str, Any]]] = {}
    for article, locale, slug, at in rows.values_list(*fields)[:SITEMAP_MAX]:
        url = absolute(reverse("knowledge:article", args=[locale, slug]))
        found.setdefault(article, []).append((locale, url, at))
    for texts in found.values():
        for _, url, at in texts:
            others = [(tag, other) for tag, other, _ in texts] if len(texts) > 1 else []
            yield {"url": url, "at": at, "others": others}
