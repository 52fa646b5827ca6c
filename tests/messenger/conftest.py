import time
import uuid

import jwt
import pytest
from django.test import Client

SITE = "https://shop.test"


class Browser:
    """A visitor's browser on a site that embeds the messenger."""

    def __init__(self, installation, origin=SITE):
        self.installation = installation
        self.origin = origin
        self.client = Client()
        self.token = None

    def call(self, method, path, body=None, *, token=None, **headers):
        token = token if token is not None else self.token
        given = {"origin": self.origin, **headers}
        if token:
            given["authorization"] = f"Bearer {token}"
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/m/api/{path}", headers=given, **data)

    def boot(self, **fields):
        body = {"app": self.installation.public_id, **fields}
        if self.token and "token" not in body:
            body["token"] = self.token
        answer = self.call("post", "boot", body, token="")
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    def start(self, body="Where is my coat?", client_id=None, **fields):
        content = {"client_id": str(client_id or uuid.uuid4()), "body": body, **fields}
        return self.call("post", "conversations", content)

    def say(self, conversation, body, client_id=None, **fields):
        content = {"client_id": str(client_id or uuid.uuid4()), "body": body, **fields}
        return self.call("post", f"conversations/{conversation}/messages", content)

    def read(self, conversation, query=""):
        return self.call("get", f"conversations/{conversation}/messages{query}")


@pytest.fixture
def browser(installation):
    """browser(): another visitor's browser, booted."""

    def opened(origin=SITE, **fields):
        visitor = Browser(installation, origin)
        visitor.boot(**fields)
        return visitor

    return opened


@pytest.fixture
def signed(installation):
    """signed(sub="dora-1"): an identity as the company's own server would sign it."""

    def sign(*, secret=None, algorithm="HS256", headers=None, **claims):
        given = {
            "sub": "dora-1",
            "aud": installation.public_id,
            "exp": int(time.time()) + 600,
            **claims,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        key = secret if secret is not None else installation.identity_secrets.get().value
        return jwt.encode(kept, key, algorithm=algorithm, headers=headers)

    return sign
