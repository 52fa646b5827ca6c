"""A visitor's conversations: the list, beginning one, how content they are with it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import WholeField, checked
from ground.web.paging import keyset, limit_from
from ground.web.problems import NotAllowed, StateConflict
from ground.web.text import CleanCharField
from ground.web.throttles import Limit, look_all, spend_all
from inbox import actions
from inbox.models import Conversation
from messenger import sessions
from messenger.api.base import HOUR, MINUTE, RECENT, MessengerView, PageSerializer, check_welcome
from messenger.api.messages import MessageSerializer
from messenger.present import message_json


class ConversationSerializer(MessageSerializer):
    page = PageSerializer(required=False)


class RatingSerializer(serializers.Serializer):
    score = WholeField(min_value=1, max_value=5)
    comment = CleanCharField(max_bytes=8000, allow_blank=True, default="")


class ConversationsView(MessengerView):
    is_open_by_link = True

    def get(self, request: Request) -> Response:
        if self.visitor.contact is None:
            return Response({"conversations": [], "next": None})
        page = keyset(
            self.visitor.conversations().for_contact(),
            cursor=request.query_params.get("cursor"),
            limit=limit_from(request, default=RECENT),
        )
        rows = self.conversations_json(page.items)
        return Response({"conversations": rows, "next": page.next})

    def post(self, request: Request) -> Response:
        if self.visitor.only_conversation:
            raise NotAllowed("This link opens one conversation only. To begin another, sign in.")
        given = checked(ConversationSerializer, request.data)
        if not self.is_retry(given["client_id"]):
            self.check_may_start()
            self.check_may_send(given["attachments"])
            look_all(*self.starts())
        posted = self.start(given)
        body = {
            "conversation": self.conversations_json([posted.conversation])[0],
            "message": message_json(posted.message, posted.conversation.contact.public_id),
        }
        return Response(body, status=201 if posted.is_new else 200)

    def check_may_start(self) -> None:
        if not self.visitor.installation.can_start:
            raise NotAllowed("New conversations cannot be started here at the moment.")

    def starts(self) -> tuple[Limit, Limit]:
        return self.limits("conversations", settings.VISITOR_CONVERSATIONS_PER_HOUR, HOUR)

    @transaction.atomic
    def start(self, given: dict[str, Any]) -> actions.Posted:
        """A visitor becomes a contact with their first word or not at all.

        What is new is counted here, where of several tries at once one alone is new.
        """
        contact, identity = sessions.meet(self.visitor)
        check_welcome(contact)
        posted = actions.start(
            contact,
            line=self.visitor.installation.line,
            identity=identity,
            body=given["body"],
            client_id=given["client_id"],
            page=given.get("page"),
            attachments=given["attachments"],
            visitor=self.visitor.key,
        )
        if posted.is_new:
            spend_all(*self.starts())
        return posted

    def is_retry(self, client_id: uuid.UUID) -> bool:
        """Whether this very conversation is stored already: to hear so costs nobody's limit."""
        contact = self.visitor.contact
        known = Conversation.objects.filter(contact=contact, client_id=client_id)
        return contact is not None and known.exists()


class RatingView(MessengerView):
    """How content the contact is with a closed conversation."""

    is_open_by_link = True

    def put(self, request: Request, public_id: str) -> Response:
        given = checked(RatingSerializer, request.data)
        self.spend("ratings", settings.VISITOR_MESSAGES_PER_MINUTE, MINUTE)
        conversation = self.conversation(public_id)
        if not self.visitor.installation.is_rating_asked:
            raise StateConflict("This messenger does not ask for ratings.")
        rating = actions.rate(conversation, by=conversation.contact, **given)
        return Response(self.conversations_json([rating.conversation])[0])
