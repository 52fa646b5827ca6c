"""REST: companies."""

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.api import PageQuery, StrictSerializer, checked, page_answer
from ground.web.openapi import operation, page_of
from ground.web.problems import NotFound
from ground.web.text import CleanCharField
from people import actions
from people.bearer import TokenView
from people.models import Company
from people.models.token import Scope

NEWEST_FIRST = ("-created_at", "-id")


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
