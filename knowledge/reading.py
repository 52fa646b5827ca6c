"""What readers see: the texts of collections and articles in the best language that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db.models import Count, Q
from django.urls import reverse

from ground.web import languages
from knowledge.models import Article, Collection, CollectionText, FormerSlug, Translation
from knowledge.models.help_center import HelpCenter

PAGE = 50


class Spoken(Protocol):
    locale: str


Said = TypeVar("Said", bound=Spoken)


def order_for(locale: str, default: str) -> tuple[str, ...]:
    """The languages in which somebody is shown something who asks for `locale`: pt-BR, pt, and the
    help center's own."""
    near = [tag for tag in languages.chain(locale) if is_kin(tag, locale)]
    return tuple(dict.fromkeys([*near, default]))


def is_kin(tag: str, locale: str) -> bool:
    return tag.split("-")[0] == locale.split("-")[0]


def best_of(texts: Iterable[Said], order: Sequence[str]) -> Said | None:
    found = {text.locale: text for text in texts}
    return next((found[tag] for tag in order if tag in found), None)


def language_for(accepted: str, center: HelpCenter) -> str:
    """The best of the languages in which something is published, for an Accept-Language header."""
    offered = center.locales or [center.locale]
    wishes = []
    for place, part in enumerate(accepted[:500].split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), place, tag.strip()[:35]))
        except ValueError:
            continue
    for _, _, tag in sorted(wishes):
        for known in languages.chain(tag):
            if known in offered and is_kin(known, tag):
                return known
    return center.locale if center.locale in offered else offered[0]


@dataclass(frozen=True)
class Entry:
    """A line that leads to an article."""

    title: str
    summary: str
    url: str
    # Its language where it is another than the page's, else "".
    lang: str = ""


@dataclass
class Shelf:
    """A collection as readers see it."""

    collection: Collection
    text: CollectionText
    url: str
    lang: str
    count: int = 0
    children: list[Shelf] = field(default_factory=list)

    @property
    def whole(self) -> int:
        """How many articles there are in it, with those of its collections."""
        return self.count + sum(child.count for child in self.children)


def shelves(locale: str, order: Sequence[str]) -> list[Shelf]:
    """All collections in which there is something to read, those within others under these.
    Three questions, however many there are."""
    rows = Article.objects.readable_in(order).values_list("collection")
    counts = dict(rows.annotate(Count("pk")).order_by())
    collections = list(Collection.objects.prefetch_related("texts"))
    by_pk = {}
    for collection in collections:
        text = best_of(collection.texts.all(), order)
        if text is not None:
            by_pk[collection.pk] = shelf(collection, text, locale, counts.get(collection.pk, 0))
    tops = []
    for one in by_pk.values():
        parent = one.collection.parent_id
        if parent is None:
            tops.append(one)
        elif parent in by_pk and one.count:
            by_pk[parent].children.append(one)
    return [top for top in tops if top.whole]


def shelf(collection: Collection, text: CollectionText, locale: str, count: int = 0) -> Shelf:
    url = reverse("knowledge:collection", args=[locale, text.slug])
    return Shelf(collection, text, url, text.locale if text.locale != locale else "", count)


def entries(articles: Sequence[Article], locale: str, order: Sequence[str]) -> list[Entry]:
    """Lines for articles, in one question."""
    texts: dict[int, list[Translation]] = {}
    wanted = Translation.objects.published().filter(article__in=articles, locale__in=order)
    for text in wanted.select_related("published").only(*LINE):
        texts.setdefault(text.article_id, []).append(text)
    found = (best_of(texts.get(article.pk, ()), order) for article in articles)
    return [entry(text, locale) for text in found if text is not None]


LINE = ("article_id", "locale", "slug", "published__title", "published__summary")


def entry(text: Translation, locale: str) -> Entry:
    url = reverse("knowledge:article", args=[locale, text.slug])
    lang = text.locale if text.locale != locale else ""
    version = text.shown
    return Entry(version.title, version.summary, url, lang)


def page_of(
    collection: Collection, order: Sequence[str], after: Article | None
) -> tuple[list[Article], Article | None]:
    """A page of a collection's articles after one of them, and the last of it when there are
    more."""
    rows = Article.objects.readable_in(order).filter(collection=collection)
    if after is not None:
        beyond = Q(position=after.position, pk__gt=after.pk)
        rows = rows.filter(Q(position__gt=after.position) | beyond)
    found = list(rows.order_by("position", "pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None


# ---- what an address means -----------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """What stands at an address: a text, or where it stands now."""

    text: Any = None
    moved_to: str = ""


def article_at(locale: str, slug: str, order: Sequence[str]) -> Address:
    """The published article of an address. Its slug may be one of another language, or an old one;
    then the article's own address is another one, if it is published in this language."""
    texts = Translation.objects.published().filter(locale__in=order)
    whole = texts.select_related("published", "article__collection__parent").defer("body", "words")
    here = best_of(whole.filter(slug=slug), order)
    if here is None:
        former = FormerSlug.objects.filter(slug=slug, locale__in=order, article__isnull=False)
        owner = best_of(former, order)
        if owner is not None:
            here = best_of(whole.filter(article=owner.article_id), order)
        return Address(moved_to=own_address(here, locale)) if here else Address()
    if here.locale != locale:
        own = best_of(texts.filter(article=here.article_id), order)
        if own is not None and own.pk != here.pk:
            return Address(moved_to=own_address(own, locale))
    return Address(here)


def own_address(text: Translation, locale: str) -> str:
    return reverse("knowledge:article", args=[locale, text.slug])


def collection_at(locale: str, slug: str, order: Sequence[str]) -> Address:
    texts = CollectionText.objects.filter(locale__in=order).select_related("collection__parent")
    here = best_of(texts.filter(slug=slug), order)
    if here is None:
        former = FormerSlug.objects.filter(slug=slug, locale__in=order, collection__isnull=False)
        owner = best_of(former, order)
        if owner is not None:
            here = best_of(texts.filter(collection=owner.collection_id), order)
        if here is None:
            return Address()
        return Address(moved_to=reverse("knowledge:collection", args=[locale, here.slug]))
    if here.locale != locale:
        own = best_of(texts.filter(collection=here.collection_id), order)
        if own is not None and own.pk != here.pk:
            return Address(moved_to=reverse("knowledge:collection", args=[locale, own.slug]))
    return Address(here)
