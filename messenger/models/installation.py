from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from ground.web import languages
from ground.web.ids import PublicIdField
from inbox.models import Line

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
    is_wait_shown = models.BooleanField("the expected wait is shown", default=True, db_default=True)
    office_hours = models.CharField(max_length=200, default="", blank=True)
    home_links = models.JSONField(default=list, blank=True)
    can_upload = models.BooleanField("visitors may send files", default=True)
    can_start = models.BooleanField("visitors may begin conversations", default=True)
    is_rating_asked = models.BooleanField("ask for a rating after closing", default=True)
    is_unread_in_title = models.BooleanField("show unread replies in the page title", default=False)
    is_unseen_mailed = models.BooleanField("mail replies that were not seen", default=True)
    position = models.CharField(max_length=5, choices=Position, default=Position.RIGHT)
    is_active = models.BooleanField(default=True)
    embedded_at = models.DateTimeField(
        null=True, editable=False, help_text="When a page of a site first showed it."
    )
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
