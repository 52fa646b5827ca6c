from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.querysets import SavedViewQuerySet
from people.models import Team, Teammate


class SavedView(models.Model):
    """A list of conversations by a condition, under a name.

    It is its owner's alone, or shared with a team or with everybody; who may see it still sees in
    it only what they may see anywhere.
    """

    class Icon(models.TextChoices):
        LIST = "list", "List"
        STAR = "star", "Star"
        FLAG = "flag", "Flag"
        ALERT = "alert", "Alert"
        CLOCK = "clock", "Clock"
        TAG = "tag", "Tag"
        USER = "user", "Person"
        USERS = "users", "People"
        CHAT = "chat", "Talk"
        BOX = "box", "Box"
        MAIL = "mail", "Letter"
        PHONE = "phone", "Phone"

    public_id = PublicIdField(prefix="vw")
    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=20, choices=Icon, default=Icon.LIST)
    condition = models.JSONField()
    owner = models.ForeignKey(Teammate, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views"
    )
    is_shared = models.BooleanField(default=False, help_text="With everybody.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(team=None) | Q(is_shared=False), name="inbox_saved_view_one_audience"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def slug(self) -> str:
        """What its list is called in addresses."""
        return f"view-{self.public_id}"

    @property
    def is_personal(self) -> bool:
        return self.team_id is None and not self.is_shared

    def may_be_changed_by(self, teammate) -> bool:
        """Its owner, and of one that is shared also an admin."""
        return self.owner_id == teammate.pk or (teammate.is_admin and not self.is_personal)
