from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from inbox.models.message import Message


class IndexedMessage(models.Model):
    """The words of one message as search knows them (`inbox/finding`), beside it and not in it:
    a narrow table is quick to search, and to write a message does not wait for it."""

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="indexed"
    )
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-message"], name="inbox_indexed_newest"),
            # What waits to be merged into the index is read by every search: keep it short.
            GinIndex(fields=["words"], name="inbox_indexed_words", gin_pending_list_limit=1024),
        ]

    def __str__(self):
        return f"words of {self.message_id}"


class IndexedLanguage(models.Model):
    """A text search configuration that some message was indexed with: searches stem by these."""

    config = models.CharField(max_length=40, primary_key=True)

    def __str__(self):
        return self.config
