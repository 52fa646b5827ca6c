"""What all addresses have in common by which the house is arranged."""

from __future__ import annotations

from rest_framework.request import Request

from people.bearer import TokenView
from people.models.token import Scope
from routing.actions.ruling import only_admins


class AdminsAddress(TokenView):
    """Only admins come here, and programs that act as one."""

    reads, writes = Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        only_admins(self.doer)
