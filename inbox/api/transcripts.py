"""REST: a conversation as one text."""

from datetime import UTC

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import StrictSerializer, checked
from ground.web.openapi import operation
from ground.web.zones import TimeZoneField
from inbox.api.conversations import ConversationView
from inbox.transcript import FORMATS, transcript_of


class TranscriptQuery(StrictSerializer):
    """In which form, and whether with what only teammates know."""

    form = serializers.ChoiceField(sorted(FORMATS), default="text")
    notes = serializers.BooleanField(
        default=False, help_text="With internal notes and what was done."
    )
    time_zone = TimeZoneField(
        required=False, help_text="In which its times are written; UTC unless told."
    )


class TranscriptSerializer(serializers.Serializer):
    """`content` is the whole text or HTML document; `name` is what to call its file."""

    name = serializers.CharField()
    content_type = serializers.CharField()
    content = serializers.CharField()


class TranscriptView(ConversationView):
    @operation(
        "transcript_get",
        "Get a transcript",
        description="The newest 2,000 lines, as the contact sees them unless `notes` is set.",
        query=TranscriptQuery,
        answers={200: TranscriptSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(TranscriptQuery, request.query_params.dict())
        form = query["form"]
        zone = query.get("time_zone", UTC)
        found = self.conversation(id)
        transcript = transcript_of(found, viewer=self.viewer, has_notes=query["notes"], zone=zone)
        answer = {
            "name": transcript.name(form),
            "content_type": FORMATS[form][1],
            "content": transcript.render(form),
        }
        return Response(TranscriptSerializer(answer).data)
