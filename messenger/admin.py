"""Setting up messengers: where they stand, how they look, what they say, who signs their users."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import inlineformset_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin, StackedInline

from ground.web import languages
from ground.web.admin import LookOnly, ProblemsAsMessages
from ground.web.problems import Problem
from messenger import admin_away, recipes, views
from messenger.appearance import contrast, settings_json
from messenger.forms import InstallationForm, InstallationTextForm, InstallationTextFormSet
from messenger.installing import (
    CONFIGURED,
    add_secret,
    change_installation,
    change_logo,
    change_texts,
    install,
    retire_secret,
    words_of,
)
from messenger.models import IdentitySecret, Installation, InstallationText
from people.admin.tokens import shown_once

PREVIEW = "preview"
NUMBER_DIGITS = 18


class InstallationTextInline(StackedInline):
    model = InstallationText
    form = InstallationTextForm
    formset = InstallationTextFormSet
    extra = 0
    verbose_name = "language"
    verbose_name_plural = "The same in other languages"


def sections(installation: Installation | None) -> list[tuple[str, dict[str, Any]]]:
    logo = ("logo", "remove_logo") if installation and installation.logo_key else ("logo",)
    return [
        ("Look", {"fields": ("name", "color", *logo, "position")}),
        (
            "Words and languages",
            {"fields": ("locale", "languages", "greeting"), "classes": ("with-texts",)},
        ),
        (
            "Home",
            {
                "fields": ("reply_time", "is_wait_shown", "office_hours", "home_links"),
                "description": "What stands below the greeting, in the default language; other "
                "languages have theirs under “Words and languages”.",
            },
        ),
        (
            "What visitors may do",
            {
                "fields": (
                    "can_start",
                    "can_upload",
                    "is_rating_asked",
                    "is_unread_in_title",
                    "is_unseen_mailed",
                ),
                "description": admin_away.mail_way(),
            },
        ),
        (
            "Who they are",
            {
                "fields": ("is_verification_required", "is_user_hash_allowed"),
                "classes": ("with-secrets",),
            },
        ),
        (
            "Put it on your site",
            {"fields": ("allowed_origins", "is_active"), "classes": ("with-code",)},
        ),
    ]


@admin.register(Installation)
class InstallationAdmin(ProblemsAsMessages, ModelAdmin):
    form = InstallationForm
    inlines = (InstallationTextInline,)
    list_display = ("name", "public_id", "is_active", "is_verification_required")
    search_fields = ("name", "=public_id")
    warn_unsaved_form = True

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return sections(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = (
            ("preview/", self.preview, "preview"),
            ("preview/frame/", self.preview_frame, "preview_frame"),
            ("<int:pk>/secrets/", self.new_secret, "new_secret"),
            ("<int:pk>/secrets/<int:secret>/retirement/", self.retire, "retire_secret"),
        )
        return [
            path(route, self.admin_site.admin_view(view), name=f"messenger_installation_{name}")
            for route, view, name in own
        ] + super().get_urls()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any):
        installation = kwargs.get("obj")
        context["preview_languages"] = languages.CHOICES
        if installation is not None:
            context |= setting_up(installation)
        return super().render_change_form(request, context, *args, **kwargs)

    # ---- saving ----

    def save_model(self, request: HttpRequest, obj: Installation, form: Any, change: bool) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data if is_own(name)}
            change_installation(obj, by=request.user, **changes)
        else:
            obj.first_secret = install(obj, by=request.user)
        if form.cleaned_data["logo"] or form.cleaned_data["remove_logo"]:
            change_logo(obj, by=request.user, upload=form.cleaned_data["logo"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        gone = {row.locale: None for row in formset.deleted_objects}
        moved = {
            row.initial["locale"]: None
            for row in formset.initial_forms
            if "locale" in row.changed_data
        }
        said = {row.locale: words_of(row) for row in rows}
        change_texts(form.instance, by=request.user, texts=moved | gone | said)

    def response_add(
        self, request: HttpRequest, obj: Installation, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.show(request, obj.first_secret)

    # ---- secrets ----

    @method_decorator(require_POST)
    def new_secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One more secret, shown this one time."""
        installation = self.allowed(request, pk)
        return self.show(request, add_secret(installation, by=request.user))

    @method_decorator(require_POST)
    def retire(self, request: HttpRequest, pk: int, secret: int) -> HttpResponse:
        held = get_object_or_404(self.allowed(request, pk).identity_secrets, pk=secret)
        put_out_of_force(request, held)
        address = reverse("admin:messenger_installation_change", args=[pk])
        return HttpResponseRedirect(f"{address}#who-they-are")

    def allowed(self, request: HttpRequest, pk: int) -> Installation:
        self.admit(request)
        return get_object_or_404(Installation, pk=pk)

    def admit(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def show(self, request: HttpRequest, secret: IdentitySecret) -> HttpResponse:
        shown = {
            "Code for your pages": recipes.snippet(secret.installation),
            "Signing secret (HS256)": secret.value,
            "Its key id (kid)": secret.key_id,
        }
        return shown_once(self, request, f"The messenger “{secret.installation.name}”", shown)

    # ---- preview ----

    @method_decorator(require_POST)
    def preview(self, request: HttpRequest) -> HttpResponse:
        """What a messenger would be told with the form as it stands; nothing is stored.

        A field that does not hold is as it was stored.
        """
        self.admit(request)
        stored = stored_installation(request.POST.get("preview_of", ""))
        form = InstallationForm(request.POST, instance=stored)
        installation = as_it_stands(form)
        known = settings_json(
            installation, shown_language(request.POST, installation), texts_of(form)
        )
        ratio = round(contrast(known["color"], known["on_color"]), 1)
        offered = installation.languages or list(languages.NAMES)
        return JsonResponse({"settings": known, "contrast": ratio, "languages": offered})

    @method_decorator(require_GET)
    def preview_frame(self, request: HttpRequest) -> HttpResponse:
        """The messenger's own document, for a page of ours to fill with what is being edited."""
        self.admit(request)
        locale = languages.best(request.GET.get("locale", "")[:35])
        unsaved = Installation(public_id=PREVIEW, name="Preview")
        return views.document(request, unsaved, locale)


def is_own(name: str) -> bool:
    return name in CONFIGURED


def setting_up(installation: Installation) -> dict[str, Any]:
    """What the form shows beside its fields: secrets, and code to copy."""
    secrets = list(installation.identity_secrets.order_by("-created_at", "-pk"))
    newest = next((secret.key_id for secret in secrets if secret.retired_at is None), "")
    return {
        "secrets": secrets,
        "snippet": recipes.snippet(installation),
        "signing": recipes.signing(installation.public_id, newest),
        "passing_on": recipes.passing_on(),
        "policy_lines": recipes.policy_lines(),
        "hosted_page": recipes.hosted_page(installation),
    }


def stored_installation(pk: str) -> Installation:
    """The one that is being edited, or a new one."""
    is_number = pk.isascii() and pk.isdecimal() and len(pk) <= NUMBER_DIGITS
    found = Installation.objects.filter(pk=pk).first() if is_number else None
    return found or Installation()


def as_it_stands(form: InstallationForm) -> Installation:
    """What the form would make, without what is wrong in it."""
    installation = form.instance
    before = {name: getattr(installation, name) for name in CONFIGURED}
    form.is_valid()
    for name in form.errors:
        if is_own(name):
            setattr(installation, name, before[name])
    if form.cleaned_data.get("remove_logo"):
        installation.logo_key = ""
    return installation


def shown_language(data: Any, installation: Installation) -> str:
    asked = data.get("preview_language", "")
    offered = installation.languages or languages.NAMES
    return asked if asked in offered else installation.locale


def texts_of(form: InstallationForm) -> list[InstallationText]:
    """The texts of other languages as they stand in the form."""
    kind = inlineformset_factory(
        Installation,
        InstallationText,
        form=InstallationTextForm,
        formset=InstallationTextFormSet,
        extra=0,
    )
    rows = kind(form.data, instance=form.instance)
    rows.is_valid()
    return [row.instance for row in rows.forms if row not in rows.deleted_forms]


def put_out_of_force(request: HttpRequest, secret: IdentitySecret) -> None:
    try:
        retire_secret(secret, by=request.user)
    except Problem as problem:
        messages.error(request, f"{secret}: {problem.detail}")
    else:
        messages.success(request, f"{secret} signs nobody in any more.")


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
        return secret.ending

    @admin.action(description="Retire the selected secrets", permissions=["view"])
    def retire(self, request: HttpRequest, queryset: QuerySet[IdentitySecret]) -> None:
        for secret in queryset.select_related("installation"):
            put_out_of_force(request, secret)
