from typing import Any

from django.db import transaction

from ground.web.problems import NotAllowed
from people import kinds
from people.actions.teammates import lock, tell
from people.models import Teammate


def prefer(
    teammate: Teammate, subject: str, wishes: dict[str, Any], *, by: Teammate | None
) -> Teammate:
    """Keeps how a teammate likes to work in one subject ("keys", "notifications"), instead of
    what they wished there before; without wishes the house's ways hold again.

    The caller has checked the wishes. Everybody wishes for themselves only: raises NotAllowed.
    """
    if by is not None and by.pk != teammate.pk:
        raise NotAllowed("Everybody chooses this for themselves.")
    with transaction.atomic():
        held = lock(teammate)
        before = held.preferences.get(subject, {})
        if before == wishes:
            return held
        others = {key: value for key, value in held.preferences.items() if key != subject}
        held.preferences = others | ({subject: wishes} if wishes else {})
        held.save(update_fields=["preferences"])
        was, has = {subject: before}, {subject: wishes}
        tell(kinds.TEAMMATE_PREFERENCES_CHANGED, held, by=by, before=was, after=has)
    return held
