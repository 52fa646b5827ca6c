"""REST: contacts."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import (
    EmptyBody,
    FlagField,
    KnownField,
    PageQuery,
    Reference,
    StrictSerializer,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import Invalid, NotFound, Unavailable
from ground.web.text import CleanCharField
from ground.web.timing import OutOfTime, within
from people import actions, segments
from people.addresses import VALUE_LENGTH, normalized
from people.api.companies import NEWEST_FIRST
from people.api.references import (
    CompanyReferenceSerializer,
    SegmentReferenceSerializer,
    TagReferenceSerializer,
)
from people.bearer import TokenView
from people.models import Company, Contact, Identity, Segment, Tag, Teammate
from people.models.token import Scope

SHOWN_KINDS = [kind for kind in Identity.Kind if kind != Identity.Kind.WIDGET_VISITOR]


class AddressField(CleanCharField):
    """An e-mail address, a phone number or an id of the company's own, in any sound spelling."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(max_bytes=4 * VALUE_LENGTH, required=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            normalized(self.kind, text)
        except Invalid as problem:
            raise serializers.ValidationError(problem.errors[self.kind]) from None
        return text


class IdentitySerializer(serializers.Serializer):
    """An address of a contact, and how sure it is that it is theirs."""

    kind = serializers.ChoiceField([(k.value, k.label) for k in SHOWN_KINDS])
    value = serializers.CharField()
    trust = serializers.SerializerMethodField()
    is_verified = serializers.BooleanField()
    source = serializers.CharField()
    confirmed_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField([trust.name.lower() for trust in Identity.Trust]))
    def get_trust(self, identity: Identity) -> str:
        return Identity.Trust(identity.trust).name.lower()


class ContactSerializer(serializers.Serializer):
    """The one record of somebody who writes to us. `claims` is what they said without proof."""

    id = serializers.CharField(source="public_id")
    role = serializers.ChoiceField(Contact.Role.choices)
    name = serializers.CharField()
    email = KnownField()
    phone = KnownField()
    external_id = KnownField()
    identities = serializers.SerializerMethodField()
    company = CompanyReferenceSerializer(allow_null=True)
    tags = serializers.SerializerMethodField()
    locale = serializers.CharField()
    timezone = serializers.CharField()
    attributes = serializers.DictField()
    claims = serializers.DictField()
    is_blocked = serializers.BooleanField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    last_heard_at = serializers.DateTimeField(allow_null=True)
    last_contacted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(IdentitySerializer(many=True))
    def get_identities(self, contact: Contact) -> list[dict[str, Any]]:
        shown = [identity for identity in contact.identities.all() if identity.kind in SHOWN_KINDS]
        return IdentitySerializer(shown, many=True).data

    @extend_schema_field(TagReferenceSerializer(many=True))
    def get_tags(self, contact: Contact) -> list[dict[str, Any]]:
        return TagReferenceSerializer([tag.shown for tag in contact.tags], many=True).data


class ContactDetailSerializer(ContactSerializer):
    """The one record of somebody who writes to us, and which segments they are in at the moment.
    `claims` is what they said without proof."""

    segments = serializers.SerializerMethodField()

    @extend_schema_field(SegmentReferenceSerializer(many=True))
    def get_segments(self, contact: Contact) -> list[dict[str, Any]]:
        return SegmentReferenceSerializer(segments.segments_of(contact), many=True).data


class ContactsQuery(PageQuery):
    """Which contacts: all, the one with an address, those in a segment."""

    email = AddressField(Identity.Kind.EMAIL)
    external_id = AddressField(Identity.Kind.EXTERNAL)
    segment = Reference(lambda viewer: Segment.objects.all(), noun="segment", required=False)


class ContactChangesSerializer(StrictSerializer):
    """What may be written of a contact. `attributes` sets the given keys; null removes one."""

    name = CleanCharField(max_bytes=800, required=False, allow_blank=True)
    role = serializers.ChoiceField(Contact.Role.choices, required=False)
    company = Reference(
        lambda viewer: Company.objects.all(), noun="company", required=False, allow_null=True
    )
    locale = CleanCharField(max_bytes=140, required=False, allow_blank=True)
    timezone = CleanCharField(max_bytes=256, required=False, allow_blank=True)
    is_blocked = FlagField(required=False)
    attributes = serializers.DictField(required=False)
    email = AddressField(Identity.Kind.EMAIL, allow_null=True)
    phone = AddressField(Identity.Kind.PHONE, allow_null=True)
    external_id = AddressField(Identity.Kind.EXTERNAL, allow_null=True)


class NewContactSerializer(ContactChangesSerializer):
    """A contact that somebody of ours vouches for."""

    is_blocked = None


class ContactConflictSerializer(ProblemSerializer):
    """Another contact (`contact` is its id) has the address, or the key was used already."""

    contact = serializers.CharField(required=False, allow_null=True)


def contacts_for(viewer: Teammate | None) -> QuerySet[Contact]:
    return (
        Contact.objects.visible_to(viewer).select_related("company").with_identities().with_tags()
    )


def visible_contact(viewer: Teammate | None, public_id: str) -> Contact:
    """The contact, or the one it was merged into. Raises NotFound."""
    found = Contact.objects.visible_to(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such contact.")
    return contacts_for(viewer).get(pk=found.resolve().pk)


def answer_of(contact: Contact, viewer: Teammate | None, **more: Any) -> Response:
    """A contact as it is now, with its segments."""
    shown = contacts_for(viewer).get(pk=contact.pk)
    return Response(ContactDetailSerializer(shown).data, **more)


def known_by(contacts: QuerySet[Contact], kind: str, value: str) -> QuerySet[Contact]:
    known = Identity.objects.address(kind, normalized(kind, value))
    return contacts.filter(identities__in=known)


class ContactsView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation(
        "contacts_list",
        "List contacts",
        description=(
            "Newest first. With `email` or `external_id` the one contact known by it, with "
            "`segment` those who are in it at the moment; they add up."
        ),
        query=ContactsQuery,
        answers={200: page_of("Contact", ContactSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(ContactsQuery, request.query_params.dict(), viewer=self.viewer)
        contacts = contacts_for(self.viewer).current()
        for kind, name in ((Identity.Kind.EMAIL, "email"), (Identity.Kind.EXTERNAL, "external_id")):
            if name in query:
                contacts = known_by(contacts, kind, query[name])
        if "segment" not in query:
            return page_answer(contacts, ContactSerializer, query, order=NEWEST_FIRST)
        contacts = segments.contacts_in(query["segment"], contacts)
        try:
            with within(segments.ASKED_MS):
                return page_answer(contacts, ContactSerializer, query, order=NEWEST_FIRST)
        except OutOfTime:
            raise Unavailable(segments.TOO_SLOW) from None

    @operation(
        "contacts_create",
        "Create a contact",
        body=NewContactSerializer,
        answers={201: ContactDetailSerializer},
        conflict=ContactConflictSerializer,
    )
    def post(self, request: Request) -> Response:
        given = checked(NewContactSerializer, request.data, viewer=self.viewer)
        sent = {name: value for name, value in given.items() if value is not None}
        made = actions.create_contact(by=self.doer, **sent)
        location = reverse("api:contact", args=[made.public_id])
        return answer_of(made, self.viewer, status=201, headers={"Location": location})


class ContactView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation(
        "contacts_get",
        "Get a contact",
        description="The id of a merged contact leads to the contact it was merged into.",
        answers={200: ContactDetailSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(ContactDetailSerializer(visible_contact(self.viewer, id)).data)

    @operation(
        "contacts_update",
        "Change a contact",
        description="What is left out stays as it is; null takes an address or the company away.",
        body=ContactChangesSerializer,
        answers={200: ContactDetailSerializer},
        conflict=ContactConflictSerializer,
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(ContactChangesSerializer, request.data, viewer=self.viewer)
        contact = visible_contact(self.viewer, id)
        changed = actions.update_contact(contact, by=self.doer, **given)
        return answer_of(changed, self.viewer)


class ContactTagsSerializer(StrictSerializer):
    """All tags that a contact shall have."""

    tags = serializers.ListField(
        child=Reference(lambda viewer: Tag.objects.all(), noun="tag"),
        max_length=actions.CONTACT_TAGS_MAX,
    )


class ContactTagsView(TokenView):
    reads = writes = Scope.CONTACTS_WRITE

    @operation(
        "contact_tags_put",
        "Set the tags of a contact",
        description="The list replaces the one before; an empty one takes all tags off.",
        body=ContactTagsSerializer,
        answers={200: ContactDetailSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        tags = checked(ContactTagsSerializer, request.data, viewer=self.viewer)["tags"]
        contact = visible_contact(self.viewer, id)
        tagged = actions.set_contact_tags(contact, by=self.doer, tags=tags)
        return answer_of(tagged, self.viewer)


class BlockView(TokenView):
    reads = writes = Scope.CONTACTS_WRITE

    @operation(
        "block_put",
        "Block a contact",
        description=(
            "They can write no more, and what they have open goes to spam. Blocking twice changes "
            "nothing."
        ),
        body=EmptyBody,
        answers={200: ContactDetailSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        blocked = actions.block_contact(visible_contact(self.viewer, id), by=self.doer)
        return answer_of(blocked, self.viewer)

    @operation(
        "block_delete",
        "Unblock a contact",
        description=(
            "They can write again, and what went to spam for the block alone is open again. Leaves "
            "one that is not blocked as it is."
        ),
        answers={200: ContactDetailSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        unblocked = actions.unblock_contact(visible_contact(self.viewer, id), by=self.doer)
        return answer_of(unblocked, self.viewer)
