"""API tokens, and secrets that are shown once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from ground.web.admin import ProblemsAsMessages
from people.actions import create_token, revoke_token
from people.models import ApiToken
from people.models.token import Scope


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
