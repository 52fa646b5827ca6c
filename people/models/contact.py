from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from people.models.company import Company
from people.querysets import ContactQuerySet, IdentityQuerySet


class Contact(models.Model):
    """The one record of somebody who writes to us, whatever the channel."""

    class Role(models.TextChoices):
        VISITOR = "visitor", "Visitor"
        LEAD = "lead", "Lead"
        USER = "user", "User"

    public_id = PublicIdField(prefix="ct")
    role = models.CharField(max_length=10, choices=Role, default=Role.VISITOR)
    name = models.CharField(max_length=200, blank=True)
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    locale = models.CharField(max_length=35, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    claims = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the visitor said of themselves without proof; shown, never trusted.",
    )
    is_blocked = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_contacts"
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    last_contacted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="people_contact_newest"),
            GinIndex(
                fields=["attributes"],
                opclasses=["jsonb_path_ops"],
                name="people_contact_attributes",
            ),
            GinIndex(fields=["claims"], opclasses=["jsonb_path_ops"], name="people_contact_claims"),
        ]

    def __str__(self):
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name to show: the known one, else a stable nickname for an unknown visitor."""
        return self.name or f"Visitor {self.public_id[-4:]}"

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @property
    def is_verified(self) -> bool:
        """Whether somebody proved who this is, beyond "the same browser as before"."""
        return any(
            identity.is_verified
            for identity in self.identities.all()
            if identity.kind != Identity.Kind.WIDGET_VISITOR
        )

    @property
    def tags(self):
        """By name. For many contacts fetch `with_tags()`."""
        found = [tagging.tag for tagging in self.taggings.all()]
        return sorted(found, key=lambda tag: tag.name.lower())

    @property
    def email(self) -> str:
        """The best known address, "" for none. For many contacts fetch `with_identities()`."""
        return self.address(Identity.Kind.EMAIL)

    @property
    def phone(self) -> str:
        return self.address(Identity.Kind.PHONE)

    @property
    def external_id(self) -> str:
        """The contact's id in the company's own system, "" when unknown."""
        return self.address(Identity.Kind.EXTERNAL)

    def address(self, kind: str) -> str:
        known = [identity for identity in self.identities.all() if identity.kind == kind]
        known.sort(key=lambda identity: (identity.trust, identity.confirmed_at, identity.pk))
        return known[-1].value if known else ""

    def resolve(self) -> "Contact":
        """The contact that stands for this one: itself, or what it was merged into in the end."""
        contact = self
        while contact.merged_into_id is not None:
            contact = Contact.objects.get(pk=contact.merged_into_id)
        return contact


class Identity(models.Model):
    """An address by which a contact is known, and how sure we are that it is theirs.

    A stronger proof takes an address over from a weaker one; an equal or weaker claim never does.
    """

    class Kind(models.TextChoices):
        EXTERNAL = "external", "User id"
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"
        WIDGET_VISITOR = "widget_visitor", "Messenger visitor"

    class Trust(models.IntegerChoices):
        CLAIMED = 0, "Claimed"
        NETWORK_WEAK = 1, "Weak (sender not authenticated)"
        NETWORK_STRONG = 2, "Strong (authenticated by the provider)"
        PROVED = 3, "Proved (signed)"

    # Sources of browsers' keys that signing out has retired, the second without having been known.
    SIGNED_OUT = "signed out"
    SESSION_ENDED = "session ended"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=20, choices=Kind)
    scope = models.CharField(
        max_length=64,
        blank=True,
        help_text="Empty for global kinds; otherwise the account the value is unique in.",
    )
    value = models.CharField(max_length=255)
    value_raw = models.CharField(max_length=255, blank=True)
    trust = models.PositiveSmallIntegerField(choices=Trust, default=Trust.CLAIMED)
    source = models.CharField(max_length=40, blank=True)
    is_retired = models.BooleanField(
        default=False,
        help_text="A browser's key that opens nothing any more: its owner has signed in since.",
    )
    confirmed_at = models.DateTimeField(
        db_default=Now(), help_text="When the contact was last known by it; the newest is shown."
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "value"], name="people_identity_once"),
        ]

    def __str__(self):
        return f"{self.kind}:{self.value}"

    @property
    def is_verified(self) -> bool:
        return self.trust >= self.Trust.NETWORK_STRONG
