"""A visitor's browser, speaking the messenger's HTTP interface."""

import uuid

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
