"""What readers say of an article."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from ground.journal import record
from ground.journal.recording import Automation
from ground.web.problems import Invalid
from ground.web.text import clean
from knowledge import kinds
from knowledge.models import Feedback, Translation
from knowledge.models.feedback import WORDS_LENGTH

READER = Automation("help.reader")
SALT = "counterfoil.help.visitor"


def rate_article(text: Translation, *, visitor: str, helped: Any, words: Any = "") -> Feedback:
    """Somebody says whether a published article helped them, and in their own words what was
    missing. `visitor` is whatever tells readers apart; only its digest is kept. Who has said it
    before changes their mind; without words those of before stay. Raises Invalid."""
    if not isinstance(helped, bool):
        raise Invalid(errors={"helped": ["Say yes or no."]})
    said = clean(words, "words", max_bytes=4 * WORDS_LENGTH, required=False).strip()
    if len(said) > WORDS_LENGTH:
        raise Invalid(errors={"words": [f"At most {WORDS_LENGTH} characters."]})
    digest = salted_hmac(SALT, visitor, algorithm="sha256").hexdigest()
    with transaction.atomic():
        row, is_new = Feedback.objects.select_for_update().get_or_create(
            article=text.article,
            locale=text.locale,
            visitor=digest,
            defaults={"helped": helped, "words": said},
        )
        before = {} if is_new else {"helped": row.helped, "words": row.words}
        row.helped, row.words = helped, said or row.words
        after = {"helped": row.helped, "words": row.words}
        if before == after:
            return row
        if not is_new:
            row.save(update_fields=["helped", "words", "updated_at"])
        record(
            kinds.ARTICLE_RATED,
            by=READER,
            subject=text.article,
            before=before,
            after={"locale": text.locale, **after},
        )
    return row
