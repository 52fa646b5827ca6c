"""What can be wrong with a condition, in sentences for the person who wrote it."""

from collections.abc import Mapping


class ConditionError(ValueError):
    """A condition cannot be used for what was asked of it."""


class InvalidCondition(ConditionError):
    """A tree is not a condition.

    `errors` maps the place in the tree (`all[1].value`; `condition` for the whole) to a sentence.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(f"{place}: {said}" for place, said in self.errors.items()))


class NoSetForm(ConditionError):
    """A clause can be asked of one subject, but not of a whole table."""


class FactOutOfReach(ConditionError):
    """A condition asks for a fact that its subject does not lead to."""


class FactNotRecorded(ConditionError, LookupError):
    """A condition was replayed over recorded facts, and one that it asks for was not recorded."""
