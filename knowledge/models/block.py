from django.db import models
from django.db.models.functions import Lower, Now

from ground.web import languages
from ground.web.ids import PublicIdField
from knowledge.models.article import Translation
from knowledge.querysets import BlockQuerySet

KEY_LENGTH = 60


class Block(models.Model):
    """One explanation for many places. Texts name it `{{block:<key>}}` and show what it says when
    they are read."""

    public_id = PublicIdField(prefix="blk")
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "id"]

    def __str__(self):
        return self.name


class BlockText(models.Model):
    """What a block says in one language, and its HTML, made once when it is written."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="texts")
    locale = models.CharField("language", max_length=10, choices=languages.CHOICES)
    body = models.TextField("text")
    body_html = models.TextField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "locale"], name="knowledge_block_locale_once"),
        ]

    def __str__(self):
        return f"{self.block} ({self.locale})"


class BlockUse(models.Model):
    """That an article names a block, in its draft or in what everybody reads."""

    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="uses")
    translation = models.ForeignKey(
        Translation, on_delete=models.CASCADE, related_name="block_uses"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "translation"], name="knowledge_use_once"),
        ]

    def __str__(self):
        return f"{self.block} in {self.translation}"
