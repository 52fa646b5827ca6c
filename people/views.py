from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponseBase

from ground.journal.live import publish_after_commit
from people.actions import leave_device
from people.models import Teammate


class LogOutView(auth.LogoutView):
    """Logs a teammate out, on the live screens of this session too."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        teammate, session_key = request.user, request.session.session_key
        response = super().post(request, *args, **kwargs)
        if isinstance(teammate, Teammate):
            leave_device(session_key or "")
            publish_after_commit([f"teammate.{teammate.public_id}"], {"type": "access"})
        return response
