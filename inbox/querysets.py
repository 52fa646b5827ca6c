"""Every read of conversations and messages that has a name."""

import json

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject, Lower, Now

from ground.web.rows import Rows, Source
from people.models import Contact, Tag, Team


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

    def locked(self, *, pk=None, public_id=None):
        """One conversation, locked until the transaction ends, with its contact, assignee, team,
        tags, line and `preferred_binding_id`; None when it is gone, or a part of another."""
        rows, key = (LOCKED_BY_PK, pk) if pk else (LOCKED_BY_ID, public_id)
        return self.read_locked(rows, key)

    def locked_even_as_part(self, pk):
        """The same, also of one that is a part of another; only for who makes or undoes that."""
        return self.read_locked(LOCKED_EVEN_AS_PART, pk)

    def read_locked(self, rows, key):
        found = rows.first([key])
        if found is None or not found[-1]:
            # Another had it until now: the row is as they left it, but what is joined to it is of
            # the moment in which we began to wait. By now it is ours, and nobody changes it.
            found = rows.first([key])
        if found is None:
            return None
        conversation, *joined, binding, tags, _ = found
        conversation.shown_tags = json.loads(tags)
        conversation.preferred_binding_id, conversation.shown_line = None, None
        if binding is not None:
            conversation.preferred_binding_id, kind, name = json.loads(binding)
            conversation.shown_line = {"kind": kind, "name": name}
        for name, row in zip(JOINED, joined, strict=True):
            setattr(conversation, name, row)
        return conversation

    def with_followers(self, names):
        """Those with these public ids, by them, with contact, team and `followed_by`: who follows
        it -> since when."""
        found = {}
        for conversation, contact, team, mates, times in FOLLOWED.all([list(names)]):
            conversation.contact, conversation.team = contact, team
            conversation.followed_by = dict(zip(mates, times, strict=True))
            found[conversation.public_id] = conversation
        return found

    def open(self):
        return self.filter(status="open")

    def waiting(self):
        """Those in which the contact spoke last."""
        return self.filter(waiting_since__isnull=False)

    def snoozed(self):
        return self.filter(status="snoozed")

    def closed(self):
        return self.filter(status="closed")

    def spam(self):
        return self.filter(status="spam")

    def unassigned(self):
        return self.filter(assignee=None)

    def assigned_to(self, teammate):
        return self.filter(assignee=teammate)

    def mentioning(self, teammate):
        """Those in which a note names the teammate."""
        mentions = self.model.mentions.rel.related_model.objects.filter(teammate=teammate)
        return self.filter(pk__in=mentions.values("conversation"))

    def whole(self):
        """Those that are no part of another: what lists, counts and numbers are made of."""
        return self.filter(merged_into=None)

    def with_shown_whole(self, visible):
        """Adds `shown_whole`: the public id of what each is a part of, None where that is not among
        the `visible`."""
        wholes = visible.order_by().filter(pk=OuterRef("merged_into"))
        return self.annotate(shown_whole=Subquery(wholes.values("public_id")))

    def unfinished(self):
        """What is open, or put off."""
        return self.filter(status__in=["open", "snoozed"])

    def of_team(self, team):
        return self.filter(team=team)

    def tagged(self, tag):
        return self.filter(pk__in=tag.taggings.values("conversation"))

    def contact_unread_total(self):
        """How many messages the contacts of these conversations have not read."""
        return self.aggregate(total=models.Sum("contact_unread"))["total"] or 0

    def newest_first(self):
        return self.order_by("-last_message_at", "-id")

    def in_bulk_by_id(self, names):
        """Those with these public ids, by them."""
        return {row.public_id: row for row in self.filter(public_id__in=list(names))}

    def for_list(self):
        """With everything that a list row shows, in one query."""
        return self.select_related("contact", "assignee", "team").with_tags().with_line()

    def with_tags(self):
        tags = Tag.objects.filter(taggings__conversation=OuterRef("pk"))
        shown = tags.order_by(Lower("name"), "id").values(
            shown=JSONObject(id="public_id", name="name")
        )
        return self.annotate(shown_tags=ArraySubquery(shown))

    def with_line(self):
        bindings = self.model.bindings.rel.related_model.objects.filter(
            conversation=OuterRef("pk"), is_preferred=True
        )
        shown = bindings.values(shown=JSONObject(kind="line__kind", name="line__name"))
        return self.annotate(shown_line=Subquery(shown[:1]))

    def with_rating_comment(self):
        """Adds `rating_comment`: what the contact wrote with their latest score; None unrated."""
        ratings = self.model.ratings.rel.related_model.objects.filter(conversation=OuterRef("pk"))
        latest = ratings.order_by("-closed_at").values("comment")[:1]
        return self.annotate(rating_comment=Subquery(latest))

    def for_contact(self):
        """With everything that the contact's own list shows, in one query; see `with_ratings`."""
        return self.select_related("contact", "assignee")

    def with_read_marks(self, teammate):
        """Adds `my_read_seq`, how far this teammate has read, and `is_marked_unread`."""
        markers = self.model.read_markers.rel.related_model.objects.filter(
            conversation=OuterRef("pk"), teammate=teammate
        )
        return self.annotate(
            my_read_seq=Coalesce(
                Subquery(markers.values("seq")[:1]), 0, output_field=models.BigIntegerField()
            ),
            is_marked_unread=models.Exists(markers.filter(is_unread=True)),
        )


JOINED = ("contact", "assignee", "team")
TEAM = Source("people.Team", "id", "public_id", "name", "is_private")


def locking(condition):
    """The statement that every message begins with."""
    return Rows(
        {
            "conversation": Source("inbox.Conversation"),
            "contact": Source("people.Contact"),
            # What list rows and messages show of them.
            "assignee": Source("people.Teammate", "id", "public_id", "name", "email", "avatar_key"),
            "team": TEAM,
        },
        f"""
          FROM inbox_conversation conversation
          JOIN people_contact contact ON contact.id = conversation.contact_id
          LEFT JOIN people_teammate assignee ON assignee.id = conversation.assignee_id
          LEFT JOIN people_team team ON team.id = conversation.team_id
         WHERE {condition} FOR NO KEY UPDATE OF conversation
        """,
        extras=[
            """
            (SELECT json_build_array(binding.id, line.kind, line.name)::text
               FROM inbox_binding binding JOIN inbox_line line ON line.id = binding.line_id
              WHERE binding.conversation_id = conversation.id AND binding.is_preferred)
            """,
            """
            (SELECT coalesce(json_agg(json_build_object('id', tag.public_id, 'name', tag.name)
                                      ORDER BY lower(tag.name), tag.id), '[]')::text
               FROM inbox_tagging tagging JOIN people_tag tag ON tag.id = tagging.tag_id
              WHERE tagging.conversation_id = conversation.id)
            """,
            """
            conversation.xmin = (SELECT seen.xmin FROM inbox_conversation seen
                                  WHERE seen.id = conversation.id)
            """,
        ],
    )


IS_WHOLE = "conversation.merged_into_id IS NULL"
LOCKED_BY_PK = locking(f"conversation.id = %s AND {IS_WHOLE}")
LOCKED_BY_ID = locking(f"conversation.public_id = %s AND {IS_WHOLE}")
LOCKED_EVEN_AS_PART = locking("conversation.id = %s")
_FOLLOWERS = "FROM inbox_follower WHERE conversation_id = conversation.id ORDER BY id"
FOLLOWED = Rows(
    {
        "conversation": Source("inbox.Conversation"),
        "contact": Source("people.Contact"),
        "team": TEAM,
    },
    """
      FROM inbox_conversation conversation
      JOIN people_contact contact ON contact.id = conversation.contact_id
      LEFT JOIN people_team team ON team.id = conversation.team_id
     WHERE conversation.public_id = ANY(%s)
    """,
    extras=[f"ARRAY(SELECT teammate_id {_FOLLOWERS})", f"ARRAY(SELECT created_at {_FOLLOWERS})"],
)


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

    def of_ours(self):
        """What somebody of ours said in public. What the house said by itself is not: it answers
        nobody."""
        return self.public().filter(activity__isnull=True).exclude(author_type="contact")

    def automatic(self):
        """What the house said by itself."""
        return self.public().filter(activity__isnull=False)

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

    def changed(self, *, most):
        """Notes that were edited, deleted or brought back, the latest such first."""
        return self.for_thread().exclude(changed_at=None).order_by("-changed_at")[:most]

    def for_thread(self):
        """With everything that a bubble shows, in two queries."""
        return self.select_related("contact", "teammate").prefetch_related("attachments")


class MacroQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Everybody's macros, the teammate's own and those of their teams; an admin sees those of
        all teams. `viewer` is a Teammate, or None for an app token, which sees everybody's."""
        if viewer is None:
            return self.filter(owner=None, team=None)
        if not viewer.is_active:
            return self.none()
        if viewer.is_admin:
            return self.filter(Q(owner=None) | Q(owner=viewer))
        teams = viewer.memberships.values("team_id")
        return self.filter(Q(owner=viewer) | Q(owner=None, team=None) | Q(team__in=teams))

    def named_like(self, text):
        """Those with the text in their name, what is used most before the rest."""
        found = self.filter(name__icontains=text) if text else self
        return found.order_by("-used", "name", "id")


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """The teammate's own, those of their teams and everybody's; an admin sees whatever is
        shared. `viewer` is a Teammate, or None for an app token, which sees everybody's."""
        everybodys = Q(is_shared=True)
        if viewer is None:
            return self.filter(everybodys)
        if not viewer.is_active:
            return self.none()
        if viewer.is_admin:
            return self.filter(everybodys | Q(owner=viewer) | Q(team__isnull=False))
        teams = viewer.memberships.values("team_id")
        return self.filter(everybodys | Q(owner=viewer, team=None) | Q(team__in=teams))


class DraftQuerySet(models.QuerySet):
    def of(self, teammate):
        """What nobody else ever sees: a teammate's own drafts."""
        return self.filter(teammate=teammate)

    def begun(self):
        """Those with something in them, what was written last first."""
        return self.filter(is_empty=False).order_by("-saved_at")


class NotificationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(cleared_at=None)

    def of(self, teammate, visible):
        """What waits for a teammate, in the conversations that are `visible` to them, the latest
        first."""
        rows = self.open().filter(teammate=teammate, conversation__in=visible.order_by())
        return rows.select_related("conversation__contact", "side").order_by("-happened_at", "-id")


class LaterMessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state="waiting")

    def not_over(self):
        return self.filter(state__in=["waiting", "called_off", "failed"])

    def due(self):
        due = self.waiting().filter(due_at__lte=Now(), needs_release=False)
        return due.order_by("due_at", "id")

    def shown_to(self, teammate):
        """What waits, for whoever sees the conversation; what came to nothing, or can still be
        taken back, for its author alone. None stands for an app token."""
        everybodys = Q(state="waiting", is_held=False)
        own = Q(state__in=["waiting", "called_off", "failed"], teammate=teammate)
        shown = everybodys if teammate is None else everybodys | own
        rows = self.filter(shown).select_related("teammate__senior", "released_by")
        return rows.order_by("due_at", "id")


class SideParticipantQuerySet(models.QuerySet):
    def known_to(self, viewer):
        """Everybody who takes part but teams that the viewer may not know, in order."""
        known = Team.objects.visible_to(viewer)
        rows = self.filter(Q(team=None) | Q(team__in=known.order_by()))
        return rows.select_related("teammate", "team").order_by("pk")


class SideConversationQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-last_message_at", "-id")

    def with_marks(self, teammate):
        """Adds `is_mine`, whether the teammate takes part, and `my_read_seq`, how far they read.
        For None, an app, neither is so."""
        if teammate is None:
            return self.annotate(
                is_mine=models.Value(False), my_read_seq=models.Value(0, models.BigIntegerField())
            )
        taking_part = self.model.participants.rel.related_model.objects.filter(
            Q(teammate=teammate) | Q(team__memberships__teammate=teammate), side=OuterRef("pk")
        )
        markers = self.model.read_markers.rel.related_model.objects.filter(
            side=OuterRef("pk"), teammate=teammate
        )
        return self.annotate(
            is_mine=models.Exists(taking_part),
            my_read_seq=Coalesce(
                Subquery(markers.values("seq")[:1]), 0, output_field=models.BigIntegerField()
            ),
        )
