"""Taking in articles of elsewhere, as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.core.files.base import File
from django.db import transaction
from django.db.models.functions import Lower

from ground.web.problems import Problem
from knowledge.actions.collecting import save_collection
from knowledge.actions.picturing import keep_picture
from knowledge.actions.publishing import publish
from knowledge.actions.writing import save_article, write
from knowledge.importing import Source, Text
from knowledge.models import Article, Collection, CollectionText, HelpCenter, Translation
from knowledge.models.article import SUMMARY_LENGTH
from knowledge.models.collection import TITLE_LENGTH
from knowledge.permissions import only_editors
from people.permissions import Actor

SOMEWHERE = "Imported"


@dataclass
class Report:
    """What became of the texts: how many are new, changed, and as they were; what was left alone
    because somebody has changed it here; what was refused, with the reason."""

    created: int = 0
    changed: int = 0
    same: int = 0
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def take_in(sources: Sequence[Source], *, by: Actor, as_drafts: bool = False) -> Report:
    """Writes imported articles, each whole or not at all. Those that were taken in before are
    known again: what has changed there is written and published, unless somebody has changed it
    here. Raises NotAllowed."""
    only_editors(by)
    report = Report()
    for source in sources:
        part = Report()
        try:
            with transaction.atomic():
                take_in_one(source, part, by=by, as_drafts=as_drafts)
        except Problem as problem:
            report.refused.append(f"{shown(source)}: {problem.sentences}")
            continue
        report.created += part.created
        report.changed += part.changed
        report.same += part.same
        report.kept += part.kept
    return report


def take_in_one(source: Source, report: Report, *, by: Actor, as_drafts: bool) -> None:
    # Teammates know an article by its first title, and a collection by its first words.
    default = HelpCenter.current().locale
    source.texts = dict(sorted(source.texts.items(), key=lambda said: said[0] != default))
    article = Article.objects.filter(source=source.key[:200]).first()
    if article is None and not source.texts:
        return
    if article is None:
        article = save_article(Article(), by=by, collection=collection_for(source, by))
        article.source = source.key[:200]
        article.save(update_fields=["source"])
    for locale, text in source.texts.items():
        stored = Translation.objects.filter(article=article, locale=locale).first()
        fresh = digest(text.title, text.summary, text.body)
        if stored is not None and stored.imported == fresh:
            report.same += 1
        elif stored is not None and not is_untouched(stored):
            report.kept.append(f"{stored.title} ({locale})")
        else:
            write_one(article, locale, text, by=by, as_drafts=as_drafts)
            written = Translation.objects.get(article=article, locale=locale)
            written.imported, written.imported_as = fresh, digest_of(written)
            written.save(update_fields=["imported", "imported_as"])
            report.created += stored is None
            report.changed += stored is not None


def write_one(article: Article, locale: str, text: Text, *, by: Actor, as_drafts: bool) -> None:
    title, summary = cut(text.title, TITLE_LENGTH), cut(text.summary, SUMMARY_LENGTH)
    known = Translation.objects.filter(article=article, locale=locale).exists()
    slug = "" if known else free(text.slug, article)
    body = with_pictures(text, by)
    said = {"title": title, "summary": summary, "body": body, "slug": slug}
    write(article, by=by, locale=locale, **said)
    if text.is_published and text.body.strip() and not as_drafts:
        publish(article, by=by, locale=locale)


def with_pictures(text: Text, by: Actor) -> str:
    """The text with its pictures kept here. Raises Invalid for one that is none."""
    body = text.body
    for name, path in text.pictures.items():
        with path.open("rb") as file:
            picture = keep_picture(File(file, name=path.name), by=by)
        body = body.replace(f"]({name})", f"](picture:{picture.public_id})")
    return body


def is_untouched(text: Translation) -> bool:
    """Whether the draft still says what was made of what was imported."""
    return bool(text.imported) and digest_of(text) == text.imported_as


def digest_of(text: Translation) -> str:
    return digest(text.title, text.summary, text.body)


def collection_for(source: Source, by: Actor) -> Collection:
    """The collection of this title, made where there is none."""
    title = cut(source.collection, TITLE_LENGTH) or SOMEWHERE
    texts = CollectionText.objects.alias(folded=Lower("title"))
    found = texts.filter(folded=title.lower()).select_related("collection").first()
    if found is not None:
        return found.collection
    locale = next(iter(source.texts), HelpCenter.current().locale)
    return save_collection(Collection(), by=by, texts={locale: {"title": title}})


def free(slug: str, article: Article) -> str:
    """A slug that was asked for, unless another article has it: then one is made of the title."""
    taken = Translation.objects.filter(slug=slug).exclude(article=article)
    return "" if taken.exists() else slug


def cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def digest(title: str, summary: str, body: str) -> str:
    whole = "\0".join((title, summary, body.strip("\n")))
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def shown(source: Source) -> str:
    titles = [text.title for text in source.texts.values() if text.title]
    return cut(titles[0] if titles else source.key, 80).encode("utf-8", "replace").decode()
