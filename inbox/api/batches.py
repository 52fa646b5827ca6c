"""REST: the same done with many conversations at once."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import IdField, PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from inbox.actions.batches import CONVERSATIONS_MAX, begin_batch, stop_batch, undo_batch
from inbox.api.conversations import ConversationView
from inbox.changes import CHANGES
from inbox.models import Batch
from inbox.pages.many import VALUE_LENGTH, VALUES_MAX, sound_values


class BatchSerializer(serializers.Serializer):
    """How far it has come. `failed` counts those left as they were; `reason` says why the first
    was, or why it all stopped where nobody stopped it."""

    id = serializers.CharField(source="public_id")
    view = serializers.CharField()
    part = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))
    undoes = serializers.SerializerMethodField()
    state = serializers.ChoiceField(Batch.State.choices)
    count = serializers.IntegerField()
    failed = serializers.IntegerField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_undoes(self, batch: Batch) -> str | None:
        return batch.undoes.public_id if batch.undoes else None


class NewBatchSerializer(StrictSerializer):
    """What is to be done with which conversations, or (`undoes`) which batch is taken back."""

    view = IdField(required=False, help_text="All of a view, as it is now.")
    conversations = serializers.ListField(
        child=IdField(),
        required=False,
        min_length=1,
        max_length=CONVERSATIONS_MAX,
        help_text="Or these; those that you may not see are left out.",
    )
    part = serializers.ChoiceField([(name, name) for name in CHANGES], required=False)
    values = serializers.DictField(
        child=serializers.CharField(max_length=VALUE_LENGTH, allow_blank=True),
        required=False,
        help_text=(
            'status: {"status": open, closed, spam or snoozed, with "until" or "snooze": "reply"}; '
            'assignment: {"assignee", "team"}, ids or ""; '
            'tags: {"tag": id, "is_on": "true" or "false"}; priority: {"priority"}; '
            'unread: {"is_unread": "true"}; following: {"is_following": "true" or "false"}; '
            'macro: {"macro": id}, which does its steps and sends no words; '
            'merge: {"is_merged": "true", "into": id}, for conversations of one contact.'
        ),
    )
    undoes = IdField(required=False, help_text="A batch of yours to take back, and nothing else.")

    def validate_values(self, given: dict[str, str]) -> dict[str, str]:
        try:
            return dict(sound_values(given))
        except ValueError:
            raise serializers.ValidationError(
                f"At most {VALUES_MAX} values of one printable line each."
            ) from None

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "undoes" in given:
            if len(given) > 1:
                raise serializers.ValidationError({"undoes": "This stands alone."})
            return given
        if ("view" in given) == ("conversations" in given):
            raise serializers.ValidationError({"view": "Name a view, or the conversations."})
        missing = [name for name in ("part", "values") if name not in given]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, "This field is required."))
        return given


class BatchView(ConversationView):
    """What the addresses of batches share: everybody has their own."""

    not_for_apps = "An app has no views to work on. Use a teammate's token."

    def own(self) -> QuerySet[Batch]:
        rows = Batch.objects.filter(teammate=self.teammate)
        return rows.select_related("teammate__role", "undoes")

    def batch(self, id: str) -> Batch:
        found = self.own().filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such batch, or it is not yours.")
        return found


class BatchListView(BatchView):
    @operation(
        "batches_list",
        "List batches",
        description="Those of the token's teammate, the latest first.",
        query=PageQuery,
        answers={200: page_of("Batch", BatchSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(self.own(), BatchSerializer, query, order=("-id",))

    @operation(
        "batches_create",
        "Do the same with many conversations",
        description=(
            "Worked off in the background, each conversation by itself and with the teammate's "
            "own rights; ask for the batch to see how far it is. One at a time for each teammate. "
            "With `undoes` it takes back what a batch has changed, where nobody changed it since."
        ),
        body=NewBatchSerializer,
        answers={201: BatchSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request) -> Response:
        worker = self.teammate
        given = checked(NewBatchSerializer, request.data)
        if "undoes" in given:
            made = undo_batch(self.batch(given["undoes"]), by=worker)
        else:
            made = begin_batch(by=worker, **({"view": ""} | given))
        return Response(BatchSerializer(made).data, status=201)


class BatchDetailView(BatchView):
    @operation("batches_get", "Get a batch", answers={200: BatchSerializer})
    def get(self, request: Request, id: str) -> Response:
        return Response(BatchSerializer(self.batch(id)).data)

    @operation(
        "batches_delete",
        "Stop a batch",
        description="What it has changed stays. Leaves one that has ended as it is.",
        answers={200: BatchSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        stopped = stop_batch(self.batch(id), by=self.teammate)
        return Response(BatchSerializer(stopped).data)
