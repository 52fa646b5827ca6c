from datetime import timedelta

from django.db import models

from inbox.models import Conversation


class Pace(models.Model):
    """How long the customer of a conversation usually takes to write again after our word; there
    is a row where that is known. `routing.pace` says how it is found."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="pace"
    )
    seconds = models.PositiveIntegerField()

    def __str__(self):
        return f"{timedelta(seconds=self.seconds)} in {self.conversation_id}"
