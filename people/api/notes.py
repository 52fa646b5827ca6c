"""REST: what teammates note of a contact for each other."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import EmptyBody, PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.text import CleanCharField
from people import actions
from people.actions.notes import CONTACT_NOTES_MAX, NOTE_LENGTH
from people.api.contacts import visible_contact
from people.bearer import TokenView
from people.models.token import Scope


class ContactNoteSerializer(serializers.Serializer):
    """A note of a contact; contacts never read it."""

    id = serializers.CharField(source="public_id")
    body = serializers.CharField()
    author_name = serializers.CharField()
    teammate = serializers.CharField(source="teammate.public_id", default=None, allow_null=True)
    created_at = serializers.DateTimeField()


class NewContactNoteSerializer(StrictSerializer):
    body = CleanCharField(
        max_bytes=4 * NOTE_LENGTH, help_text=f"At most {NOTE_LENGTH:,} characters."
    )


class NoteView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE


class ContactNotesView(NoteView):
    @operation(
        "contact_notes_list",
        "List the notes of a contact",
        description="The newest first; without those that were deleted.",
        query=PageQuery,
        answers={200: page_of("ContactNote", ContactNoteSerializer)},
    )
    def get(self, request: Request, id: str) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        notes = visible_contact(self.viewer, id).notes.kept().select_related("teammate")
        return page_answer(notes, ContactNoteSerializer, query, order=("-id",))

    @operation(
        "contact_notes_create",
        "Note something of a contact",
        description=f"Teammates alone read it. At most {CONTACT_NOTES_MAX} fit on a contact.",
        body=NewContactNoteSerializer,
        answers={201: ContactNoteSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        given = checked(NewContactNoteSerializer, request.data)
        contact = visible_contact(self.viewer, id)
        made = actions.note_of_contact(contact, by=self.doer, body=given["body"])
        return Response(ContactNoteSerializer(made).data, status=201)


class ContactNoteView(NoteView):
    @operation(
        "contact_notes_delete",
        "Delete a note of a contact",
        description="Leaves one that is deleted as it is. PUT brings it back.",
        answers={200: ContactNoteSerializer},
    )
    def delete(self, request: Request, id: str, note: str) -> Response:
        contact = visible_contact(self.viewer, id)
        gone = actions.delete_contact_note(contact, note, by=self.doer)
        return Response(ContactNoteSerializer(gone).data)

    @operation(
        "contact_notes_restore",
        "Bring a deleted note back",
        description="With its author and its time. Leaves one that is there as it is.",
        body=EmptyBody,
        answers={200: ContactNoteSerializer},
    )
    def put(self, request: Request, id: str, note: str) -> Response:
        checked(EmptyBody, request.data)
        contact = visible_contact(self.viewer, id)
        back = actions.restore_contact_note(contact, note, by=self.doer)
        return Response(ContactNoteSerializer(back).data)
