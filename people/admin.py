"""Setting up who works here, and looking at who writes to us."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from ground.web import files
from ground.web.admin import LargeTable, LookOnly, ProblemsAsMessages
from ground.web.problems import Problem
from people.actions import (
    add_to_team,
    change_avatar,
    change_role,
    change_role_rights,
    change_tag,
    change_team,
    create_token,
    deactivate,
    find_or_create_tag,
    merge_contacts,
    password_changed,
    reactivate,
    remove_from_team,
    revoke_token,
    unmerge,
)
from people.actions.teammates import add_teammate
from people.models import (
    ApiToken,
    Attribute,
    Company,
    Contact,
    ContactMerge,
    Identity,
    Membership,
    Role,
    Tag,
    Team,
    Teammate,
)
from people.models.teammate import Capability
from people.models.token import Scope
from people.names import initials

RECENT = 20

# Rights come from roles; a second system of groups beside them would only mislead.
admin.site.unregister(Group)


# ---- staff ---------------------------------------------------------------------------------------


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("team", "teammate")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SavesMemberships(ProblemsAsMessages):
    """Teams are joined and left through actions, so that open screens hear of it."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            remove_from_team(row.teammate, row.team, by=request.user)
        for row in rows:
            add_to_team(row.teammate, row.team, by=request.user)


class TeammateForm(UserChangeForm):
    picture = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="PNG, JPEG, GIF or WebP; customers see it beside what the teammate writes.",
    )
    is_picture_removed = forms.BooleanField(
        label="remove the picture", required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = Teammate
        fields = "__all__"


class TeammateCreationForm(UserCreationForm):
    class Meta:
        model = Teammate
        fields = ("email", "name", "role", "is_staff")


@admin.register(Teammate)
class TeammateAdmin(SavesMemberships, UserAdmin, ModelAdmin):
    """Teammates are never deleted: their messages stay theirs. Deactivate them instead."""

    list_display = ("name", "email", "role", "is_active", "is_staff", "is_away")
    list_filter = ("is_active", "role", "teams")
    list_select_related = ("role",)
    search_fields = ("name", "email")
    ordering = ("name",)
    filter_horizontal = ()
    autocomplete_fields = ("role",)
    inlines = (MembershipInline,)
    readonly_fields = ("another_password", "face", "public_id", "last_login", "created_at")
    form = TeammateForm
    add_form = TeammateCreationForm
    change_password_form = AdminPasswordChangeForm
    fieldsets = (
        (None, {"fields": ("email", "name", "another_password")}),
        ("Picture", {"fields": ("face", "picture", "is_picture_removed")}),
        (
            "Rights",
            {
                "fields": ("role", "is_staff", "is_active"),
                "description": "The role says what a teammate may change, the teams below which "
                "private conversations they see. Another role, or none of it any more (not "
                "active), ends all sessions; deactivating revokes the API tokens, too.",
            },
        ),
        ("Dates", {"fields": ("is_away", "public_id", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_staff", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Password")
    def another_password(self, teammate: Teammate) -> str:
        url = reverse("admin:auth_user_password_change", args=[teammate.pk])
        return format_html('<a href="{}" style="text-decoration:underline">Set another</a>', url)

    @admin.display(description="Now")
    def face(self, teammate: Teammate) -> str:
        url = files.public_url(teammate.avatar_key)
        if url is None:
            return initials(teammate.name)
        style = "width:64px;height:64px;border-radius:50%;object-fit:cover"
        return format_html('<img src="{}" alt="" style="{}">', url, style)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        teammate = self.get_object(request, unquote(id))
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            held = Teammate.objects.filter(pk=teammate.pk).first() if teammate else None
            if held is not None and held.password != teammate.password:
                password_changed(held, by=request.user)
        return response

    def save_model(self, request: HttpRequest, obj: Teammate, form: Any, change: bool) -> None:
        if not change:
            add_teammate(obj, by=request.user)
            return
        held = Teammate.objects.select_related("role").get(pk=obj.pk)
        role, is_active = obj.role, obj.is_active
        obj.role, obj.is_active = held.role, held.is_active
        obj.save(update_fields=["email", "name", "is_staff", "is_away"])
        change_role(obj, role, by=request.user)
        (reactivate if is_active else deactivate)(obj, by=request.user)
        picture = form.cleaned_data.get("picture")
        if picture or form.cleaned_data.get("is_picture_removed"):
            change_avatar(obj, picture or None, by=request.user)


class RoleForm(forms.ModelForm):
    capabilities = forms.MultipleChoiceField(
        choices=Capability.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What teammates in this role may change. Admins may change everything.",
    )

    class Meta:
        model = Role
        fields = ("name", "is_admin", "capabilities")


@admin.register(Role)
class RoleAdmin(ProblemsAsMessages, ModelAdmin):
    form = RoleForm
    list_display = ("name", "is_admin", "allowed")
    search_fields = ("name",)

    @admin.display(description="May change")
    def allowed(self, role: Role) -> str:
        if role.is_admin:
            return "Everything"
        return ", ".join(Capability(name).label for name in role.capabilities) or "Nothing"

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        if change:
            rights = {name: form.cleaned_data[name] for name in ("name", "is_admin")}
            capabilities = form.cleaned_data["capabilities"]
            change_role_rights(obj, by=request.user, **rights, capabilities=capabilities)
        else:
            obj.save()


@admin.register(Team)
class TeamAdmin(SavesMemberships, ModelAdmin):
    """A team that still has conversations cannot be deleted."""

    list_display = ("name", "is_private", "public_id")
    list_filter = ("is_private",)
    search_fields = ("name",)
    fields = ("name", "is_private", "public_id")
    readonly_fields = ("public_id",)
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in ("name", "is_private")}
            change_team(obj, by=request.user, **changes)
        else:
            obj.save()

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        for membership in obj.memberships.select_related("teammate"):
            remove_from_team(membership.teammate, obj, by=request.user)
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        for team in queryset:
            self.delete_model(request, team)


@admin.register(Tag)
class TagAdmin(ProblemsAsMessages, ModelAdmin):
    """Tags are archived rather than deleted: what they are on stays sorted."""

    list_display = ("name", "is_archived", "public_id", "created_at")
    list_filter = ("is_archived",)
    search_fields = ("name", "=public_id")
    fields = ("name", "is_archived", "public_id")
    readonly_fields = ("public_id",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        if not change:
            made, _ = find_or_create_tag(obj.name, by=request.user)
            obj.pk, obj.public_id = made.pk, made.public_id
        changes = {name: form.cleaned_data[name] for name in ("name", "is_archived")}
        change_tag(Tag.objects.get(pk=obj.pk), by=request.user, **changes)


# ---- API tokens ----------------------------------------------------------------------------------


class ApiTokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="A token never may more than the teammate it acts as.",
    )

    class Meta:
        model = ApiToken
        fields = ("name", "teammate", "scopes", "expires_at")
        help_texts = {
            "teammate": "Whom the token acts as. Empty: an app, which sees public teams only.",
            "expires_at": "Empty: it works until it is revoked.",
        }


@admin.register(ApiToken)
class ApiTokenAdmin(ProblemsAsMessages, ModelAdmin):
    """A token's text is shown once, when it is created; it cannot be looked up later."""

    form = ApiTokenForm
    list_display = ("name", "teammate", "ending", "scopes", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("teammate",)
    search_fields = ("name", "teammate__name", "teammate__email")
    autocomplete_fields = ("teammate",)
    actions = ("revoke",)

    @admin.display(description="Ends with")
    def ending(self, token: ApiToken) -> str:
        return f"…{token.hint}"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        token, obj.plain = create_token(
            by=request.user,
            teammate=obj.teammate,
            name=obj.name,
            scopes=obj.scopes,
            expires_at=obj.expires_at,
        )
        obj.pk, obj.hint = token.pk, token.hint
        obj._state.adding = False

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        return shown_once(self, request, f"The token “{obj.name}”", {"Token": obj.plain})

    @admin.action(description="Revoke the selected tokens", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            revoke_token(token, by=request.user)
        messages.success(request, "The tokens do not work any more.")


def shown_once(
    model_admin: Any, request: HttpRequest, title: str, secrets: dict[str, str]
) -> HttpResponse:
    """A page with secrets that exist nowhere else; it is in no session and in no cache."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "secrets": secrets,
    }
    response = TemplateResponse(request, "admin/shown_once.html", context)
    response["Cache-Control"] = "no-store"
    return response


# ---- contacts ------------------------------------------------------------------------------------


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
