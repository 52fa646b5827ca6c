"""`/demo/`: a made-up shop with the messenger on it, as a customer's own site would have it."""

import json
import time
from typing import Any

import jwt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ground.web import csp

SIGNED_IN_SECONDS = 1800


def shop(request: HttpRequest, page: str = "") -> HttpResponse:
    """The shop as the public sees it. `?as=dora` signs a demo customer in, as a real shop's own
    server would: with a short-lived token of its own making."""
    demo = demo_access()
    name = request.GET.get("as", "")
    customer = demo["customers"].get(name)
    context = {
        "page": page,
        "app_id": demo["app_id"],
        "loader_url": f"{settings.SITE_URL}/m/loader.js",
        "signed_in_as": customer["name"] if customer else "",
        "identity": identity_of(demo, customer) if customer else "",
    }
    response = render(request, "demo/shop.html", context)
    csp.use(response, csp.host_page())
    return response


def demo_access() -> dict[str, Any]:
    """What `manage.py demo` wrote down. Raises Http404 on an installation without the demo."""
    try:
        return json.loads((settings.DATA_DIR / "demo.json").read_text())
    except FileNotFoundError:
        raise Http404 from None


def identity_of(demo: dict[str, Any], customer: dict[str, Any]) -> str:
    claims = customer | {"aud": demo["app_id"], "exp": int(time.time()) + SIGNED_IN_SECONDS}
    return jwt.encode(claims, demo["identity_secret"], algorithm="HS256")
