"""Where readers of the help center reach people."""

from urllib.parse import urlencode

from django.urls import reverse

from messenger.models import Installation


def talk_address(locale: str) -> str:
    """The hosted page of the oldest messenger that is switched on, in this language; "" without
    one."""
    rows = Installation.objects.filter(is_active=True).order_by("pk")
    public_id = rows.values_list("public_id", flat=True).first()
    if public_id is None:
        return ""
    return f"{reverse('messenger:page', args=[public_id])}?{urlencode({'locale': locale})}"
