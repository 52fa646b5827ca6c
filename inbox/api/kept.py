"""A reply that waits, as the API shows it."""

from rest_framework import serializers

from inbox.models import LaterMessage
from people.api.references import TeammateReferenceSerializer


class LaterMessageSerializer(serializers.Serializer):
    """A reply that is no message yet; `reason` says why it came to nothing."""

    id = serializers.CharField(source="public_id")
    client_id = serializers.UUIDField()
    author = TeammateReferenceSerializer(source="teammate")
    body = serializers.CharField()
    due_at = serializers.DateTimeField()
    needs_release = serializers.BooleanField(help_text="Whether it waits for a senior first.")
    released_by = TeammateReferenceSerializer(allow_null=True)
    state = serializers.ChoiceField(LaterMessage.State.choices)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
