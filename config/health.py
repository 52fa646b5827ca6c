"""The two addresses that machines ask: does the process live, and is the product whole."""

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import pulse
from ground.journal.health import oldest_unreacted_seconds

OK, MISSING = "ok", "missing"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """What is there and what is missing. 503 without the database; otherwise 200."""
    report = readiness()
    return JsonResponse(report, status=200 if report["database"] == OK else 503)


def readiness() -> dict[str, object]:
    """The readiness document: status, one word per part, the age of the oldest open reaction."""
    parts = {"database": MISSING, "redis": MISSING, **dict.fromkeys(pulse.PARTS, MISSING)}
    oldest = None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = OK
        oldest = oldest_unreacted_seconds()
    except DatabaseError:
        connection.close()
    try:
        living = pulse.alive()
        parts["redis"] = OK
        parts |= {part: OK if lives else MISSING for part, lives in living.items()}
    except (redis.RedisError, OSError):
        pass
    whole = all(word == OK for word in parts.values())
    return {"status": OK if whole else "degraded", **parts, "oldest_unreacted_seconds": oldest}
