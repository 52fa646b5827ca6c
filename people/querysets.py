"""Every read of people that has a name."""

from django.db import models
from django.db.models import Exists, Q
from django.db.models.functions import Now


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


class TeammateQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

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

    def with_session(self, scope, visitor_id):
        """Adds `is_signed_out`: whether the session of this browser's key has been ended."""
        keys = self.model.identities.rel.related_model.objects.address(
            "widget_visitor", visitor_id, scope
        )
        return self.annotate(is_signed_out=Exists(keys.filter(is_retired=True)))

    def known_by(self, text):
        """Contacts with this very address of any kind, whoever claims it."""
        return self.filter(identities__value=text.strip().lower()).distinct()

    def held(self, pk):
        """One contact, locked until the transaction ends; rows that point at it may be added."""
        return self.select_for_update(no_key=True).get(pk=pk)


class IdentityQuerySet(models.QuerySet):
    def best_first(self):
        """The best proved before the others, of these the one that was confirmed last."""
        return self.order_by("-trust", "-confirmed_at", "-pk")

    def address(self, kind, value, scope=""):
        return self.filter(kind=kind, scope=scope, value=value)
