"""Looking at who writes to us: contacts, what became one, companies and own attributes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin, TabularInline

from ground.web.admin import LargeTable, LookOnly
from ground.web.problems import Problem
from people.actions import delete_attribute, merge_contacts, save_attribute, unmerge
from people.models import Attribute, Company, Contact, ContactMerge, Identity

RECENT = 20


class IdentityInline(LookOnly, TabularInline):
    model = Identity
    fields = ("kind", "value", "scope", "trust", "source", "confirmed_at")
    extra = 0


@admin.register(Contact)
class ContactAdmin(LookOnly, LargeTable, ModelAdmin):
    """Contacts are changed in the inbox and through the API. Here they are found and merged."""

    list_display = ("shown_name", "email", "role", "company", "last_seen_at", "merged_into")
    list_filter = ("role", "is_blocked", ("merged_into", admin.EmptyFieldListFilter))
    list_select_related = ("company", "merged_into")
    search_fields = ("name", "=identities__value", "=public_id", "company__name")
    search_help_text = "Part of a name or a company; a whole e-mail address, user id or public id."
    ordering = ("-created_at", "-id")
    inlines = (IdentityInline,)
    actions = ("merge",)
    fields = (
        "public_id",
        "name",
        "role",
        "company",
        "attributes",
        "claims",
        "locale",
        "timezone",
        "is_blocked",
        "merged_into",
        "last_seen_at",
        "last_heard_at",
        "last_contacted_at",
        "created_at",
        "recent_events",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).with_identities()

    @admin.display(description="Name", ordering="name")
    def shown_name(self, contact: Contact) -> str:
        return contact.display_name

    @admin.display(description="E-mail")
    def email(self, contact: Contact) -> str:
        return contact.email

    @admin.display(description="Latest events")
    def recent_events(self, contact: Contact) -> str:
        events = contact.events.order_by("-id")[:RECENT]
        rows = ((event.created_at.strftime("%Y-%m-%d %H:%M"), event.name) for event in events)
        return format_html_join("", "<div>{} · {}</div>", rows) or "None yet"

    @admin.action(description="Merge the two selected contacts…", permissions=["view"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse | None:
        pair = list(queryset.order_by("created_at", "id")[:3])
        if len(pair) != 2:
            messages.error(request, "Select exactly two contacts.")
            return None
        kept = next((one for one in pair if str(one.pk) == request.POST.get("kept")), None)
        if kept is None:
            return self.ask_which_to_keep(request, pair)
        merged = pair[0] if kept == pair[1] else pair[1]
        reason = request.POST.get("reason", "")[:200]
        try:
            merge_contacts(kept, merged, by=request.user, reason=reason)
        except Problem as problem:
            messages.error(request, problem.detail)
        else:
            messages.success(request, f"{merged} is now part of {kept}. It can be undone.")
        return None

    def ask_which_to_keep(self, request: HttpRequest, pair: list[Contact]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Which contact stays?",
            "pair": pair,
        }
        return render(request, "admin/people/contact/merge.html", context)


@admin.register(ContactMerge)
class ContactMergeAdmin(LookOnly, LargeTable, ModelAdmin):
    """Every merge, by people and by rules. Undoing one gives back exactly what moved."""

    list_display = ("merged", "kept", "by", "reason", "created_at", "undone_at")
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("kept", "merged", "by")
    search_fields = ("=kept__public_id", "=merged__public_id", "kept__name", "merged__name")
    ordering = ("-id",)
    actions = ("undo",)

    @admin.action(description="Undo the selected merges", permissions=["view"])
    def undo(self, request: HttpRequest, queryset: QuerySet[ContactMerge]) -> None:
        for merge in queryset.order_by("-id"):
            try:
                unmerge(merge, by=request.user)
            except Problem as problem:
                messages.error(request, f"{merge}: {problem.detail}")
            else:
                messages.success(request, f"{merge.merged} is a contact of its own again.")


@admin.register(Company)
class CompanyAdmin(LookOnly, LargeTable, ModelAdmin):
    """Companies come with signed-in users and through the API."""

    list_display = ("name", "external_id", "plan", "monthly_spend", "created_at")
    search_fields = ("name", "=external_id", "=public_id")
    ordering = ("name", "id")


class AttributeForm(forms.ModelForm):
    class Meta:
        model = Attribute
        fields = ("subject", "key", "label", "type", "choices")
        help_texts = {
            "subject": "Whose field it is.",
            "key": "Its name in the API and in signed identities. It cannot be changed later.",
            "label": "What people read.",
            "type": "Values of another type are refused. It cannot be changed later.",
            "choices": "For a choice: the possible values, with commas between them.",
        }

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        type_ = fields.get("type", self.instance.type)
        if type_ == Attribute.Type.CHOICE and not fields.get("choices"):
            self.add_error("choices", "A choice needs at least one possible value.")
        return fields


@admin.register(Attribute)
class AttributeAdmin(ModelAdmin):
    form = AttributeForm
    list_display = ("label", "key", "subject", "type")
    list_filter = ("subject", "type")
    search_fields = ("label", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("subject", "key", "type") if obj else ()

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        save_attribute(obj, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Attribute) -> None:
        delete_attribute(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> None:
        for attribute in queryset:
            self.delete_model(request, attribute)
