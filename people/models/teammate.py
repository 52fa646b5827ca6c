from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

from ground.hours.models import OfficeHours
from ground.web.ids import PublicIdField
from people.querysets import TeammateQuerySet, TeamQuerySet


class Capability(models.TextChoices):
    """What a role lets a teammate do. Which conversations and teams they see is decided by teams,
    never by roles."""

    REPLY = "conversations.reply", "Reply to customers"
    NOTE = "conversations.note", "Write internal notes"
    MANAGE = "conversations.manage", "Assign, snooze, close and reopen"
    EDIT_CONTACTS = "contacts.edit", "Edit contacts and companies"
    MERGE_CONTACTS = "contacts.merge", "Merge contacts"
    EXPORT = "conversations.export", "Export lists of conversations"
    WATCH = "teams.watch", "See who has how much"
    RELEASE = "replies.release", "Release colleagues' replies"


class Role(models.Model):
    """What a teammate may change. An admin role may change everything and sees every team."""

    name = models.CharField(max_length=60, unique=True)
    is_admin = models.BooleanField(default=False)
    capabilities = ArrayField(
        models.CharField(max_length=40, choices=Capability), default=list, blank=True
    )

    def __str__(self):
        return self.name


class Team(models.Model):
    """A group of teammates that conversations can be given to.

    A private team's conversations are seen by its members and by admins only.
    """

    public_id = PublicIdField(prefix="tm")
    name = models.CharField(max_length=60, unique=True)
    is_private = models.BooleanField(default=False)
    office_hours = models.ForeignKey(
        OfficeHours,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teams",
        help_text="When the team works; left empty, by the house's own hours.",
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class TeammateManager(BaseUserManager.from_queryset(TeammateQuerySet)):
    def create_user(self, email, password=None, **fields):
        teammate = self.model(email=self.normalize_email(email), **fields)
        teammate.set_password(password)
        teammate.save(using=self._db)
        return teammate

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class Teammate(AbstractBaseUser, PermissionsMixin):
    """Somebody of the company who works in the inbox or sets it up; also called agent."""

    public_id = PublicIdField(prefix="mate")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    avatar_key = models.CharField(max_length=100, blank=True, editable=False)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT)
    teams = models.ManyToManyField(
        Team, through="people.Membership", related_name="teammates", blank=True
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        "may open the admin", default=False, help_text="Lets this teammate log in to the admin."
    )
    is_away = models.BooleanField(default=False)
    office_hours = models.ForeignKey(
        OfficeHours,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teammates",
        help_text="When they can be given work; left empty, at any time.",
    )
    senior = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Whom they can lean on while they are new: releases their replies, and is told "
        "when one waits.",
    )
    needs_release = models.BooleanField(
        "a senior releases their replies",
        default=False,
        db_default=False,
        help_text="What they write to customers waits until their senior, an admin, or somebody "
        "whose role has “Release colleagues' replies” lets it go. Notes do not wait.",
    )
    preferences = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text="How they like to work, by subject: keys, notifications.",
    )
    session_generation = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised to end every session of the teammate."
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = TeammateManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_teammate_email_once"),
        ]

    def __str__(self):
        return self.name or self.email

    @property
    def is_admin(self) -> bool:
        return self.is_superuser or bool(self.role and self.role.is_admin)

    def has_perm(self, perm, obj=None):
        """Whether the teammate may do something in the admin: admins everything, others nothing."""
        return self.is_active and self.is_admin

    def has_module_perms(self, app_label):
        return self.has_perm(app_label)

    def can(self, capability: str) -> bool:
        """Whether the teammate's role allows a change; an inactive teammate may nothing."""
        if not self.is_active:
            return False
        return self.is_admin or bool(self.role and capability in self.role.capabilities)

    def _get_session_auth_hash(self, secret=None):
        # Part of what both of Django's session hashes are made of.
        passwords = super()._get_session_auth_hash(secret)
        return salted_hmac(
            "people.models.Teammate", f"{passwords}{self.session_generation}", secret=secret
        ).hexdigest()

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return self.name.split(" ")[0] if self.name else self.email


class Membership(models.Model):
    """A teammate's place in a team."""

    teammate = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["teammate", "team"], name="people_membership_once"),
        ]

    def __str__(self):
        return f"{self.teammate} in {self.team}"
