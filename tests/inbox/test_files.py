"""A file of a conversation, as a teammate's browser opens it."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inbox.actions import attach, reply
from people.actions import deactivate

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(conversation, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = attach(SimpleUploadedFile("invoice.txt", b"a secret"), by=ben)
    names = [file.public_id]
    reply(conversation, by=ben, body="Here", client_id=uuid.uuid4(), attachments=names)
    return file


def test_who_sees_the_conversation_opens_its_files(browser_of, ada, file):
    answer = browser_of(ada).get(f"/inbox/files/{file.public_id}/", follow=True)
    assert b"".join(answer.streaming_content) == b"a secret"


def test_a_link_to_a_file_is_worth_nothing_to_anybody_else(browser_of, ada, ben, file):
    browser = browser_of(ben)
    link = browser.get(f"/inbox/files/{file.public_id}/")["Location"]
    assert browser.get(link).status_code == 200
    assert browser_of(ada).get(link).status_code == 404
    assert Client().get(link).status_code == 404
    deactivate(ben, by=ada)
    assert browser.get(link).status_code == 404
