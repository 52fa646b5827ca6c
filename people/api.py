"""REST: contacts, companies, events, teammates, teams."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web import files
from ground.web.api import (
    EmptyBody,
    FlagField,
    IdField,
    KnownField,
    PageQuery,
    Reference,
    StrictSerializer,
    checked,
    page_answer,
)
from ground.web.openapi import ProblemSerializer, operation, page_of
from ground.web.problems import Invalid, NotFound
from ground.web.text import CleanCharField
from people import actions
from people.actions.tags import NAME_LENGTH
from people.addresses import VALUE_LENGTH, normalized
from people.bearer import TokenView
from people.models import Company, Contact, Identity, Tag, Team, Teammate
from people.models.token import Scope

NEWEST_FIRST = ("-created_at", "-id")
BY_NAME = ("name", "id")
# What a browser is known by says nothing to anybody but our own messenger.
SHOWN_KINDS = [kind for kind in Identity.Kind if kind != Identity.Kind.WIDGET_VISITOR]


# ---- shapes --------------------------------------------------------------------------------------


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


class CompanyReferenceSerializer(serializers.Serializer):
    """The company that a contact belongs to."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()


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


class ContactsQuery(PageQuery):
    """Which contacts: all, or the one with an address."""

    email = AddressField(Identity.Kind.EMAIL)
    external_id = AddressField(Identity.Kind.EXTERNAL)


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


class CompanySerializer(serializers.Serializer):
    """An account that contacts belong to."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    plan = serializers.CharField()
    monthly_spend = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    attributes = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CompaniesQuery(PageQuery):
    """Which companies: all, or the one with your own id for it."""

    external_id = CleanCharField(max_bytes=800, required=False)


class CompanyChangesSerializer(StrictSerializer):
    """What may be written of a company. `attributes` sets the given keys; null removes one."""

    name = CleanCharField(max_bytes=800, required=False)
    plan = CleanCharField(max_bytes=240, required=False, allow_blank=True)
    monthly_spend = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, allow_null=True
    )
    attributes = serializers.DictField(required=False)


class KeyedCompanySerializer(CompanyChangesSerializer):
    """A company by your own id for it."""

    external_id = CleanCharField(max_bytes=800)


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


class TeamReferenceSerializer(serializers.Serializer):
    """A team, by name."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TagReferenceSerializer(serializers.Serializer):
    """A tag, by name."""

    id = serializers.CharField()
    name = serializers.CharField()


class TagSerializer(serializers.Serializer):
    """A word to sort by. An archived one stays where it is and is offered no more."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    is_archived = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class NewTagSerializer(StrictSerializer):
    name = CleanCharField(
        max_bytes=4 * NAME_LENGTH, help_text=f"One line of at most {NAME_LENGTH} characters."
    )


class TeammateReferenceSerializer(serializers.Serializer):
    """A teammate, by name."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TeammateSerializer(serializers.Serializer):
    """Somebody who answers. `teams` are those that the token may see."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    is_admin = serializers.BooleanField()
    is_active = serializers.BooleanField()
    is_away = serializers.BooleanField()
    teams = TeamReferenceSerializer(many=True)
    created_at = serializers.DateTimeField()
    avatar = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_avatar(self, teammate: Teammate) -> str | None:
        url = files.public_url(teammate.avatar_key)
        return url and urljoin(settings.SITE_URL, url)


class TeamSerializer(serializers.Serializer):
    """A group of teammates that conversations can be given to."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    is_private = serializers.BooleanField()
    teammates = TeammateReferenceSerializer(many=True)
    created_at = serializers.DateTimeField()


# ---- contacts ------------------------------------------------------------------------------------


def contacts_for(viewer: Teammate | None) -> QuerySet[Contact]:
    return Contact.objects.visible_to(viewer).select_related("company").with_identities()


def visible_contact(viewer: Teammate | None, public_id: str) -> Contact:
    """The contact, or the one it was merged into. Raises NotFound."""
    found = Contact.objects.visible_to(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such contact.")
    return contacts_for(viewer).get(pk=found.resolve().pk)


def known_by(contacts: QuerySet[Contact], kind: str, value: str) -> QuerySet[Contact]:
    known = Identity.objects.address(kind, normalized(kind, value))
    return contacts.filter(identities__in=known)


class ContactsView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation(
        "contacts_list",
        "List contacts",
        description="Newest first. With `email` or `external_id` the one contact known by it.",
        query=ContactsQuery,
        answers={200: page_of("Contact", ContactSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(ContactsQuery, request.query_params.dict())
        contacts = contacts_for(self.viewer).current()
        for kind, name in ((Identity.Kind.EMAIL, "email"), (Identity.Kind.EXTERNAL, "external_id")):
            if name in query:
                contacts = known_by(contacts, kind, query[name])
        return page_answer(contacts, ContactSerializer, query, order=NEWEST_FIRST)

    @operation(
        "contacts_create",
        "Create a contact",
        body=NewContactSerializer,
        answers={201: ContactSerializer},
        conflict=ContactConflictSerializer,
    )
    def post(self, request: Request) -> Response:
        given = checked(NewContactSerializer, request.data, viewer=self.viewer)
        sent = {name: value for name, value in given.items() if value is not None}
        made = actions.create_contact(by=self.doer, **sent)
        contact = contacts_for(self.viewer).get(pk=made.pk)
        location = reverse("api:contact", args=[contact.public_id])
        return Response(ContactSerializer(contact).data, status=201, headers={"Location": location})


class ContactView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation(
        "contacts_get",
        "Get a contact",
        description="The id of a merged contact leads to the contact it was merged into.",
        answers={200: ContactSerializer},
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(ContactSerializer(visible_contact(self.viewer, id)).data)

    @operation(
        "contacts_update",
        "Change a contact",
        description="What is left out stays as it is; null takes an address or the company away.",
        body=ContactChangesSerializer,
        answers={200: ContactSerializer},
        conflict=ContactConflictSerializer,
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(ContactChangesSerializer, request.data, viewer=self.viewer)
        contact = visible_contact(self.viewer, id)
        changed = actions.update_contact(contact, by=self.doer, **given)
        return Response(ContactSerializer(contacts_for(self.viewer).get(pk=changed.pk)).data)


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
        answers={200: ContactSerializer},
    )
    def put(self, request: Request, id: str) -> Response:
        checked(EmptyBody, request.data)
        blocked = actions.block_contact(visible_contact(self.viewer, id), by=self.doer)
        return Response(ContactSerializer(contacts_for(self.viewer).get(pk=blocked.pk)).data)

    @operation(
        "block_delete",
        "Unblock a contact",
        description=(
            "They can write again, and what went to spam for the block alone is open again. Leaves "
            "one that is not blocked as it is."
        ),
        answers={200: ContactSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        unblocked = actions.unblock_contact(visible_contact(self.viewer, id), by=self.doer)
        return Response(ContactSerializer(contacts_for(self.viewer).get(pk=unblocked.pk)).data)


# ---- companies -----------------------------------------------------------------------------------


def company_named(public_id: str) -> Company:
    found = Company.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such company.")
    return found


class CompaniesView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation(
        "companies_list",
        "List companies",
        description="Newest first. With `external_id` the one company with that id of yours.",
        query=CompaniesQuery,
        answers={200: page_of("Company", CompanySerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(CompaniesQuery, request.query_params.dict())
        companies = Company.objects.all()
        if "external_id" in query:
            companies = companies.filter(external_id=query["external_id"])
        return page_answer(companies, CompanySerializer, query, order=NEWEST_FIRST)

    @operation(
        "companies_save",
        "Create or update a company",
        description="The one with your `external_id` is made (201) or brought up to date (200).",
        body=KeyedCompanySerializer,
        answers={200: CompanySerializer, 201: CompanySerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(KeyedCompanySerializer, request.data)
        is_known = Company.objects.filter(external_id=given["external_id"].strip()).exists()
        company = actions.upsert_company(by=self.doer, **given)
        location = reverse("api:company", args=[company.public_id])
        return Response(
            CompanySerializer(company).data,
            status=200 if is_known else 201,
            headers={"Location": location},
        )


class CompanyView(TokenView):
    reads, writes = Scope.CONTACTS_READ, Scope.CONTACTS_WRITE

    @operation("companies_get", "Get a company", answers={200: CompanySerializer})
    def get(self, request: Request, id: str) -> Response:
        return Response(CompanySerializer(company_named(id)).data)

    @operation(
        "companies_update",
        "Change a company",
        description="What is left out stays as it is.",
        body=CompanyChangesSerializer,
        answers={200: CompanySerializer},
    )
    def patch(self, request: Request, id: str) -> Response:
        given = checked(CompanyChangesSerializer, request.data)
        company = actions.update_company(company_named(id), by=self.doer, **given)
        return Response(CompanySerializer(company).data)


# ---- events --------------------------------------------------------------------------------------


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


# ---- staff ---------------------------------------------------------------------------------------


def teammates_for(viewer: Teammate | None) -> QuerySet[Teammate]:
    """Everybody, each with those of their teams that the viewer may see."""
    teams = Prefetch("teams", queryset=Team.objects.visible_to(viewer))
    return Teammate.objects.select_related("role").prefetch_related(teams)


def teams_for(viewer: Teammate | None) -> QuerySet[Team]:
    return Team.objects.visible_to(viewer).prefetch_related("teammates")


class TeammatesView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation(
        "teammates_list",
        "List teammates",
        description="By name. Teammates who have left are in it, with `is_active` false.",
        query=PageQuery,
        answers={200: page_of("Teammate", TeammateSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(teammates_for(self.viewer), TeammateSerializer, query, order=BY_NAME)


class TeammateView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation("teammates_get", "Get a teammate", answers={200: TeammateSerializer})
    def get(self, request: Request, id: str) -> Response:
        found = teammates_for(self.viewer).filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such teammate.")
        return Response(TeammateSerializer(found).data)


class TeamsView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation(
        "teams_list",
        "List teams",
        description="By name: public teams and the private ones that the token may see.",
        query=PageQuery,
        answers={200: page_of("Team", TeamSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(teams_for(self.viewer), TeamSerializer, query, order=BY_NAME)


class TeamView(TokenView):
    reads = writes = Scope.TEAM_READ

    @operation("teams_get", "Get a team", answers={200: TeamSerializer})
    def get(self, request: Request, id: str) -> Response:
        found = teams_for(self.viewer).filter(public_id=id).first()
        if found is None:
            raise NotFound("There is no such team.")
        return Response(TeamSerializer(found).data)


# ---- tags ----------------------------------------------------------------------------------------


class TagsView(TokenView):
    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    @operation(
        "tags_list",
        "List tags",
        description="By name, archived ones too.",
        query=PageQuery,
        answers={200: page_of("Tag", TagSerializer)},
    )
    def get(self, request: Request) -> Response:
        query = checked(PageQuery, request.query_params.dict())
        return page_answer(Tag.objects.all(), TagSerializer, query, order=BY_NAME)

    @operation(
        "tags_create",
        "Make a tag",
        description=(
            "A name that is taken, in whatever case, answers 200 with the tag that has it; an "
            "archived one is offered again."
        ),
        body=NewTagSerializer,
        answers={200: TagSerializer, 201: TagSerializer},
    )
    def post(self, request: Request) -> Response:
        given = checked(NewTagSerializer, request.data)
        tag, is_new = actions.find_or_create_tag(given["name"], by=self.doer)
        return Response(TagSerializer(tag).data, status=201 if is_new else 200)


urlpatterns = [
    path("contacts", ContactsView.as_view(), name="contacts"),
    path("contacts/<pid:id>", ContactView.as_view(), name="contact"),
    path("contacts/<pid:id>/block", BlockView.as_view(), name="block"),
    path("companies", CompaniesView.as_view(), name="companies"),
    path("companies/<pid:id>", CompanyView.as_view(), name="company"),
    path("events", EventsView.as_view(), name="events"),
    path("tags", TagsView.as_view(), name="tags"),
    path("teammates", TeammatesView.as_view(), name="teammates"),
    path("teammates/<pid:id>", TeammateView.as_view(), name="teammate"),
    path("teams", TeamsView.as_view(), name="teams"),
    path("teams/<pid:id>", TeamView.as_view(), name="team"),
]
