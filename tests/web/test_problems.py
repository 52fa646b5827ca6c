"""Whatever goes wrong, a program gets a problem document and a person a page."""

import json

import pytest
from django.test import Client

from ground.web import problems
from tests.web.urls import FAILURES

pytestmark = pytest.mark.urls("tests.web.urls")

STATUS_BY_TYPE = {
    "validation": 400,
    "not-authenticated": 401,
    "not-allowed": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "client-id-reused": 409,
    "newer-messages": 409,
    "state-conflict": 409,
    "too-large": 413,
    "unsupported-media-type": 415,
    "too-many": 429,
    "unavailable": 503,
    "unexpected": 500,
}

MEANING = {
    "django-404": "not-found",
    "django-403": "not-allowed",
    "django-400": "validation",
    "suspicious": "validation",
    "model": "validation",
    "database-gone": "unavailable",
    "connection-gone": "unavailable",
    "database-refused": "validation",
    "database-nul": "validation",
    "redis-gone": "unavailable",
    "bug": "unexpected",
    "rest-validation": "validation",
    "rest-list": "validation",
    "rest-parse": "validation",
    "rest-unauthenticated": "not-authenticated",
    "rest-failed": "not-authenticated",
    "rest-denied": "not-allowed",
    "rest-404": "not-found",
    "rest-405": "method-not-allowed",
    "rest-406": "not-acceptable",
    "rest-415": "unsupported-media-type",
    "rest-throttled": "too-many",
}


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("prefix", ["/api/fail/", "/m/api/fail/", "/api/rest/"])
@pytest.mark.parametrize("how", FAILURES)
def test_under_an_api_path_every_failure_is_a_problem_document(client, prefix, how):
    kind = MEANING.get(how, how)
    response = client.get(f"{prefix}{how}/", headers={"accept": "text/html,*/*"})
    assert response.status_code == STATUS_BY_TYPE[kind]
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document["type"] == kind
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"].endswith(".")
    assert "secret detail" not in response.content.decode()
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("how", FAILURES)
def test_elsewhere_a_person_gets_a_page_with_the_same_status(client, how):
    response = client.get(f"/fail/{how}/", headers={"accept": "text/html,*/*"})
    assert response.status_code == STATUS_BY_TYPE[MEANING.get(how, how)]
    assert response["Content-Type"].startswith("text/html")
    page = response.content.decode()
    assert "<h1>" in page
    assert "secret detail" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"hx-request": "true"}])
def test_our_own_scripts_get_documents_on_any_path(client, headers):
    response = client.get("/fail/state-conflict/", headers=headers)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "It is closed."


def test_every_problem_type_has_its_own_name_and_is_documented(settings):
    kinds = problems.Problem.__subclasses__()
    assert {kind.type: kind.status for kind in [problems.Problem, *kinds]} == STATUS_BY_TYPE
    page = (settings.BASE_DIR / "docs/errors.md").read_text()
    for name, status in STATUS_BY_TYPE.items():
        assert f"| `{name}` | {status} |" in page


def test_fields_and_further_members_are_in_the_document(client):
    invalid = client.get("/api/fail/validation/").json()
    assert invalid["errors"] == {"body": ["Too long."]}
    assert invalid["detail"] == "body: Too long."
    assert client.get("/api/fail/newer-messages/").json()["messages"] == [{"seq": 7}]


def test_members_cannot_overwrite_what_every_document_has():
    document = problems.StateConflict(type="mine", status=200).as_dict()
    assert (document["type"], document["status"]) == ("state-conflict", 409)


def test_nested_errors_are_named_by_their_path(client):
    assert client.get("/api/rest/rest-validation/").json()["errors"] == {"items.1.id": ["Unknown."]}
    assert client.get("/api/rest/rest-list/").json()["errors"] == {"non_field_errors": ["Wrong."]}
    assert client.get("/api/fail/model/").json()["errors"] == {"name": ["Taken."]}


def test_waiting_and_logging_in_are_said_in_headers(client):
    assert client.get("/api/fail/too-many/")["Retry-After"] == "12"
    assert client.get("/fail/too-many/")["Retry-After"] == "12"
    assert client.get("/api/rest/rest-throttled/")["Retry-After"] == "3"
    assert client.get("/api/fail/unavailable/")["Retry-After"] == "2"
    assert client.get("/api/rest/rest-unauthenticated/")["WWW-Authenticate"] == "Bearer"


def test_errors_are_never_cached(client):
    for path in ("/api/fail/not-found/", "/fail/not-found/"):
        assert client.get(path)["Cache-Control"] == "no-store"


def test_the_id_of_an_unexpected_failure_is_in_the_log(client, caplog):
    document = client.get("/api/fail/bug/").json()
    assert document["request_id"] in document["detail"]
    assert f"{document['request_id']}: GET /api/fail/bug/: ZeroDivisionError" in caplog.text
    assert "secret detail" in caplog.text


def test_an_unexpected_failure_still_reaches_error_reporters():
    with pytest.raises(ZeroDivisionError):
        Client().get("/api/fail/bug/")


def test_addresses_and_methods_that_do_not_exist_are_problems_too(client):
    assert client.get("/api/nowhere/").json()["type"] == "not-found"
    wrong = client.post("/api/bare/")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "method-not-allowed")
    assert "GET" in wrong["Allow"]
    assert "<h1>Method not allowed</h1>" in client.post("/bare/").content.decode()
    assert "<h1>Not found</h1>" in client.get("/nowhere/").content.decode()


@pytest.mark.parametrize("path", ["/api/bare/%00", "/api/bare/?a=%00", "/page/?view=a%00b"])
def test_nul_in_an_address_is_refused_at_the_door(client, path):
    assert client.get(path).status_code == 400


def test_a_body_larger_than_anything_we_take_is_refused_unread(client, settings):
    settings.ATTACHMENT_MAX_MB = 1
    response = client.post(
        "/api/echo/", b"{}", content_type="application/json", headers={"content-length": "9999999"}
    )
    assert (response.status_code, response.json()["type"]) == (413, "too-large")


def test_forged_forms_get_a_page_that_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/bare/")
    assert response.status_code == 403
    assert "Reload it" in response.content.decode()


def test_public_ids_in_addresses_are_letters_digits_and_underscores(client):
    assert client.get("/things/cv_abc123/").status_code == 200
    for bad in ("a-b", "a.b", "x" * 41, "%F0%9F%98%80"):
        assert client.get(f"/things/{bad}/").status_code == 404
