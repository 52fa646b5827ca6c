"""Content blocks: one text that stands in many places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from ground.journal import record
from ground.web.page_markup import blocks_in, render_page
from ground.web.problems import Invalid, NotFound, StateConflict
from ground.web.text import clean
from knowledge import kinds
from knowledge.actions.turns import known_locale, one_at_a_time, readers_see_something_else
from knowledge.filling import reindex
from knowledge.models import Block, BlockText, BlockUse, Translation
from knowledge.models.block import KEY_LENGTH
from knowledge.permissions import only_editors
from people.actions.fields import one_line
from people.permissions import Actor

BLOCKS_MAX = 1_000
NAME_LENGTH = 80
BODY_MAX = 16_000


def save_block(
    block: Block,
    *,
    by: Actor,
    name: Any = None,
    key: Any = None,
    texts: Mapping[str, Any] | None = None,
) -> Block:
    """Makes a block, or gives one another `name`, `key` or `texts` (by language, None to drop one).

    Every place that names it shows the new text at its next load. A new one needs a name and a
    text; without a key it gets one of its name. Raises NotAllowed, NotFound, Invalid, and
    StateConflict for another key while something names it by the old one.
    """
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        is_new = block.pk is None
        if is_new and Block.objects.count() >= BLOCKS_MAX:
            raise Invalid(errors={"name": [f"{BLOCKS_MAX:,} blocks are the most."]})
        held = Block() if is_new else found_again(block)
        before = {} if is_new else state_of(held)
        if name is not None or is_new:
            held.name = one_line(name, "name", max_length=NAME_LENGTH)
            if not held.name:
                raise Invalid(errors={"name": ["Give the block a name."]})
        if key or is_new:
            give_key(held, key or held.name)
        held.save()
        for locale, body in (texts or {}).items():
            say(held, known_locale(locale), body)
        if not held.texts.exists():
            raise Invalid(errors={"body": ["Write what the block says."]})
        after = state_of(held)
        changed = [field for field in after if before.get(field) != after[field]]
        if not changed:
            return held
        if not is_new:
            reindex(Translation.objects.published().filter(block_uses__block=held))
            readers_see_something_else()
        record(
            kinds.BLOCK_CREATED if is_new else kinds.BLOCK_CHANGED,
            by=by,
            subject=held,
            before={field: before[field] for field in changed if field in before},
            after={field: after[field] for field in changed},
        )
    return held


def delete_block(block: Block, *, by: Actor) -> None:
    """Raises NotAllowed, NotFound, and StateConflict while something names it."""
    only_editors(by)
    with transaction.atomic():
        one_at_a_time()
        held = found_again(block)
        if held.uses.exists():
            raise StateConflict("Articles show this block. Take it out of them first.")
        record(kinds.BLOCK_DELETED, by=by, subject=held, before=state_of(held))
        held.delete()


def note_uses(text: Translation) -> None:
    """Which blocks the draft and the published version of a translation name."""
    named = set(blocks_in(text.body))
    if text.published is not None:
        named.update(blocks_in(text.published.body))
    blocks = list(Block.objects.filter(key__in=named))
    text.block_uses.exclude(block__in=blocks).delete()
    BlockUse.objects.bulk_create(
        [BlockUse(block=block, translation=text) for block in blocks], ignore_conflicts=True
    )


def check_named(body: str) -> None:
    """Raises Invalid for a text that names a block that there is not."""
    named = blocks_in(body)
    known = set(Block.objects.filter(key__in=named).values_list("key", flat=True))
    missing = [key for key in named if key not in known]
    if missing:
        raise Invalid(errors={"body": [f"There is no block “{missing[0]}”."]})


def found_again(block: Block) -> Block:
    held = Block.objects.filter(pk=block.pk).first()
    if held is None:
        raise NotFound("This block has been deleted.")
    return held


def give_key(block: Block, wanted: Any) -> None:
    key = slugify(one_line(wanted, "key", max_length=4 * KEY_LENGTH)).replace("_", "-")
    key = "-".join(part for part in key.split("-") if part)[:KEY_LENGTH].strip("-")
    if not key:
        raise Invalid(errors={"key": ["Use letters a to z, digits and hyphens."]})
    if key == block.key:
        return
    if Block.objects.filter(key=key).exclude(pk=block.pk).exists():
        raise Invalid(errors={"key": [f"There is another block “{key}”."]})
    if block.pk and block.uses.exists():
        raise StateConflict("Articles name this block by its key, so it cannot get another one.")
    block.key = key


def say(block: Block, locale: str, body: Any) -> None:
    if body is None:
        BlockText.objects.filter(block=block, locale=locale).delete()
        return
    said = clean(body, "body", max_bytes=BODY_MAX).strip("\n")
    if blocks_in(said):
        raise Invalid(errors={"body": ["A block cannot show another block."]})
    BlockText.objects.update_or_create(
        block=block, locale=locale, defaults={"body": said, "body_html": render_page(said)}
    )


def state_of(block: Block) -> dict[str, Any]:
    texts = dict(block.texts.order_by("locale").values_list("locale", "body"))
    return {"name": block.name, "key": block.key, "texts": texts}
