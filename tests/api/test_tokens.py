"""Who may knock: tokens, scopes, rates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people import bearer
from people.actions import create_token, deactivate, revoke_token
from people.models.token import Scope
from tests.api.conftest import Api

NEEDED = [
    ("get", "contacts", "contacts:read"),
    ("post", "contacts", "contacts:write"),
    ("get", "contacts/ct_x", "contacts:read"),
    ("patch", "contacts/ct_x", "contacts:write"),
    ("put", "contacts/ct_x/block", "contacts:write"),
    ("delete", "contacts/ct_x/block", "contacts:write"),
    ("get", "companies", "contacts:read"),
    ("post", "companies", "contacts:write"),
    ("get", "companies/co_x", "contacts:read"),
    ("patch", "companies/co_x", "contacts:write"),
    ("post", "events", "contacts:write"),
    ("get", "segments", "contacts:read"),
    ("post", "segments", "conversations:write"),
    ("get", "segments/seg_x", "contacts:read"),
    ("patch", "segments/seg_x", "conversations:write"),
    ("delete", "segments/seg_x", "conversations:write"),
    ("get", "conversations/cv_x/decisions", "conversations:read"),
    ("patch", "conversations/cv_x/messages/msg_x", "conversations:write"),
    ("put", "conversations/cv_x/messages/msg_x", "conversations:write"),
    ("get", "assignment-rules", "conversations:read"),
    ("post", "assignment-rules", "conversations:write"),
    ("get", "assignment-rules/rule_x", "conversations:read"),
    ("patch", "assignment-rules/rule_x", "conversations:write"),
    ("delete", "assignment-rules/rule_x", "conversations:write"),
    ("put", "assignment-rule-order", "conversations:write"),
    ("get", "service-levels", "conversations:read"),
    ("post", "service-levels", "conversations:write"),
    ("get", "service-levels/sla_x", "conversations:read"),
    ("patch", "service-levels/sla_x", "conversations:write"),
    ("delete", "service-levels/sla_x", "conversations:write"),
    ("put", "service-level-order", "conversations:write"),
    ("get", "team-sharing", "conversations:read"),
    ("get", "teams/tm_x/sharing", "conversations:read"),
    ("patch", "teams/tm_x/sharing", "conversations:write"),
    ("get", "workloads", "conversations:read"),
    ("get", "teammates/mate_x/workload", "conversations:read"),
    ("patch", "teammates/mate_x/workload", "conversations:write"),
    ("delete", "teammates/mate_x/workload", "conversations:write"),
    ("get", "office-hours", "conversations:read"),
    ("post", "office-hours", "conversations:write"),
    ("get", "office-hours/1", "conversations:read"),
    ("patch", "office-hours/1", "conversations:write"),
    ("delete", "office-hours/1", "conversations:write"),
    ("get", "routing-settings", "conversations:read"),
    ("patch", "routing-settings", "conversations:write"),
    ("post", "assignment-rule-trials", "conversations:write"),
    ("get", "teammates", "team:read"),
    ("get", "teammates/mate_x", "team:read"),
    ("get", "teams", "team:read"),
    ("get", "teams/tm_x", "team:read"),
    ("get", "conversations", "conversations:read"),
    ("get", "conversations/cv_x", "conversations:read"),
    ("get", "conversations/cv_x/messages", "conversations:read"),
    ("post", "conversations/cv_x/messages", "conversations:write"),
    ("post", "conversations/cv_x/closure", "conversations:write"),
    ("delete", "conversations/cv_x/closure", "conversations:write"),
    ("put", "conversations/cv_x/snooze", "conversations:write"),
    ("delete", "conversations/cv_x/snooze", "conversations:write"),
    ("put", "conversations/cv_x/spam", "conversations:write"),
    ("delete", "conversations/cv_x/spam", "conversations:write"),
    ("put", "conversations/cv_x/assignment", "conversations:write"),
    ("put", "conversations/cv_x/priority", "conversations:write"),
    ("put", "conversations/cv_x/tags", "conversations:write"),
    ("get", "tags", "conversations:read"),
    ("get", "macros", "conversations:read"),
    ("post", "tags", "conversations:write"),
    ("post", "uploads", "conversations:write"),
    ("get", "search", "conversations:read"),
    ("get", "notifications", "conversations:read"),
    ("delete", "notifications/ntf_x", "conversations:write"),
    ("post", "notification-tests", "conversations:write"),
    ("delete", "conversations/cv_x/later-messages/lm_x", "conversations:write"),
    ("put", "contacts/ct_x/tags", "contacts:write"),
    ("get", "contacts/ct_x/notes", "contacts:read"),
    ("post", "contacts/ct_x/notes", "contacts:write"),
    ("put", "contacts/ct_x/notes/cn_y", "contacts:write"),
    ("delete", "contacts/ct_x/notes/cn_y", "contacts:write"),
    ("get", "contacts/ct_x/merges", "contacts:read"),
    ("post", "contacts/ct_x/merges", "contacts:write"),
    ("delete", "contacts/ct_x/merges/ct_y", "contacts:write"),
    ("get", "views", "conversations:read"),
    ("post", "views", "conversations:write"),
    ("put", "views/view_x", "conversations:write"),
    ("get", "exports", "conversations:read"),
    ("get", "views/view_x", "conversations:read"),
    ("patch", "views/view_x", "conversations:write"),
    ("delete", "views/view_x", "conversations:write"),
    ("get", "batches", "conversations:read"),
    ("post", "batches", "conversations:write"),
    ("get", "batches/bt_x", "conversations:read"),
    ("delete", "batches/bt_x", "conversations:write"),
    ("put", "conversations/cv_x/merge", "conversations:write"),
    ("delete", "conversations/cv_x/merge", "conversations:write"),
    ("post", "conversations/cv_x/splits", "conversations:write"),
    ("get", "conversations/cv_x/split", "conversations:read"),
    ("delete", "conversations/cv_x/split", "conversations:write"),
    ("get", "conversations/cv_x/side-conversations", "conversations:read"),
    ("post", "conversations/cv_x/side-conversations", "conversations:write"),
    ("get", "conversations/cv_x/side-conversations/sd_x", "conversations:read"),
    ("get", "conversations/cv_x/side-conversations/sd_x/messages", "conversations:read"),
    ("post", "conversations/cv_x/side-conversations/sd_x/messages", "conversations:write"),
    ("post", "conversations/cv_x/side-conversations/sd_x/participants", "conversations:write"),
    ("put", "conversations/cv_x/side-conversations/sd_x/read", "conversations:write"),
    ("post", "conversations/cv_x/side-conversations/sd_x/closure", "conversations:write"),
    ("delete", "conversations/cv_x/side-conversations/sd_x/closure", "conversations:write"),
    ("get", "articles", "conversations:read"),
    ("post", "articles", "conversations:write"),
    ("get", "articles/art_x", "conversations:read"),
    ("patch", "articles/art_x", "conversations:write"),
    ("delete", "articles/art_x", "conversations:write"),
    ("get", "collections", "conversations:read"),
    ("post", "collections", "conversations:write"),
    ("get", "collections/col_x", "conversations:read"),
    ("patch", "collections/col_x", "conversations:write"),
    ("delete", "collections/col_x", "conversations:write"),
    ("get", "blocks", "conversations:read"),
    ("post", "blocks", "conversations:write"),
    ("get", "blocks/blk_x", "conversations:read"),
    ("patch", "blocks/blk_x", "conversations:write"),
    ("delete", "blocks/blk_x", "conversations:write"),
    ("get", "articles/art_x/translations/en", "conversations:read"),
    ("put", "articles/art_x/translations/en", "conversations:write"),
    ("put", "articles/art_x/translations/en/publication", "conversations:write"),
    ("delete", "articles/art_x/translations/en/publication", "conversations:write"),
]


@pytest.mark.parametrize(("method", "path", "scope"), NEEDED)
def test_every_operation_asks_for_its_scope(api, ada, method, path, scope):
    without = api(ada, [other for other in Scope.values if other != scope])
    answer = without.call(method, path, {} if method in {"post", "put", "patch"} else None)
    assert answer.status_code == 403
    assert answer.json()["type"] == "not-allowed" and scope in answer.json()["detail"]
    only = api(ada, [scope])
    answer = only.call(method, path, {} if method in {"post", "put", "patch"} else None)
    assert answer.status_code != 403


def test_the_scopes_above_are_those_of_every_operation_in_the_document():
    from config.api import document

    described = {
        (method, path.removeprefix("/api/v1/").count("/"), path.split("/")[3], scope)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        for scope in [operation["description"].rpartition("Scope: `")[2].rstrip("`.")]
    }
    asked = {(method, path.count("/"), path.split("/")[0], scope) for method, path, scope in NEEDED}
    assert described == asked


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer 0",
        "Bearer []",
        "Bearer cf_" + "A" * 43,
        "Bearer cf_" + "é" * 43,
        "Bearer " + "A" * 5000,
        "Basic YWRhOmFkYQ==",
        "Token cf_x",
    ],
)
def test_nobody_gets_in_without_a_token_that_is_good(db, header, client):
    headers = {} if header is None else {"authorization": header}
    answer = client.get("/api/v1/contacts", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "not-authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_log_in_opens_nothing_here(ada, browser_of):
    assert browser_of(ada).get("/api/v1/contacts").status_code == 401


def test_revoked_expired_and_orphaned_tokens_are_dead_at_once(api, ada, ben):
    revoked, orphaned = api(ben), api(ben)
    _, plain = create_token(
        teammate=ben,
        name="Old",
        scopes=[Scope.TEAM_READ],
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    assert Api(plain).get("teams").status_code == 401
    assert revoked.get("teams").status_code == 200
    revoke_token(revoked.token, by=ben)
    assert revoked.get("teams").status_code == 401
    assert orphaned.get("teams").status_code == 200
    deactivate(ben, by=ada)
    assert orphaned.get("teams").status_code == 401


def test_a_token_never_may_more_than_its_teammate(api, ben, dora, begun):
    conversation = begun(dora)
    ben.role.capabilities = []
    ben.role.save()
    weak = api(ben)
    path = f"conversations/{conversation.public_id}"
    assert weak.get(path).status_code == 200
    assert weak.say(conversation).status_code == 403
    assert weak.post(f"{path}/closure").status_code == 403
    assert weak.put(f"{path}/assignment", {"assignee": None}).status_code in {200, 403}
    assert weak.patch(f"contacts/{dora.public_id}", {"name": "Mallory"}).status_code == 403
    assert weak.post("contacts", {"name": "Mallory"}).status_code == 403
    assert weak.post("companies", {"external_id": "m"}).status_code == 403
    assert weak.post("events", {"contact": dora.public_id, "name": "x"}).status_code == 403


def test_a_token_has_a_rate_and_hears_what_is_left_of_it(api, ben, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    busy = api(ben)
    left = [busy.get("teams")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = busy.get("teams")
    assert refused.status_code == 429 and refused.json()["type"] == "too-many"
    assert int(refused["Retry-After"]) > 0 and refused["RateLimit-Limit"] == "3"
    assert api(ben).get("teams").status_code == 200


def test_a_problem_too_says_what_is_left(api, ben):
    answer = api(ben).get("teams/tm_nowhere")
    assert answer.status_code == 404 and "RateLimit-Remaining" in answer


def test_who_guesses_tokens_is_slowed_and_a_good_token_is_not(api, ben, client, monkeypatch):
    monkeypatch.setattr(bearer, "FAILURES_PER_MINUTE", 3)
    known = api(ben)

    def guess(plain):
        headers = {"authorization": f"Bearer {plain}"}
        return client.get("/api/v1/teams", headers=headers, REMOTE_ADDR="192.0.2.7").status_code

    assert [guess("cf_" + "A" * 43) for _ in range(4)] == [401, 401, 401, 429]
    assert guess(known.plain) == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "nothing", 404),
        ("get", "contacts/", 404),
        ("get", "conversations/cv_x/tags/y", 404),
        ("delete", "contacts", 405),
        ("options", "contacts", 405),
        ("post", "teams", 405),
        ("get", "conversations/cv_x/closure", 405),
    ],
)
def test_wrong_addresses_and_methods_are_problems_too(api, ada, method, path, status):
    answer = api(ada).call(method, path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_nobody_asks_for_html(api, ada):
    answer = api(ada).get("teams", accept="text/html")
    assert answer.status_code == 406 and answer.json()["type"] == "not-acceptable"
