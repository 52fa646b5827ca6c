"""Looking at what goes out to contacts who are away, and trying out whether it gets through."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from ground.web import mail, push
from ground.web.admin import LargeTable, LookOnly
from messenger import trials
from messenger.models import Notice, PushSubscription

NO_MAIL = "No mail is sent from here, because EMAIL_URL is not set."


def mail_way() -> str:
    """Where mail goes, as a sentence."""
    server = settings.EMAIL_SERVER
    if server is None:
        return NO_MAIL
    if server["scheme"] == "console":
        return (
            "No mail leaves this machine: EMAIL_URL is console:, so mails are written to the log."
        )
    return f"Mail goes out as {settings.EMAIL_FROM} through {server['host']}:{server['port']}."


@admin.register(Notice)
class NoticeAdmin(LookOnly, LargeTable, ModelAdmin):
    """Pushes and mails: what waits, what was sent, what failed and why."""

    list_display = ("public_id", "way", "state", "about", "address", "due_at", "attempts", "reason")
    list_filter = ("way", "state")
    list_select_related = ("conversation",)
    search_fields = ("=public_id", "=conversation__public_id", "=address")
    search_help_text = "A whole public id of the notice or its conversation, or an address."
    ordering = ("-id",)
    fields = (
        "public_id",
        "installation",
        "conversation",
        "way",
        "state",
        "reason",
        "address",
        "first_seq",
        "last_seq",
        "due_at",
        "tried_at",
        "attempts",
        "created_at",
    )
    list_before_template = "admin/messenger/notice/_way.html"

    @admin.display(description="Conversation")
    def about(self, notice: Notice) -> str:
        return notice.conversation.public_id

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_mail)
        own = path("test-mail/", view, name="messenger_notice_test_mail")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"mail_way": mail_way(), "can_test": mail.is_configured()}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @method_decorator(require_POST)
    def test_mail(self, request: HttpRequest) -> HttpResponse:
        """A mail to whoever asks for it; each hop becomes a message."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            for hop, said in trials.mail_to(request.user.email):
                messages.success(request, f"{hop.capitalize()}: {said}")
        except mail.NotSent as error:
            messages.error(request, f"Not sent, and another time it may work: {error}")
        except mail.Refused as error:
            messages.error(request, f"Refused: {error}")
        except mail.Unknown as error:
            messages.error(request, f"Sent, but not confirmed: {error}")
        return HttpResponseRedirect(reverse("admin:messenger_notice_changelist"))


@admin.register(PushSubscription)
class PushSubscriptionAdmin(LookOnly, LargeTable, ModelAdmin):
    """The browsers that asked to be notified of replies."""

    list_display = ("public_id", "service", "contact", "installation", "failures", "created_at")
    list_select_related = ("contact", "installation")
    list_filter = ("installation",)
    search_fields = ("=public_id", "=contact__public_id")
    ordering = ("-id",)
    # The address is a secret: whoever has it may try to write to the browser.
    fields = ("public_id", "service", "contact", "installation", "locale", "failures", "created_at")
    readonly_fields = ("service",)
    actions = ("test",)

    @admin.display(description="Push service")
    def service(self, subscription: PushSubscription) -> str:
        return subscription.service

    @admin.action(description="Send a test to the selected browsers", permissions=["view"])
    def test(self, request: HttpRequest, queryset: QuerySet[PushSubscription]) -> None:
        for subscription in queryset.select_related("contact", "installation")[:10]:
            try:
                messages.success(request, f"{subscription}: {trials.push_to(subscription)}")
            except push.Later as error:
                messages.warning(request, f"{subscription}: {error}")
            except push.Gone as error:
                messages.error(request, f"{subscription} is over and was removed. {error}")
