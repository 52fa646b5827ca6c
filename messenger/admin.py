"""Setting up messengers: where they stand, how they look, who signs their users."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from ground.web.admin import LookOnly, ProblemsAsMessages
from ground.web.problems import Problem
from messenger.installing import add_secret, install, normalized_origin, retire_secret, snippet
from messenger.models import IdentitySecret, Installation
from people.admin import shown_once


class OriginsField(forms.CharField):
    """Origins, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "https://www.example.com"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = super().clean(value).split("\n")
        try:
            return sorted({normalized_origin(line) for line in lines if line.strip()})
        except Problem as problem:
            raise forms.ValidationError(problem.errors["allowed_origins"]) from None


class InstallationForm(forms.ModelForm):
    allowed_origins = OriginsField(
        required=False,
        help_text="The sites that may embed this messenger, one a line: scheme://host[:port].",
    )

    class Meta:
        model = Installation
        fields = (
            "name",
            "is_active",
            "allowed_origins",
            "is_verification_required",
            "color",
            "greeting",
            "position",
        )
        widgets = {"color": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "is_active": "Switched off, it shows nowhere and its visitors' tokens open nothing.",
            "color": "The brand's color. The text on it is black or white, whichever reads better.",
            "greeting": "The first line that visitors read.",
            "position": "The corner of the page.",
        }


@admin.register(Installation)
class InstallationAdmin(ProblemsAsMessages, ModelAdmin):
    form = InstallationForm
    list_display = ("name", "public_id", "is_active", "is_verification_required")
    search_fields = ("name", "=public_id")
    readonly_fields = ("public_id", "code", "secrets_in_force")
    actions = ("new_secret",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Code for your pages")
    def code(self, installation: Installation) -> str:
        return format_html(
            '<pre style="white-space:pre-wrap;user-select:all">{}</pre>', snippet(installation)
        )

    @admin.display(description="Signing secrets in force")
    def secrets_in_force(self, installation: Installation) -> str:
        secrets = installation.identity_secrets.filter(retired_at=None).order_by("-created_at")
        return ", ".join(f"{secret.key_id} (…{secret.value[-4:]})" for secret in secrets)

    def save_model(self, request: HttpRequest, obj: Installation, form: Any, change: bool) -> None:
        if change:
            obj.save()
        else:
            obj.first_secret = install(obj, by=request.user)

    def response_add(
        self, request: HttpRequest, obj: Installation, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.show(request, obj.first_secret)

    @admin.action(description="Create one more signing secret", permissions=["change"])
    def new_secret(
        self, request: HttpRequest, queryset: QuerySet[Installation]
    ) -> HttpResponse | None:
        if len(queryset) != 1:
            messages.error(request, "Select one messenger.")
            return None
        return self.show(request, add_secret(queryset[0], by=request.user))

    def show(self, request: HttpRequest, secret: IdentitySecret) -> HttpResponse:
        shown = {
            "Code for your pages": snippet(secret.installation),
            "Signing secret (HS256)": secret.value,
            "Its key id (kid)": secret.key_id,
        }
        return shown_once(self, request, f"The messenger “{secret.installation.name}”", shown)


@admin.register(IdentitySecret)
class IdentitySecretAdmin(LookOnly, ModelAdmin):
    """To rotate: create one more secret, let your server sign with it, then retire the old one."""

    list_display = ("installation", "key_id", "ending", "created_at", "retired_at")
    list_select_related = ("installation",)
    fields = ("installation", "key_id", "ending", "created_at", "retired_at")
    readonly_fields = ("ending",)
    actions = ("retire",)

    @admin.display(description="Ends with")
    def ending(self, secret: IdentitySecret) -> str:
        return f"…{secret.value[-4:]}"

    @admin.action(description="Retire the selected secrets", permissions=["view"])
    def retire(self, request: HttpRequest, queryset: QuerySet[IdentitySecret]) -> None:
        for secret in queryset.select_related("installation"):
            try:
                retire_secret(secret, by=request.user)
            except Problem as problem:
                messages.error(request, f"{secret}: {problem.detail}")
            else:
                messages.success(request, f"{secret} signs nobody in any more.")
