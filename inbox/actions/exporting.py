"""Taking a list out of the house, which the journal remembers."""

from collections.abc import Iterator

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid, NotAllowed
from inbox import exporting, kinds
from inbox.default_views import View
from people.models import ApiToken, Teammate
from people.models.teammate import Capability
from people.permissions import may


def export_list(view: View, *, by: Teammate | ApiToken, form: str) -> Iterator[str]:
    """The conversations of a list as a CSV or JSON file, piece by piece: those that the doer may
    see. The journal says who took out what, before the first piece is given.

    Raises NotAllowed, and Invalid for a list that cannot be asked or a form that there is not.
    """
    if not may(by, Capability.EXPORT):
        raise NotAllowed("Your role does not allow this: export lists.")
    if form not in exporting.FORMATS:
        raise Invalid(errors={"form": ["This must be csv or json."]})
    if view.is_void:
        raise Invalid(errors={"view": list(view.faults) or ["It cannot be asked."]})
    viewer = by.teammate if isinstance(by, ApiToken) else by
    after = {"view": view.slug, "name": view.name, "condition": view.trees, "form": form}
    with transaction.atomic():
        record(kinds.LIST_EXPORTED, by=by, subject=by, after=after)
    return exporting.export(view, viewer, form)
