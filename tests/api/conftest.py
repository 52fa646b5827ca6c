import json
import re
import uuid
from copy import deepcopy
from functools import cache
from urllib.parse import urlsplit

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from config.api import document
from inbox.actions import start
from people.actions import create_token
from people.models.token import Scope


@cache
def strict_document():
    """The OpenAPI document with every object closed: an answer may hold nothing undocumented."""
    found = deepcopy(document())
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return found


@cache
def templates():
    paths = strict_document()["paths"]
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), path) for path in paths]


def operation_of(method, url):
    """What the document says of a call; None when it knows no such operation."""
    path = urlsplit(url).path
    for pattern, template in templates():
        if pattern.match(path):
            return strict_document()["paths"][template].get(method)
    return None


def check_shape(schema, value):
    whole = {**schema, "components": strict_document()["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def check_answer(method, url, answer):
    """An answer is as the document says: status, media type, shape, headers."""
    operation = operation_of(method, url)
    media_type = answer["Content-Type"]
    assert answer["Cache-Control"] == "no-store"
    if operation is None:
        assert answer.status_code in {401, 404, 405}
        check_shape({"$ref": "#/components/schemas/Problem"}, answer.json())
        return
    described = operation["responses"][str(answer.status_code)]
    check_shape(described["content"][media_type]["schema"], answer.json())
    for name in described.get("headers", {}):
        assert name in answer
    if answer.status_code >= 400:
        assert media_type == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


class Api:
    """A program that calls the REST API with one token. Every answer is held to the document."""

    def __init__(self, plain, token=None):
        self.plain, self.token = plain, token
        self.client = Client()

    def call(self, method, path, body=None, *, raw=None, type="application/json", **headers):
        given = {"authorization": f"Bearer {self.plain}", **headers}
        url = path if path.startswith("/") else f"/api/v1/{path}"
        data = {}
        if raw is None:
            raw = b"" if body is None else json.dumps(body)
        if method not in {"get", "head"}:
            data = {"data": raw, "content_type": type}
        answer = getattr(self.client, method)(url, headers=given, **data)
        if method != "head":
            check_answer(method, url, answer)
        return answer

    def get(self, path, **headers):
        return self.call("get", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("post", path, body, **headers)

    def put(self, path, body=None, **headers):
        return self.call("put", path, body, **headers)

    def patch(self, path, body=None, **headers):
        return self.call("patch", path, body, **headers)

    def delete(self, path, **headers):
        return self.call("delete", path, **headers)

    def say(self, conversation, body="Hello", *, client_id=None, kind="reply", **fields):
        content = {"kind": kind, "body": body, "client_id": str(client_id or uuid.uuid4())}
        return self.post(f"conversations/{conversation.public_id}/messages", content | fields)


@pytest.fixture
def api(db):
    """api(ben): a program that acts as ben; api(): an app. With every scope unless told."""

    def made(teammate=None, scopes=Scope.values):
        token, plain = create_token(teammate=teammate, name="Script", scopes=scopes)
        return Api(plain, token)

    return made


@pytest.fixture
def begun(line, published):
    """begun(dora): a conversation that a contact has begun, given to a team if one is named."""

    def begin(contact, body="Where is my coat?", *, team=None, assignee=None):
        posted = start(
            contact,
            line=line,
            identity=None,
            body=body,
            client_id=uuid.uuid4(),
            page={"url": "https://shop.test/coats", "title": "Coats"},
        )
        conversation = posted.conversation
        conversation.team, conversation.assignee = team, assignee
        conversation.save(update_fields=["team", "assignee"])
        return conversation

    return begin
