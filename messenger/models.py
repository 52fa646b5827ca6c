import secrets
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web import languages
from ground.web.encryption import EncryptedField
from ground.web.ids import PublicIdField
from inbox.models import Conversation, Line
from people.models import Contact

hex_color = RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write the color as # and six hex digits.")


class Installation(models.Model):
    """A messenger as it stands on one site or brand; its public id is the snippet's app id."""

    class Position(models.TextChoices):
        RIGHT = "right", "Right"
        LEFT = "left", "Left"

    public_id = PublicIdField(prefix="app")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="installation")
    name = models.CharField(max_length=80, help_text="The name that visitors read.")
    allowed_origins = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="Sites that may embed this messenger, each as scheme://host[:port].",
    )
    is_verification_required = models.BooleanField(
        "require verification",
        default=False,
        help_text="Refuses everybody whose identity your server has not signed.",
    )
    is_user_hash_allowed = models.BooleanField(
        "accept user_hash",
        default=False,
        help_text="Also takes HMAC-SHA256(secret, user id), as other messengers do.",
    )
    color = models.CharField(max_length=7, default="#3B5BDB", validators=[hex_color])
    logo_key = models.CharField(max_length=100, blank=True, editable=False)
    locale = models.CharField(
        "default language", max_length=10, default=languages.ENGLISH, choices=languages.CHOICES
    )
    languages = ArrayField(
        models.CharField(max_length=10, choices=languages.CHOICES),
        default=list,
        blank=True,
        help_text="The languages it speaks. None chosen means all of them.",
    )
    greeting = models.CharField(max_length=200, default="", blank=True)
    reply_time = models.CharField(max_length=120, default="", blank=True)
    office_hours = models.CharField(max_length=200, default="", blank=True)
    home_links = models.JSONField(default=list, blank=True)
    can_upload = models.BooleanField("visitors may send files", default=True)
    can_start = models.BooleanField("visitors may begin conversations", default=True)
    is_rating_asked = models.BooleanField("ask for a rating after closing", default=True)
    is_unread_in_title = models.BooleanField("show unread replies in the page title", default=False)
    is_unseen_mailed = models.BooleanField("mail replies that were not seen", default=True)
    position = models.CharField(max_length=5, choices=Position, default=Position.RIGHT)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name


class InstallationText(models.Model):
    """What an installation says in a language other than its default one.

    `home_links` is a list of {"title", "url"}, as on the installation.
    """

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="texts")
    locale = models.CharField("language", max_length=10, choices=languages.CHOICES)
    greeting = models.CharField(max_length=200, default="", blank=True)
    reply_time = models.CharField(max_length=120, default="", blank=True)
    office_hours = models.CharField(max_length=200, default="", blank=True)
    home_links = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "locale"], name="messenger_text_locale_once"
            ),
        ]

    def __str__(self):
        return f"{self.installation} in {self.get_locale_display()}"


def new_secret() -> str:
    return secrets.token_urlsafe(48)


def new_key_id() -> str:
    return secrets.token_hex(4)


class IdentitySecret(models.Model):
    """A secret with which the customer's own server signs who its users are.

    Several may be in force at once, so that a secret can be rotated without refusing anybody: the
    token's `kid` names the one that signed it.
    """

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="identity_secrets"
    )
    key_id = models.CharField(max_length=32, default=new_key_id)
    value = EncryptedField(default=new_secret, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "key_id"], name="messenger_secret_key_id_once"
            ),
        ]

    def __str__(self):
        return f"{self.installation} {self.key_id}"

    @property
    def ending(self) -> str:
        """By which people tell it from another without reading it."""
        return f"…{self.value[-4:]}"


class PushSubscription(models.Model):
    """A browser that asked to be told of replies, and the keys that let only it read them.

    `visitor` is the messenger visitor's key in that browser, by which signing out finds it. Whoever
    subscribes in the same browser later takes the row over.
    """

    public_id = PublicIdField(prefix="ps")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=64)
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    locale = models.CharField(max_length=35, blank=True)
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="Since it last worked. Too many end it."
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["visitor"], name="messenger_push_visitor")]

    def __str__(self):
        return f"{self.service} {self.public_id}"

    @property
    def service(self) -> str:
        """The host of its push service; the rest of the endpoint is a secret."""
        return urlsplit(self.endpoint).hostname or ""


class Notice(models.Model):
    """Word to a contact who is away that replies wait: a push or a mail, never sent twice.

    It speaks of the replies from `first_seq` to `last_seq` (public ones). Where the sending was
    cut off between the other side's "yes" and our storing it, the state says "unknown": it is shown
    and not repeated.
    """

    class Way(models.TextChoices):
        PUSH = "push", "Push"
        MAIL = "mail", "Mail"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        OBSOLETE = "obsolete", "Not needed any more"

    public_id = PublicIdField(prefix="nt")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    way = models.CharField(max_length=4, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "way"],
                condition=Q(state="queued"),
                name="messenger_notice_one_queued",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="messenger_notice_due", condition=Q(state="queued")
            ),
            models.Index(
                fields=["lease_until"],
                name="messenger_notice_leased",
                condition=Q(state="sending"),
            ),
            models.Index(
                fields=["address", "tried_at"],
                name="messenger_notice_mailed",
                condition=Q(way="mail", state__in=["sending", "sent", "unknown"]),
            ),
            models.Index(fields=["conversation", "-id"], name="messenger_notice_of"),
        ]

    def __str__(self):
        return f"{self.way} about {self.conversation_id}"


class MailStop(models.Model):
    """A conversation about which its contact wants no more mails."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="mail_stop"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"no mails about {self.conversation_id}"
