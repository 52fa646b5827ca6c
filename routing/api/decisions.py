"""REST: why a conversation is where it is."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import IdField, PageQuery, checked
from ground.web.openapi import operation, page_of
from ground.web.paging import keyset
from inbox.api.conversations import ConversationView
from routing import why

LIMIT_MAX = 20


class DecisionsQuery(PageQuery):
    """Which decisions."""

    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=5)
    rule = IdField(required=False, help_text="Tells of this rule only: why, or why not.")


class AskedClauseSerializer(serializers.Serializer):
    """What a rule asked, what was read, and whether that held; null: it could not be read."""

    words = serializers.CharField()
    read = serializers.CharField(allow_blank=True)
    truth = serializers.BooleanField(allow_null=True)


class AskedRuleSerializer(serializers.Serializer):
    """What one rule said."""

    id = serializers.CharField()
    name = serializers.CharField()
    verdict = serializers.ChoiceField([(each.value, each.value) for each in why.Verdict])
    condition = serializers.CharField(source="words", allow_blank=True)
    gives = serializers.ListField(child=serializers.CharField())
    clauses = AskedClauseSerializer(many=True)


class RuleDecisionSerializer(serializers.Serializer):
    """One time that the rules were asked about a conversation, as it was stored."""

    moment = serializers.CharField()
    headline = serializers.CharField()
    gave = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    rules = AskedRuleSerializer(many=True)
    more_rules = serializers.IntegerField(source="more", help_text="Rules left out.")
    created_at = serializers.DateTimeField(source="decision.created_at")


class DecisionsView(ConversationView):
    @operation(
        "decisions_list",
        "List why a conversation is where it is",
        description="Latest first, as it was stored when the rules were asked.",
        query=DecisionsQuery,
        answers={200: page_of("RuleDecision", RuleDecisionSerializer)},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(DecisionsQuery, request.query_params.dict())
        found = why.decisions_on(self.conversation(id))
        page = keyset(found, order=["-id"], cursor=query.get("cursor"), limit=query["limit"])
        told: list[Any] = [
            why.told(each, self.viewer, only=query.get("rule", "")) for each in page.items
        ]
        rows = RuleDecisionSerializer(told, many=True).data
        return Response({"results": rows, "next": page.next})
