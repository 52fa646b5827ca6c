from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ground.web.ids import PublicIdField
from inbox.querysets import MacroQuerySet
from people.models import Team, Teammate


class Macro(models.Model):
    """A text with variables, and what else is done with the conversation when it is sent.

    `steps` is a list of {"do": name, "to": value}; `config/composition.py` names what there is to
    do. It is its owner's alone, a team's, or (neither) everybody's.
    """

    public_id = PublicIdField(prefix="mc")
    name = models.CharField(max_length=80)
    body = models.TextField(blank=True)
    steps = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(
        Teammate, null=True, blank=True, on_delete=models.CASCADE, related_name="macros"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="macros"
    )
    used = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = MacroQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) | Q(team=None), name="inbox_macro_one_audience"
            ),
        ]

    def __str__(self):
        return self.name

    def may_be_changed_by(self, teammate):
        """One's own, those of one's own teams; everybody's are an admin's to change."""
        if self.owner_id is not None:
            return self.owner_id == teammate.pk
        if teammate.is_admin:
            return True
        return self.team_id is not None and teammate.memberships.filter(team=self.team_id).exists()
