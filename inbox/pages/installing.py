"""What a browser needs to know to install the inbox as an app."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ICONS = (("icons/inbox-192.png", "192x192"), ("icons/inbox-512.png", "512x512"))
MASKABLE = ("icons/inbox-maskable-512.png", "512x512")


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Says nothing about anybody: browsers ask for it without the log-in."""
    home = reverse("inbox:home")
    shown = {
        "id": home,
        "name": "Counterfoil inbox",
        "short_name": "Counterfoil",
        "description": "Conversations with customers.",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#FFFFFF",
        "theme_color": "#F7F7F9",
        "icons": [
            {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *({"src": static(path), "sizes": size, "type": "image/png"} for path, size in ICONS),
            {
                "src": static(MASKABLE[0]),
                "sizes": MASKABLE[1],
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": "You", "url": reverse("inbox:view", args=["you"])},
            {"name": "Unassigned", "url": reverse("inbox:view", args=["unassigned"])},
        ],
    }
    return JsonResponse(shown, content_type="application/manifest+json")
