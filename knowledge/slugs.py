"""Addresses of articles and collections: a slug in each language, and those they once had."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.text import slugify

from ground.web.problems import Invalid
from knowledge.models import CollectionText, FormerSlug, Translation
from knowledge.models.collection import SLUG_LENGTH
from people.actions.fields import one_line

Text = Translation | CollectionText


def slug_for(text: Text, wanted: Any) -> str:
    """The slug that a text is to have: what was wanted, or else one made of its title.

    Raises Invalid for what is no slug, and for one that another text of its kind has.
    """
    asked = one_line(wanted, "slug", max_length=4 * SLUG_LENGTH)
    slug = slugify(asked or text.title, allow_unicode=True)[:SLUG_LENGTH].strip("-_")
    if asked:
        if not slug:
            raise Invalid(errors={"slug": ["Use letters, digits and hyphens."]})
        if is_taken(text, slug):
            said = f"Something else has the address “{slug}”."
            raise Invalid(errors={"slug": [said]})
        return slug
    if text.pk and text.slug:
        return text.slug
    return first_free(text, slug or "article")


def first_free(text: Text, slug: str) -> str:
    free, number = slug, 1
    while is_taken(text, free):
        number += 1
        free = f"{slug[: SLUG_LENGTH - 5]}-{number}"
    return free


def is_taken(text: Text, slug: str) -> bool:
    """Whether another article or collection has it in any language: what is not translated is read
    at an address in the reader's language."""
    owner = "article" if isinstance(text, Translation) else "collection"
    others = type(text)._default_manager.filter(slug=slug)
    return bool(others.exclude(**{owner: getattr(text, f"{owner}_id")}).exists())


def remember(owner: Model, field: str, locale: str, before: str, now: str) -> None:
    """The old address of an article or a collection (`field`) leads to it from now on."""
    FormerSlug.objects.filter(locale=locale, slug__in=[before, now]).exclude(
        **{field: None}
    ).delete()
    FormerSlug.objects.create(locale=locale, slug=before, **{field: owner})
