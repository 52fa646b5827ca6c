from django.db import models
from django.db.models.functions import Now


class RuleOrder(models.Model):
    """Which rules were asked, in their order, by a version that decisions have.

    Decisions on very many rules do not name each of them again. rules: [[public id, version], …].
    """

    version = models.CharField(max_length=40, unique=True)
    rules = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.version
