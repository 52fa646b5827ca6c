"""Making, naming and deleting collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid, NotFound, StateConflict
from knowledge import kinds, slugs
from knowledge.actions.turns import known_locale, one_at_a_time, readers_see_something_else
from knowledge.models import Collection, CollectionText
from knowledge.models.collection import ICONS, TITLE_LENGTH
from knowledge.permissions import only_editors
from people.actions.fields import checked_fields, one_line
from people.permissions import Actor

COLLECTIONS_MAX = 500
POSITION_MAX = 1_000_000
DESCRIPTION_LENGTH = 300
Texts = Mapping[str, Mapping[str, Any] | None]


def save_collection(
    collection: Collection, *, by: Actor, texts: Texts | None = None, **wanted: Any
) -> Collection:
    """Makes a new collection, or gives one other fields: `parent`, `position`, `icon`.

    `texts` are by language: `title`, `slug`, `description`, or None to drop the language. A new
    one needs a title. Raises NotAllowed, NotFound, and Invalid for all that is wrong, by field.
    """
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        is_new = collection.pk is None
        if is_new and Collection.objects.count() >= COLLECTIONS_MAX:
            raise Invalid(errors={"title": [f"{COLLECTIONS_MAX} collections are the most."]})
        held = Collection(position=next_position()) if is_new else found_again(collection)
        before = {} if is_new else state_of(held)
        for name, value in checked_fields(wanted, checks_for(held)).items():
            setattr(held, name, value)
        held.save()
        for locale, said in (texts or {}).items():
            say(held, known_locale(locale), said)
        if not held.texts.exists():
            raise Invalid(errors={"title": ["Give the collection a title."]})
        after = state_of(held)
        changed = [name for name in after if before.get(name) != after[name]]
        if changed:
            readers_see_something_else()
            record(
                kinds.COLLECTION_CREATED if is_new else kinds.COLLECTION_CHANGED,
                by=by,
                subject=held,
                before={name: before[name] for name in changed if name in before},
                after={name: after[name] for name in changed},
            )
    return held


def delete_collection(collection: Collection, *, by: Actor) -> None:
    """Raises NotAllowed, NotFound, and StateConflict while there is something in it."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(collection)
        if held.articles.exists() or held.children.exists():
            raise StateConflict("Move what is in this collection first, then delete it.")
        readers_see_something_else()
        record(kinds.COLLECTION_DELETED, by=by, subject=held, before=state_of(held))
        held.delete()


def say(collection: Collection, locale: str, said: Mapping[str, Any] | None) -> None:
    """What it is called in one language."""
    found = CollectionText.objects.filter(collection=collection, locale=locale).first()
    if said is None:
        if found is not None:
            found.delete()
        return
    text = found or CollectionText(collection=collection, locale=locale)
    before = text.slug
    if "title" in said or found is None:
        text.title = one_line(said.get("title"), "title", max_length=TITLE_LENGTH)
    if not text.title:
        raise Invalid(errors={"title": ["Give the collection a title."]})
    if "description" in said:
        text.description = one_line(
            said["description"], "description", max_length=DESCRIPTION_LENGTH
        )
    text.slug = slugs.slug_for(text, said.get("slug"))
    text.save()
    if before and before != text.slug:
        slugs.remember(collection, "collection", locale, before, text.slug)


def next_position() -> int:
    last = Collection.objects.order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def found_again(collection: Collection) -> Collection:
    held = Collection.objects.filter(pk=collection.pk).first()
    if held is None:
        raise NotFound("This collection has been deleted.")
    return held


def state_of(collection: Collection) -> dict[str, Any]:
    texts = collection.texts.order_by("locale").values("locale", "title", "slug", "description")
    return {
        "parent": collection.parent.public_id if collection.parent else None,
        "position": collection.position,
        "icon": collection.icon,
        "texts": list(texts),
    }


def checks_for(collection: Collection) -> dict[str, Any]:
    return {
        "parent": lambda parent: sound_parent(collection, parent),
        "position": sound_position,
        "icon": sound_icon,
    }


def sound_parent(collection: Collection, parent: Any) -> Collection | None:
    if parent is None:
        return None
    if not isinstance(parent, Collection) or parent.pk == collection.pk:
        raise Invalid(errors={"parent": ["Choose another collection."]})
    if parent.parent_id is not None or (collection.pk and collection.children.exists()):
        said = "Collections lie in each other one level deep."
        raise Invalid(errors={"parent": [said]})
    return parent


def sound_position(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= POSITION_MAX:
        raise Invalid(errors={"position": [f"Expected 0 to {POSITION_MAX:,}."]})
    return value


def sound_icon(value: Any) -> str:
    if value and value not in dict(ICONS):
        raise Invalid(errors={"icon": ["There is no such icon."]})
    return value or ""
