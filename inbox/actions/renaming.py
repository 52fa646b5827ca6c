from django.db import transaction

from ground.journal import record
from ground.journal.models import Entry
from inbox import kinds
from inbox.actions.thread import list_topic
from inbox.models import Conversation
from people.models import Contact


def rename(contact: Contact, *, cause: Entry | None = None) -> int:
    """Repeats a contact's present name on their conversations' list rows; returns how many."""
    with transaction.atomic():
        stale = list(
            Conversation.objects.select_for_update(of=("self",))
            .select_related("contact", "assignee", "team")
            .filter(contact=contact)
            .exclude(contact_name=contact.display_name)
            .order_by("id")
        )
        for conversation in stale:
            old_name = conversation.contact_name
            conversation.contact_name = contact.display_name
            conversation.save(update_fields=["contact_name"])
            record(
                kinds.CONVERSATION_RENAMED,
                by=None,
                subject=conversation,
                topics=[list_topic(conversation)],
                before={"contact_name": old_name},
                after={"contact_name": conversation.contact_name},
                cause=cause,
                rows={"conversation": conversation},
            )
    return len(stale)
