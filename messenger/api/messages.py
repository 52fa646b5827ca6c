"""What is said in a conversation, how far it is read, and that somebody writes."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.journal import live
from ground.journal.live import RedisAway
from ground.web.api import UuidField, checked
from ground.web.paging import limit_from
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from inbox import actions
from inbox.actions.wholes import whole_of
from inbox.beginnings import beginning_of
from inbox.models import Conversation
from messenger.api.base import MAX_SEQ, MINUTE, MessengerView, check_welcome
from messenger.present import beginning_json, message_json, public_status
from messenger.visitors import visitor_of


class MessageSerializer(serializers.Serializer):
    client_id = UuidField()
    body = CleanCharField(max_bytes=256 * 1024, required=False, allow_blank=True, default="")
    attachments = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z0-9_]{1,40}\Z"),
        default=list,
        max_length=100,
    )


class SeqSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=0, max_value=MAX_SEQ)


class WindowSerializer(serializers.Serializer):
    """A window of a thread: newest first unless `after` is given."""

    after = serializers.IntegerField(min_value=0, max_value=MAX_SEQ, required=False)
    before = serializers.IntegerField(min_value=0, max_value=MAX_SEQ, required=False)


class MessagesView(MessengerView):
    is_open_by_link = True

    def get(self, request: Request, public_id: str) -> Response:
        conversation = self.conversation(public_id)
        given = checked(WindowSerializer, request.query_params.dict())
        limit = limit_from(request, default=50)
        messages = conversation.messages.public().window(
            "public_seq", after=given.get("after"), before=given.get("before"), limit=limit
        )
        viewer = conversation.contact.public_id
        # Who asks for what is new has what it began with.
        began = [] if "after" in given else beginning_of(conversation)
        beginning = {"beginning": [beginning_json(each, viewer) for each in began]}
        return Response(
            {
                "conversation": self.conversations_json([conversation])[0],
                **(beginning if began else {}),
                "messages": [message_json(message, viewer) for message in messages],
                "last_seq": conversation.public_seq,
                "read_seq": conversation.contact_read_seq,
                "seen_seq": conversation.team_read_seq,
                "status": public_status(conversation),
            }
        )

    def post(self, request: Request, public_id: str) -> Response:
        given = checked(MessageSerializer, request.data)
        self.check_may_send(given["attachments"])
        self.spend("messages", settings.VISITOR_MESSAGES_PER_MINUTE, MINUTE)
        try:
            posted = self.say(public_id, given)
        except NotFound:
            # Their contact may have been merged since this request found it.
            request.user = visitor_of(request.auth)
            posted = self.say(public_id, given)
        body = {"message": message_json(posted.message, posted.conversation.contact.public_id)}
        if posted.conversation.public_id != public_id:
            body |= self.elsewhere(posted.conversation)
        return Response(body, status=201 if posted.is_new else 200)

    def elsewhere(self, conversation: Conversation) -> dict[str, Any]:
        """Where it was said, since what was addressed has been merged. Who came by a link does not
        hear it: theirs opens nothing else."""
        if self.visitor.only_conversation:
            return {}
        return {"conversation": self.conversations_json([conversation])[0]}

    def say(self, public_id: str, given: dict[str, Any]) -> actions.Posted:
        contact = self.visitor.contact
        if contact is None or not self.visitor.may_open(public_id):
            raise NotFound("There is no such conversation.")
        check_welcome(contact)
        return actions.reply(
            Conversation(public_id=public_id),
            by=contact,
            body=given["body"],
            client_id=given["client_id"],
            attachments=given["attachments"],
            visitor=self.visitor.key,
        )


class ReadView(MessengerView):
    is_open_by_link = True

    def put(self, request: Request, public_id: str) -> Response:
        given = checked(SeqSerializer, request.data)
        conversation = self.conversation(public_id)
        actions.mark_read(conversation, by=conversation.contact, seq=given["seq"])
        return Response(status=204)


class TypingView(MessengerView):
    is_open_by_link = True

    def post(self, request: Request, public_id: str) -> Response:
        self.spend("typing", typing_limit(), MINUTE)
        conversation = self.conversation(public_id)
        check_welcome(conversation.contact)
        show_typing(conversation)
        return Response(status=204)


def typing_limit() -> int:
    return settings.VISITOR_MESSAGES_PER_MINUTE * 2


def show_typing(conversation: Conversation) -> None:
    """Shows teammates that the contact writes. Lossy."""
    contact = conversation.contact
    if conversation.is_merged:
        conversation = Conversation.objects.get(pk=whole_of(conversation))
    frame = {
        "type": "typing",
        "conversation": conversation.public_id,
        "author": {"type": "contact", "id": contact.public_id, "name": contact.display_name},
    }
    try:
        live.publish([f"conversation.{conversation.public_id}"], frame)
    except RedisAway:
        pass
