"""What is read of one conversation for its rules, at one moment, each thing once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from ground.conditions import Clause, ConditionError, Facts, Snapshot
from ground.conditions.values import storable
from inbox.models import Conversation
from people.segments import READ_ALONG, counts_of

logger = logging.getLogger(__name__)

Recorded = dict[str, Any]


def read(
    conversation: Conversation, asked: Mapping[str, Clause], *, now: datetime, spoken: Snapshot
) -> tuple[Recorded, dict[str, str]]:
    """What clauses ask of a conversation, as JSON by their keys; and why what could not be read
    was not, by key. One fact that breaks takes no other along."""
    clauses = list(asked.values())
    try:
        with transaction.atomic():
            return all_of(conversation, clauses, now, spoken), {}
    except Exception as error:
        logger.warning("Facts of %s are read one by one: %s", conversation.public_id, error)
    recorded: Recorded = {}
    failed: dict[str, str] = {}
    for clause in clauses:
        try:
            with transaction.atomic():
                recorded |= all_of(conversation, [clause], now, spoken)
        except Exception as error:
            logger.exception("%s of %s cannot be read", clause.key, conversation.public_id)
            said = str(error) if isinstance(error, ConditionError) else type(error).__name__
            failed[clause.key] = f"{clause.fact.label} could not be read: {said}"[:300]
    return recorded, failed


def all_of(
    conversation: Conversation, clauses: Iterable[Clause], now: datetime, spoken: Snapshot
) -> Recorded:
    asked = list(clauses)
    names = {clause.fact.name for clause in asked}
    along = [lookup for lookup, facts in READ_ALONG.items() if facts & names]
    prefetch_related_objects([conversation.contact], *along)
    counts = counts_of(conversation.contact, asked, now)
    facts = Facts(conversation, now=now, recorded=counts, registry=spoken)
    return {clause.key: storable(facts.read(clause).value) for clause in asked}
