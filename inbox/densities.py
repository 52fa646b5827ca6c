"""How close together a teammate wants the rows of lists."""

from people.models import Teammate

SUBJECT = "list"
COMFORTABLE, COMPACT = "comfortable", "compact"
DENSITIES = (COMFORTABLE, COMPACT)


def density_of(teammate: Teammate) -> str:
    wished = teammate.preferences.get(SUBJECT, {}).get("density")
    return COMPACT if wished == COMPACT else COMFORTABLE
