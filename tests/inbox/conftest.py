import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions import start
from people.actions import find_or_create_tag


@pytest.fixture
def begin(line):
    """begin(dora, "Hello"): a conversation that a contact started on the messenger line."""

    def started(contact, body="Where is my coat?", **options):
        return start(
            contact, line=line, identity=None, body=body, client_id=uuid.uuid4(), **options
        ).conversation

    return started


@pytest.fixture
def conversation(begin, dora):
    return begin(dora)


@pytest.fixture
def next_week():
    return timezone.now() + timedelta(days=7)


@pytest.fixture
def vip(ada):
    return find_or_create_tag("VIP", by=ada)[0]


@pytest.fixture
def told(published, django_capture_on_commit_callbacks):
    """told(change): the frames that tell of a change, each with its topics."""

    def of(change):
        del published[:]
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return list(published)

    return of
