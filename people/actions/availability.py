from django.db import transaction

from ground.journal import record
from people import kinds
from people.actions.teammates import lock
from people.models import Teammate


def set_away(teammate: Teammate, is_away: bool, *, by: Teammate | None) -> Teammate:
    """Says whether a teammate is there to be given work. Everybody may say so of themselves."""
    with transaction.atomic():
        held = lock(teammate)
        if held.is_away == is_away:
            return held
        held.is_away = is_away
        held.save(update_fields=["is_away"])
        record(
            kinds.TEAMMATE_AWAY_CHANGED,
            by=by,
            subject=held,
            topics=[f"teammate.{held.public_id}"],
            before={"is_away": not is_away},
            after={"is_away": is_away},
        )
    return held
