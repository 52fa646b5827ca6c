from django.db import models
from django.db.models.functions import Lower, Now

from ground.web.ids import PublicIdField
from people.querysets import CompanyQuerySet


class Company(models.Model):
    """An account that contacts belong to."""

    public_id = PublicIdField(prefix="co")
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    name = models.CharField(max_length=200)
    plan = models.CharField(max_length=60, blank=True)
    monthly_spend = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        indexes = [models.Index(Lower("name"), name="people_company_name")]

    def __str__(self):
        return self.name
