from django.contrib.postgres.fields import ArrayField
from django.db import models


class Attribute(models.Model):
    """An own field of contacts or companies: its key, its type, and what people call it."""

    class Subject(models.TextChoices):
        CONTACT = "contact", "Contact"
        COMPANY = "company", "Company"

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes or no"
        CHOICE = "choice", "Choice"
        DATETIME = "datetime", "Date and time"

    subject = models.CharField(max_length=10, choices=Subject)
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=10, choices=Type, default=Type.TEXT)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="people_attribute_once"),
        ]

    def __str__(self):
        return self.label
