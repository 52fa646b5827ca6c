"""REST: what contacts did."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import IdField, StrictSerializer, checked
from ground.web.openapi import operation
from ground.web.problems import Invalid
from ground.web.text import CleanCharField
from people import actions
from people.api.contacts import AddressField, known_by
from people.bearer import TokenView
from people.models import Contact, Identity
from people.models.token import Scope


class NewEventSerializer(StrictSerializer):
    """What happened, and to whom: one of `contact`, `external_id` and `email`."""

    contact = IdField(required=False, help_text="Id of the contact.")
    external_id = AddressField(Identity.Kind.EXTERNAL)
    email = AddressField(Identity.Kind.EMAIL)
    name = CleanCharField(max_bytes=400)
    metadata = serializers.DictField(required=False, default=dict)


class EventSerializer(serializers.Serializer):
    """Something that a contact did."""

    contact = serializers.CharField(source="contact.public_id")
    name = serializers.CharField()
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()


class EventsView(TokenView):
    reads = writes = Scope.CONTACTS_WRITE

    @operation(
        "events_create",
        "Report what a contact did",
        body=NewEventSerializer,
        answers={201: EventSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewEventSerializer, request.data)
        contact = self.contact(given)
        event = actions.track(contact, given["name"], given["metadata"], by=self.doer)
        return Response(EventSerializer(event).data, status=201)

    def contact(self, given: dict[str, Any]) -> Contact:
        """Raises Invalid unless exactly one known contact is named."""
        named = [name for name in ("contact", "external_id", "email") if name in given]
        if len(named) != 1:
            raise Invalid("Name one contact: by contact, external_id or email.")
        contacts = Contact.objects.visible_to(self.viewer)
        match named[0]:
            case "contact":
                contacts = contacts.filter(public_id=given["contact"])
            case "external_id":
                contacts = known_by(contacts, Identity.Kind.EXTERNAL, given["external_id"])
            case "email":
                contacts = known_by(contacts, Identity.Kind.EMAIL, given["email"])
        found = contacts.first()
        if found is None:
            raise Invalid(errors={named[0]: ["There is no such contact."]})
        return found
