"""Every read of conversations and messages that has a name."""

from functools import cache

from django.apps import apps
from django.db import connection, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from people.models import Contact, Team


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """What the viewer may see.

        A contact sees their own. A teammate sees everything but conversations of private teams
        that they are not in; an admin sees all; None stands for an app token, which sees what is
        in no private team.
        """
        if isinstance(viewer, Contact):
            return self.filter(contact=viewer)
        if viewer is not None and not viewer.is_active:
            return self.none()
        if viewer is not None and viewer.is_admin:
            return self
        hidden = list(Team.objects.hidden_from(viewer).values_list("pk", flat=True))
        if not hidden:
            return self
        return self.filter(Q(team=None) | ~Q(team__in=hidden))

    def locked(self, pk):
        """One conversation, locked until the transaction ends, with its contact, assignee, team
        and `preferred_binding_id`; None when it is gone.

        Written by hand: every message passes here, and the ORM would spend more time on composing
        this statement than the database on running it.
        """
        with connection.cursor() as cursor:
            cursor.execute(locking_statement(), [pk])
            row = cursor.fetchone()
        return row and conversation_of(row)

    def open(self):
        return self.filter(status="open")

    def snoozed(self):
        return self.filter(status="snoozed")

    def closed(self):
        return self.filter(status="closed")

    def unassigned(self):
        return self.filter(assignee=None)

    def assigned_to(self, teammate):
        return self.filter(assignee=teammate)

    def of_team(self, team):
        return self.filter(team=team)

    def contact_unread_total(self):
        """How many messages the contacts of these conversations have not read."""
        return self.aggregate(total=models.Sum("contact_unread"))["total"] or 0

    def newest_first(self):
        return self.order_by("-last_message_at", "-id")

    def for_list(self):
        """With everything that a list row shows, in one query."""
        return self.select_related("contact", "assignee", "team")

    def with_read_seq(self, teammate):
        """Adds `my_read_seq`: how far this teammate has read."""
        markers = self.model.read_markers.rel.related_model.objects.filter(
            conversation=OuterRef("pk"), teammate=teammate
        )
        return self.annotate(
            my_read_seq=Coalesce(
                Subquery(markers.values("seq")[:1]), 0, output_field=models.BigIntegerField()
            )
        )


JOINED = ("contact", "assignee", "team")


@cache
def locking_statement():
    """SQL for `locked`: the columns of the conversation, then those of each joined row."""
    conversation = apps.get_model("inbox", "Conversation")
    columns, joins = columns_of(conversation, "conversation"), []
    for name in JOINED:
        field = conversation._meta.get_field(name)
        columns += columns_of(field.related_model, name)
        joins.append(
            f"LEFT JOIN {field.related_model._meta.db_table} {name}"
            f" ON {name}.id = conversation.{field.column}"
        )
    return f"""
        SELECT {", ".join(columns)},
               (SELECT id FROM inbox_binding
                 WHERE conversation_id = conversation.id AND is_preferred)
          FROM {conversation._meta.db_table} conversation {" ".join(joins)}
         WHERE conversation.id = %s FOR NO KEY UPDATE OF conversation
    """


def columns_of(model, alias):
    return [f"{alias}.{field.column}" for field in model._meta.concrete_fields]


def conversation_of(row):
    """The conversation in a row of `locking_statement`, its joined rows in place."""
    conversation, start = instance_of(apps.get_model("inbox", "Conversation"), row, 0)
    for name in JOINED:
        model = conversation._meta.get_field(name).related_model
        joined, start = instance_of(model, row, start)
        setattr(conversation, name, joined)
    conversation.preferred_binding_id = row[start]
    return conversation


def instance_of(model, row, start):
    """The instance whose columns begin at `start`, None if it was not there; and where they end."""
    fields = model._meta.concrete_fields
    end = start + len(fields)
    if row[start] is None:
        return None, end
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row[start:end], strict=True)
    ]
    return model.from_db("default", [field.attname for field in fields], values), end


class MessageQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """All of a thread for staff, only what was said in public for a contact.

        Decides on messages, not on conversations: fetch the conversation with its own
        `visible_to` first.
        """
        if isinstance(viewer, Contact):
            return self.public()
        return self

    def public(self):
        return self.filter(public_seq__isnull=False)

    def after(self, seq):
        return self.filter(seq__gt=seq).order_by("seq")

    def window(self, counter, *, after=None, before=None, limit=50):
        """A stretch of one thread in order, as a list: what follows `after`, else the newest
        before `before`, else the newest. `counter` is "seq" or "public_seq"."""
        rows = self.for_thread()
        if after is not None:
            return list(rows.filter(**{f"{counter}__gt": after}).order_by(counter)[:limit])
        if before is not None:
            rows = rows.filter(**{f"{counter}__lt": before})
        return list(rows.order_by(f"-{counter}")[:limit])[::-1]

    def for_thread(self):
        """With everything that a bubble shows, in two queries."""
        return self.select_related("contact", "teammate").prefetch_related("attachments")
