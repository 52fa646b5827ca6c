"""POST at most once: the first answer under an Idempotency-Key is the answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from ground.web.models import IdempotencyKey
from ground.web.problems import ClientIdReused, Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = dt.timedelta(days=7)
_KEY = re.compile("[ -~]{1,200}")

Handler = Callable[..., Response]


class IdempotentPosts(APIView):
    """A view whose POST is done once per owner and Idempotency-Key, in one transaction.

    A repeat gets the stored answer with the header `Idempotent-Replayed: true`; repeats that come
    at the same time wait for the first. A failed request stores nothing, so it may be tried again.
    The owner is `request.idempotency_owner`, else the user. Raises Invalid for a malformed key
    and ClientIdReused when the key came with another address or body.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None:
            return
        if not _KEY.fullmatch(key):
            sentence = "This must be 1 to 200 printable ASCII characters."
            raise Invalid(errors={HEADER: [sentence]})
        owner = _owner(request)
        if owner:
            self.post: Handler = _once(self.post, owner, key)


def forget_old() -> int:
    """Delete the answers that are older than seven days; how many there were."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted


def _owner(request: Request) -> str:
    owner = getattr(request, "idempotency_owner", None)
    if owner:
        return str(owner)
    return f"user:{request.user.pk}" if request.user and request.user.pk else ""


def _once(handler: Handler, owner: str, key: str) -> Handler:
    def answer(request: Request, *args: Any, **kwargs: Any) -> Response:
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            # The unique index makes a simultaneous repeat wait here until the first has ended.
            stored, is_first = IdempotencyKey.objects.get_or_create(
                owner=owner, key=key, defaults={"fingerprint": fingerprint}
            )
            if not is_first:
                return _replay(stored, fingerprint)
            response = handler(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            _keep(stored, response)
            return response

    return answer


def _fingerprint(request: Request) -> str:
    fields = dict(request.data)
    fields.update((name, _digest(file)) for name, file in request.FILES.items())
    body = json.dumps(fields, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(f"{request.get_full_path()}\n{body}".encode()).hexdigest()


def _digest(file: UploadedFile) -> list[str | None]:
    content = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return [file.name, content]


def _keep(stored: IdempotencyKey, response: Response) -> None:
    stored.status = response.status_code
    stored.answer = json.dumps(response.data, cls=JSONEncoder)
    stored.location = response.get("Location", "")
    stored.save(update_fields=["status", "answer", "location"])


def _replay(stored: IdempotencyKey, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise ClientIdReused("This Idempotency-Key was used for a different request.")
    headers = {REPLAYED: "true"}
    if stored.location:
        headers["Location"] = stored.location
    return Response(json.loads(stored.answer), status=stored.status, headers=headers)
