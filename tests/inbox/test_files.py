"""A file of a conversation, as a teammate's browser opens it."""

import io
import stat
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from inbox.actions import attach, reply
from inbox.actions.attaching import forget_unused
from inbox.models import Attachment
from people.actions import deactivate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def file(conversation, ben):
    file = attach(SimpleUploadedFile("invoice.txt", b"a secret"), by=ben)
    names = [file.public_id]
    reply(conversation, by=ben, body="Here", client_id=uuid.uuid4(), attachments=names)
    return file


def test_who_sees_the_conversation_opens_its_files(browser_of, ada, file):
    answer = browser_of(ada).get(f"/inbox/files/{file.public_id}/", follow=True)
    assert b"".join(answer.streaming_content) == b"a secret"


def test_the_thread_shows_the_small_picture_and_opens_the_large_one(browser_of, ben, conversation):
    out = io.BytesIO()
    Image.new("RGB", (1280, 640), "teal").save(out, "PNG")
    large = attach(SimpleUploadedFile('"><b>.png', out.getvalue()), by=ben)
    names = [large.public_id]
    reply(conversation, by=ben, body="", client_id=uuid.uuid4(), attachments=names)
    browser = browser_of(ben)
    page = browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert f'src="/inbox/files/{large.public_id}/?thumb"' in page
    assert 'alt="&quot;&gt;&lt;b&gt;.png"' in page and "<b>.png" not in page
    small = browser.get(f"/inbox/files/{large.public_id}/?thumb", follow=True)
    assert small["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).size == (640, 320)
    whole = browser.get(f"/inbox/files/{large.public_id}/", follow=True)
    assert whole["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(b"".join(whole.streaming_content))).size == (1280, 640)


def test_a_forgotten_picture_leaves_nothing_behind(ben, tmp_path):
    out = io.BytesIO()
    Image.new("RGB", (1280, 640), "teal").save(out, "PNG")
    unused = attach(SimpleUploadedFile("large.png", out.getvalue()), by=ben)
    assert unused.thumb_key
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 2 and {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert forget_unused() == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_link_to_a_file_is_worth_nothing_to_anybody_else(browser_of, ada, ben, file):
    browser = browser_of(ben)
    link = browser.get(f"/inbox/files/{file.public_id}/")["Location"]
    assert browser.get(link).status_code == 200
    assert browser_of(ada).get(link).status_code == 404
    assert Client().get(link).status_code == 404
    deactivate(ben, by=ada)
    assert browser.get(link).status_code == 404
