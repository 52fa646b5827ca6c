"""What the addresses of the help center share."""

from __future__ import annotations

from rest_framework.request import Request

from knowledge.permissions import only_editors
from people.bearer import TokenView
from people.models.token import Scope


class HelpAddress(TokenView):
    """Only admins come here, and programs that act as one."""

    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        only_editors(self.doer)
