"""Writing the journal: entries, what they owe, and decisions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models, transaction

from ground.journal import live
from ground.journal.kinds import KINDS
from ground.journal.models import Decision, Entry
from ground.journal.reactions import hint, reactions_to

MAX_DEPTH = 8


class CausationTooDeep(Exception):
    """An entry would be the ninth link of a chain of effects: something loops."""


class Automation:
    """An actor that is no row: a rule, a bot, a sweep. Its name is its id."""

    def __init__(self, name: str) -> None:
        self.name = name


def reference(thing: models.Model | Automation | None) -> tuple[str, str]:
    """The (type, id) by which the journal speaks of an actor or a subject.

    None is the system itself. A model is known by its public id, else by its primary key.
    """
    if thing is None:
        return "system", ""
    if isinstance(thing, Automation):
        return "automation", thing.name
    return str(thing._meta.model_name), str(getattr(thing, "public_id", thing.pk))


def record(
    kind: str,
    *,
    by: models.Model | Automation | None,
    subject: models.Model,
    topics: Iterable[str] = (),
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    cause: Entry | None = None,
    rows: Mapping[str, Any] | None = None,
) -> Entry:
    """Writes one entry and the reactions it owes; once committed, shows and hints them.

    `rows` are the objects that the change already has in hand, for the frames to render.

    Must be called in the transaction that makes the change. Raises KeyError for a kind that no
    room has declared, CausationTooDeep when a chain of causes has no end, and
    TransactionManagementError outside a transaction.
    """
    if kind not in KINDS:
        raise KeyError(f"No room declares the journal kind {kind!r}.")
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A journal entry needs its transaction.")
    depth = cause.depth + 1 if cause else 0
    if depth > MAX_DEPTH:
        raise CausationTooDeep(f"{kind} would be effect number {depth} of one cause.")
    actor_type, actor_id = reference(by)
    subject_type, subject_id = reference(subject)
    entry = Entry(
        kind=kind,
        actor_type=actor_type,
        actor_id=actor_id,
        subject_type=subject_type,
        subject_id=subject_id,
        topics=list(topics),
        before=dict(before or {}),
        after=dict(after or {}),
        cause=cause,
        depth=depth,
    )
    entry.rows = dict(rows or {})
    owed = reactions_to(kind)
    write(entry, owed)
    is_shown = not live.is_silent()
    transaction.on_commit(lambda: after_commit(entry, owed, is_shown), robust=True)
    return entry


def write(entry: Entry, owed: list[str]) -> None:
    """Stores an entry and its reactions. One statement, because everything that happens passes
    here."""
    as_json = connection.ops.adapt_json_value
    with connection.cursor() as cursor:
        cursor.execute(
            """/* prepared */
            WITH entry AS (
                 INSERT INTO journal_entry (kind, actor_type, actor_id, subject_type, subject_id,
                        topics, before, after, cause_id, depth)
                 VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, created_at),
            owed AS (
                 INSERT INTO journal_reaction (entry_id, name, attempts, error)
                 SELECT entry.id, name, 0, '' FROM entry, unnest(%s::text[]) AS name)
            SELECT id, created_at FROM entry
            """,
            [
                *(entry.kind, entry.actor_type, entry.actor_id),
                *(entry.subject_type, entry.subject_id, entry.topics),
                *(as_json(entry.before, None), as_json(entry.after, None)),
                *(entry.cause_id, entry.depth, owed),
            ],
        )
        entry.id, entry.created_at = cursor.fetchone()
    entry._state.adding, entry._state.db = False, DEFAULT_DB_ALIAS


def after_commit(entry: Entry, owed: list[str], is_shown: bool) -> None:
    """Live delivery first: it never waits for the broker."""
    if is_shown:
        live.show(entry)
    if owed:
        hint(owed)


def decide(
    decider: str,
    *,
    version: str,
    subject: models.Model,
    facts: Mapping[str, Any],
    explanation: Mapping[str, Any],
    result: Mapping[str, Any],
    cause: Entry | None = None,
    entry: Entry | None = None,
) -> Decision:
    """Stores what automation decided and why; `entry` is what it did, `cause` what led to it."""
    subject_type, subject_id = reference(subject)
    return Decision.objects.create(
        decider=decider,
        version=version,
        subject_type=subject_type,
        subject_id=subject_id,
        facts=dict(facts),
        explanation=dict(explanation),
        result=dict(result),
        cause=cause,
        entry=entry,
    )
