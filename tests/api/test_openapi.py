"""The OpenAPI document: complete, true, and readable by anybody."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from config.api import document

OPERATIONS = [
    (method, path, operation)
    for path, item in document()["paths"].items()
    for method, operation in item.items()
]


def test_it_is_made_without_a_warning_and_valid(tmp_path):
    call_command("spectacular", fail_on_warn=True, file=str(tmp_path / "api.yaml"))
    validate_schema(document())


def test_it_describes_the_rest_api_and_nothing_else():
    assert len(OPERATIONS) >= 32
    assert all(path.startswith("/api/v1/") for _, path, _ in OPERATIONS)
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[each[2]["operationId"] for each in OPERATIONS]
)
def test_every_operation_says_what_it_takes_and_how_it_can_fail(method, path, operation):
    assert operation["summary"] and re.search(r"Scope: `\w+:\w+`\.$", operation["description"])
    assert operation["security"] == [{"ApiToken": []}]
    answers = operation["responses"]
    assert any(status.startswith("2") for status in answers)
    needed = {"400", "401", "403", "429", "500", "503"}
    if "{id}" in path:
        needed.add("404")
    if method in {"post", "put", "patch"}:
        needed |= {"413", "415"}
        assert "requestBody" in operation or path.endswith("/closure")
    if method == "post":
        needed.add("409")
        assert "Idempotency-Key" in {each["name"] for each in operation["parameters"]}
    assert needed <= set(answers)
    for status, answer in answers.items():
        kind = "application/json" if status < "300" else "application/problem+json"
        assert list(answer["content"]) == [kind]


def test_no_body_takes_more_than_is_described():
    schemas = document()["components"]["schemas"]
    for _, _, operation in OPERATIONS:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body:
            name = body["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["additionalProperties"] is False


def test_every_operation_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    for method, path, operation in OPERATIONS:
        called = f"{method.upper()} {path.removeprefix('/api/v1/')}"
        assert f"`{called}`" in text and operation["description"].split("`")[-2] in text, called


def test_anybody_reads_the_document_and_its_page(client):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.1")
    assert client.get("/api/schema/?lang=de&version=9").json() == answer.json()
    page = client.get("/api/docs/")
    assert page.status_code == 200 and "script-src 'self'" in page["Content-Security-Policy"]
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", page.content.decode(), re.DOTALL)
    assert scripts and all('src="' in tag and not body.strip() for tag, body in scripts)
    started = client.get("/api/docs/?script=")
    assert "/api/schema/" in started.content.decode()
    assert "//" not in re.findall(r'url: "(.*?)"', started.content.decode())[0]
