from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from people.models.teammate import Teammate
from people.querysets import ApiTokenQuerySet


class Scope(models.TextChoices):
    """What an API token may touch; a token never may more than the teammate it acts as."""

    CONTACTS_READ = "contacts:read", "Read contacts"
    CONTACTS_WRITE = "contacts:write", "Create and change contacts"
    CONVERSATIONS_READ = "conversations:read", "Read conversations"
    CONVERSATIONS_WRITE = "conversations:write", "Reply, assign, snooze, close"
    TEAM_READ = "team:read", "Read teammates and teams"


class ApiToken(models.Model):
    """A bearer token for the REST API. Only its SHA-256 digest is stored.

    A token with a teammate acts as that teammate; without one it acts as an app that sees what
    everybody sees (public teams).
    """

    public_id = PublicIdField(prefix="tok")
    name = models.CharField(max_length=80, help_text="What the token is for.")
    teammate = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.CASCADE, related_name="api_tokens"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False, help_text="The token's last characters.")
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope), default=list)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"

    def __str__(self):
        return f"{self.name} (…{self.hint})"
