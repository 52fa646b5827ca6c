"""Every read of people that has a name."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now

from ground.web.rows import Rows, Source


class TeamQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Public teams, and the private ones the teammate is in; all of them for an admin.

        `viewer` is a Teammate, or None for an app token, which sees public teams only.
        """
        if viewer is not None and viewer.is_admin:
            return self
        shown = Q(is_private=False)
        if viewer is not None:
            shown |= Q(pk__in=viewer.memberships.values("team_id"))
        return self.filter(shown)

    def hidden_from(self, viewer):
        """The private teams whose conversations the viewer must not see."""
        if viewer is not None and viewer.is_admin:
            return self.none()
        hidden = self.filter(is_private=True)
        if viewer is not None:
            hidden = hidden.exclude(pk__in=viewer.memberships.values("team_id"))
        return hidden


class TagQuerySet(models.QuerySet):
    def offered(self):
        """Those to choose from, by name."""
        return self.filter(is_archived=False).order_by(Lower("name"), "id")

    def called(self, name):
        """The one of this name, in whatever case."""
        return self.alias(folded=Lower("name")).filter(folded=Lower(Value(name)))


class CompanyQuerySet(models.QuerySet):
    def called(self, name):
        """Those of this name, in whatever case, the one known longest first."""
        return self.alias(folded=Lower("name")).filter(folded=Lower(Value(name))).order_by("id")


class TeammateQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def seeing(self, team):
        """Those who see what lies with a team, or (None) with none: for one place in hand what
        `Conversation.objects.visible_to` says."""
        if team is None or not team.is_private:
            return self.active()
        members = Q(pk__in=team.memberships.values("teammate_id"))
        return self.active().filter(members | Q(is_superuser=True) | Q(role__is_admin=True))

    def admins(self):
        return self.filter(Q(is_superuser=True) | Q(role__is_admin=True))


class ApiTokenQuerySet(models.QuerySet):
    def usable(self):
        """Tokens that are neither revoked, nor expired, nor of a deactivated teammate."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=Now()),
            Q(teammate=None) | Q(teammate__is_active=True),
            revoked_at=None,
        )


class ContactQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Contacts are in no team: teammates and apps (None) see all, a contact only itself."""
        if isinstance(viewer, self.model):
            return self.filter(pk=viewer.pk)
        return self if viewer is None or viewer.is_active else self.none()

    def current(self):
        """Contacts that have not been merged into another one."""
        return self.filter(merged_into=None)

    def with_identities(self):
        """With every address, in one more query for all of them."""
        return self.prefetch_related("identities")

    def with_tags(self):
        """With every tag, in one more query for all of them."""
        return self.prefetch_related("taggings")

    def known_by(self, text):
        """Contacts with this very address of any kind, whoever claims it."""
        return self.filter(identities__value=text.strip().lower()).distinct()

    def in_session(self, public_id, scope, visitor_id):
        """The contact with a public id, None when there is none, and `is_signed_out`: whether the
        session of this browser's key has been ended."""
        found = IN_SESSION.first([scope, visitor_id, public_id])
        if found is None:
            return None
        contact, contact.is_signed_out = found
        return contact

    def held(self, pk):
        """One contact, locked until the transaction ends; rows that point at it may be added."""
        return self.select_for_update(no_key=True).get(pk=pk)


class IdentityQuerySet(models.QuerySet):
    def best_first(self):
        """The best proved before the others, of these the one that was confirmed last."""
        return self.order_by("-trust", "-confirmed_at", "-pk")

    def address(self, kind, value, scope=""):
        return self.filter(kind=kind, scope=scope, value=value)

    def opening(self, kind, value, scope):
        """The identity at an address, its contact in place; None when nobody has it."""
        found = OPENING.first([kind, scope, value])
        if found is None:
            return None
        identity, identity.contact = found
        return identity


# Whatever a browser asks of the messenger begins with one of these.
IN_SESSION = Rows(
    {"contact": Source("people.Contact")},
    "FROM people_contact contact WHERE contact.public_id = %s",
    extras=[
        "EXISTS (SELECT FROM people_identity WHERE kind = 'widget_visitor'"
        " AND scope = %s AND value = %s AND is_retired)"
    ],
)
OPENING = Rows(
    {"identity": Source("people.Identity"), "contact": Source("people.Contact")},
    """
      FROM people_identity identity JOIN people_contact contact ON contact.id = identity.contact_id
     WHERE identity.kind = %s AND identity.scope = %s AND identity.value = %s
    """,
)
