"""The order in which rules, and service levels, are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ground.journal import record
from ground.web.problems import Invalid
from people.permissions import Actor
from routing import kinds
from routing.actions.ruling import one_at_a_time, only_admins
from routing.models import Policy, RoutingSettings, Rule


def arrange_rules(names: Sequence[str], *, by: Actor) -> None:
    """Puts all rules, named by their public ids, into this order. Raises NotAllowed, and Invalid
    when these are not just the rules that there are."""
    arrange(Rule, names, kind=kinds.RULE_MOVED, by=by)


def arrange_policies(names: Sequence[str], *, by: Actor) -> None:
    """The same of service levels."""
    arrange(Policy, names, kind=kinds.POLICY_MOVED, by=by)


def arrange(model: Any, names: Sequence[str], *, kind: str, by: Actor) -> None:
    """`model` is that of rows with a public id and a position."""
    only_admins(by)
    with transaction.atomic():
        one_at_a_time()
        rows = {row.public_id: row for row in model.objects.all()}
        if sorted(names) != sorted(rows):
            called = model._meta.verbose_name_plural
            said = f"The {called} have changed meanwhile. Look at them again."
            raise Invalid(errors={"order": [said]})
        before = list(rows)
        if before == list(names):
            return
        moved = []
        for position, name in enumerate(names, start=1):
            if rows[name].position != position:
                rows[name].position = position
                moved.append(rows[name])
        model.objects.bulk_update(moved, ["position"])
        record(
            kind,
            by=by,
            subject=RoutingSettings(pk=1),
            before={"order": before},
            after={"order": list(names)},
        )
