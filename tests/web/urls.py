"""Views that fail in every way there is, for the tests of this folder."""

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.template import Context, Template
from django.urls import include, path
from django.views import View
from redis import ConnectionError as RedisGone
from rest_framework import exceptions as rest
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from ground.web import csp, problems
from ground.web.idempotency import IdempotentPosts
from ground.web.models import IdempotencyKey
from ground.web.text import CleanCharField

FAILURES = {
    "validation": lambda: problems.Invalid(errors={"body": ["Too long."]}),
    "not-authenticated": problems.NotAuthenticated,
    "not-allowed": problems.NotAllowed,
    "not-found": problems.NotFound,
    "method-not-allowed": problems.MethodNotAllowed,
    "not-acceptable": problems.NotAcceptable,
    "client-id-reused": problems.ClientIdReused,
    "newer-messages": lambda: problems.NewerMessages(messages=[{"seq": 7}]),
    "state-conflict": lambda: problems.StateConflict("It is closed."),
    "too-large": problems.TooLarge,
    "unsupported-media-type": problems.UnsupportedMediaType,
    "too-many": lambda: problems.TooMany(retry_after=12),
    "unavailable": problems.Unavailable,
    "django-404": Http404,
    "django-403": lambda: PermissionDenied("Admins only."),
    "django-400": BadRequest,
    "suspicious": SuspiciousOperation,
    "model": lambda: ModelError({"name": ["Taken."]}),
    "database-gone": lambda: OperationalError("server closed the connection"),
    "connection-gone": lambda: InterfaceError("connection already closed"),
    "database-refused": lambda: DataError("integer out of range"),
    "database-nul": lambda: ValueError("A string literal cannot contain NUL (0x00) characters."),
    "redis-gone": RedisGone,
    "bug": lambda: ZeroDivisionError("secret detail"),
    "rest-validation": lambda: rest.ValidationError({"items": [{}, {"id": ["Unknown."]}]}),
    "rest-list": lambda: rest.ValidationError(["Wrong."]),
    "rest-parse": rest.ParseError,
    "rest-unauthenticated": rest.NotAuthenticated,
    "rest-failed": rest.AuthenticationFailed,
    "rest-denied": rest.PermissionDenied,
    "rest-404": rest.NotFound,
    "rest-405": lambda: rest.MethodNotAllowed("PATCH"),
    "rest-406": rest.NotAcceptable,
    "rest-415": lambda: rest.UnsupportedMediaType("text/csv"),
    "rest-throttled": lambda: rest.Throttled(wait=3),
}


def fail(request, how):
    raise FAILURES[how]()


class Open(APIView):
    permission_classes = []


class FailingRest(Open):
    def get(self, request, how):
        raise FAILURES[how]()


class Bare(View):
    def get(self, request):
        return HttpResponse()


class NoteSerializer(serializers.Serializer):
    body = CleanCharField(max_bytes=20)


class Echo(Open):
    def post(self, request):
        return Response(request.data)


class Note(Open):
    def post(self, request):
        serializer = NoteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data)


class Owned(IdempotentPosts):
    """Makes a row a POST, so that a test can count how often it was done."""

    permission_classes = []

    def initial(self, request, *args, **kwargs):
        request.idempotency_owner = request.headers.get("X-Owner", "")
        super().initial(request, *args, **kwargs)

    def post(self, request, name):
        made = IdempotencyKey.objects.create(owner="made", key=f"{name}:{count_made()}")
        if request.data.get("fail") == "raise":
            raise problems.StateConflict()
        if request.data.get("fail") == "answer":
            return Response({"no": True}, status=422)
        answer = {"z": made.pk, "a": {"name": name}, "at": made.key}
        return Response(answer, status=201, headers={"Location": f"/made/{made.pk}"})


class OwnedFile(Owned):
    parser_classes = [MultiPartParser]


def count_made() -> int:
    return IdempotencyKey.objects.filter(owner="made").count()


def with_map(request):
    page = Template('{% load web %}{% import_map "inbox" %}{% icon "x" "s" %}')
    return HttpResponse(page.render(Context({"request": request})))


def framed(request):
    response = HttpResponse("frame")
    csp.use(response, csp.frame(["https://shop.example", "http://localhost:8000"]))
    return response


def plain(request, **kwargs):
    return HttpResponse("plain")


handler400 = "ground.web.problems.bad_request"
handler403 = "ground.web.problems.permission_denied"
handler404 = "ground.web.problems.page_not_found"
handler500 = "ground.web.problems.server_error"

urlpatterns = [
    path("api/fail/<str:how>/", fail),
    path("m/api/fail/<str:how>/", fail),
    path("fail/<str:how>/", fail),
    path("api/rest/<str:how>/", FailingRest.as_view()),
    path("api/bare/", Bare.as_view()),
    path("bare/", Bare.as_view()),
    path("api/echo/", Echo.as_view()),
    path("api/note/", Note.as_view()),
    path("api/owned/<str:name>/", Owned.as_view()),
    path("api/owned-file/<str:name>/", OwnedFile.as_view()),
    path("api/docs/", plain),
    path("admin/", plain),
    path("page/", plain),
    path("map/", with_map),
    path("framed/", framed),
    path("things/<pid:thing>/", plain),
    path("", include("ground.web.urls")),
]
