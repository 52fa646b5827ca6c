from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from inbox.models.message import Message
from inbox.models.side import SideMessage
from people.models import ContactNote


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


class IndexedBeside(models.Model):
    """The words of what colleagues wrote beside a thread, as search knows them: of a note of a
    contact's record, or of a message in a side conversation."""

    note = models.OneToOneField(ContactNote, null=True, on_delete=models.CASCADE, related_name="+")
    side_message = models.OneToOneField(
        SideMessage, null=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(note__isnull=False, side_message=None)
                | models.Q(note=None, side_message__isnull=False),
                name="inbox_beside_is_one",
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="inbox_beside_words", gin_pending_list_limit=1024),
        ]

    def __str__(self):
        return f"words of {self.note_id or self.side_message_id}"


class IndexedLanguage(models.Model):
    """A text search configuration that some message was indexed with: searches stem by these."""

    config = models.CharField(max_length=40, primary_key=True)

    def __str__(self):
        return self.config
