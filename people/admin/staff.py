"""Setting up who works here: teammates, roles, teams and the tags that they sort by."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from ground.web import files
from ground.web.admin import ProblemsAsMessages
from people.actions import (
    add_team,
    add_to_team,
    change_avatar,
    change_role,
    change_role_rights,
    change_tag,
    change_team,
    change_teammate,
    deactivate,
    delete_team,
    find_or_create_tag,
    password_changed,
    reactivate,
    remove_from_team,
    set_away,
)
from people.actions.teammates import add_teammate
from people.models import Membership, Role, Tag, Team, Teammate
from people.models.teammate import Capability
from people.names import initials

# Rights come from roles; a second system of groups beside them would only mislead.
admin.site.unregister(Group)


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
    autocomplete_fields = ("role", "senior")
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
        (
            "Somebody new",
            {
                "fields": ("senior", "needs_release"),
                "description": "How much and what they are given is their workload, under Routing.",
            },
        ),
        (
            "Dates",
            {"fields": ("is_away", "office_hours", "public_id", "last_login", "created_at")},
        ),
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
        names = ("email", "name", "is_staff", "office_hours", "senior", "needs_release")
        known = {name: getattr(obj, name) for name in names}
        change_teammate(obj, by=request.user, **known)
        set_away(obj, obj.is_away, by=request.user)
        change_role(obj, obj.role, by=request.user)
        (reactivate if obj.is_active else deactivate)(obj, by=request.user)
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

    list_display = ("name", "is_private", "office_hours", "public_id")
    list_filter = ("is_private",)
    list_select_related = ("office_hours",)
    search_fields = ("name",)
    fields = ("name", "is_private", "office_hours", "public_id")
    readonly_fields = ("public_id",)
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        if change:
            names = ("name", "is_private", "office_hours")
            changes = {name: form.cleaned_data[name] for name in names}
            change_team(obj, by=request.user, **changes)
        else:
            add_team(obj, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        for membership in obj.memberships.select_related("teammate"):
            remove_from_team(membership.teammate, obj, by=request.user)
        delete_team(obj, by=request.user)

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
