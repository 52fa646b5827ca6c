"""Visitors among each other (safety row 10): two hundred at once, and nobody hears another."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inbox.models import Conversation, Message
from messenger import api
from people.models import Contact
from tests.visiting import Browser

VISITORS = 200
AT_ONCE = 8


class Crowd:
    """Two hundred browsers, each with a marker of its own that nobody else may ever be shown."""

    def __init__(self, installation, signed):
        self.installation, self.signed = installation, signed
        self.leaks, self.uncached = [], []
        self.lock = threading.Lock()

    def hear(self, number, answer):
        said = answer.content.decode()
        foreign = [
            word for word in said.split("marker-")[1:] if not word.startswith(f"{number:03}")
        ]
        with self.lock:
            if foreign:
                self.leaks.append((number, foreign))
            if answer["Cache-Control"] != "no-store":
                self.uncached.append(answer.request["PATH_INFO"])
        return answer

    def live(self, number):
        try:
            self.days_of(number)
        finally:
            connection.close()

    def days_of(self, number):
        chance = random.Random(number)
        visitor = Browser(self.installation)
        marker = f"marker-{number:03}"
        known = {"identity": self.signed(sub=f"user {marker}", name=marker)} if number % 3 else {}
        self.hear(number, visitor.boot(name=marker, **known))
        begun = self.hear(number, visitor.start(f"Words of {marker}")).json()
        self.hear(number, visitor.read(begun["conversation"]["id"]))
        if chance.random() < 0.4:
            self.hear(number, visitor.call("delete", "session"))
            self.hear(number, visitor.call("get", "conversations"))
            self.hear(number, visitor.boot(**known))
        self.hear(number, visitor.call("get", "conversations"))


@pytest.mark.django_db(transaction=True)
def test_two_hundred_visitors_at_once_hear_themselves_only(installation, signed, settings):
    for name in ("BOOTS_PER_MINUTE", "MESSAGES_PER_MINUTE", "CONVERSATIONS_PER_HOUR"):
        setattr(settings, f"VISITOR_{name}", 100_000)
    crowd = Crowd(installation, signed)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(crowd.live, range(VISITORS)))
    assert crowd.leaks == []
    assert crowd.uncached == []
    assert Conversation.objects.count() == VISITORS
    said = Message.objects.values_list("conversation__contact", "body_text")
    assert len({words for _, words in said}) == len(dict(said)) == VISITORS
    known = Contact.objects.filter(role="user")
    assert known.count() == len([number for number in range(VISITORS) if number % 3])


@pytest.mark.parametrize("pattern", api.urlpatterns, ids=lambda pattern: str(pattern.pattern))
def test_no_answer_of_the_interface_may_be_kept(browser, pattern):
    """Not by a proxy and not by the browser, whatever the answer is."""
    visitor = browser()
    name = visitor.start("Hi").json()["conversation"]["id"]
    path = str(pattern.pattern).replace("<pid:public_id>", name)
    for method in ("get", "post", "put", "patch", "delete"):
        for token in (visitor.token, "x" * 60):
            answer = visitor.call(method, path, None if method == "get" else {}, token=token)
            assert answer["Cache-Control"] == "no-store", (method, path)
            assert not answer.cookies, (method, path)
            if token == visitor.token and answer.status_code == 204:
                visitor.boot()
