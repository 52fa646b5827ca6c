"""REST: merges of contacts. A merge is known by the contact that became part of the other."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import PageQuery, Reference, StrictSerializer, checked, page_answer
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import NotFound
from people import actions
from people.api.contacts import ContactDetailSerializer, answer_of, visible_contact
from people.bearer import TokenView
from people.models import Contact, ContactMerge
from people.models.token import Scope


class ContactMergeSerializer(serializers.Serializer):
    """A contact that became part of another, which is `kept`."""

    kept = serializers.CharField(source="kept.public_id")
    merged = serializers.CharField(source="merged.public_id")
    merged_name = serializers.CharField(source="merged.display_name")
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class NewContactMergeSerializer(StrictSerializer):
    """The contact that becomes part of the one in the address."""

    merged = Reference(Contact.objects.visible_to, noun="contact")


class MergeView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    def merges(self, contact: Contact) -> QuerySet[ContactMerge]:
        made: QuerySet[ContactMerge] = contact.merges_kept.filter(undone_at=None)
        return made.select_related("kept", "merged")


class ContactMergesView(MergeView):
    @operation(
        "contact_merges_list",
        "List what became part of a contact",
        description="The latest first; without those that were undone.",
        query=PageQuery,
        answers={200: page_of("ContactMerge", ContactMergeSerializer)},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        contact = visible_contact(self.viewer, id)
        return page_answer(self.merges(contact), ContactMergeSerializer, query, order=("-id",))

    @operation(
        "contact_merges_create",
        "Merge another contact into this one",
        description=(
            "Addresses, conversations and events move, and what this one lacks is filled in. Two "
            "contacts with a proved user id each are two accounts, and a conflict."
        ),
        body=NewContactMergeSerializer,
        answers={201: ContactMergeSerializer},
        conflict=ProblemSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        given = checked(NewContactMergeSerializer, request.data, viewer=self.viewer)
        contact = visible_contact(self.viewer, id)
        made = actions.merge_contacts(contact, given["merged"], by=self.doer, reason="By the API.")
        return Response(ContactMergeSerializer(made).data, status=201)


class ContactMergeView(MergeView):
    @operation(
        "contact_merges_delete",
        "Undo a merge",
        description=(
            "Two contacts again: exactly what moved goes back. The answer is the one that exists "
            "again."
        ),
        answers={200: ContactDetailSerializer},
        conflict=ProblemSerializer,
    )
    def delete(self, request: Request, id: str, merged: str) -> Response:
        contact = visible_contact(self.viewer, id)
        made = self.merges(contact).filter(merged__public_id=merged).order_by("-id").first()
        if made is None:
            raise NotFound("There is no such merge.")
        back = actions.unmerge(made, by=self.doer)
        return answer_of(back, self.viewer)
