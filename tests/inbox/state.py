"""How things stand in the database by now, and how the inbox's scripts ask for pages."""

from inbox.models import Conversation

SCRIPT = {"HX-Request": "true"}


def now(conversation):
    return Conversation.objects.for_list().get(pk=conversation.pk)


def statuses(conversations):
    rows = Conversation.objects.in_bulk([each.pk for each in conversations])
    return [rows[each.pk].status for each in conversations]
