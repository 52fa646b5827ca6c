"""Teammates' pictures: whose to change, what may be one, where they are seen."""

import io
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from ground.journal import reactions
from ground.journal.models import Entry
from ground.web.files import public_url
from ground.web.problems import Invalid, NotAllowed
from inbox.actions import assign, reply
from people.actions import change_avatar

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


def picture(color="teal", name="me.png"):
    out = io.BytesIO()
    Image.new("RGB", (600, 400), color).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def test_a_teammate_has_one_picture_and_the_journal_knows(ben, folder):
    first = change_avatar(ben, picture(), by=ben).avatar_key
    entry = Entry.objects.get(kind="teammate.avatar_changed")
    assert (entry.before, entry.after) == ({"avatar": ""}, {"avatar": first})
    second = change_avatar(ben, picture("red"), by=ben).avatar_key
    assert first != second
    reactions.run_owed()
    assert not (folder / first).exists() and (folder / second).exists()
    assert change_avatar(ben, None, by=ben).avatar_key == ""
    change_avatar(ben, None, by=ben)
    assert Entry.objects.filter(kind="teammate.avatar_changed").count() == 3
    reactions.run_owed()
    assert not (folder / second).exists()


def test_it_is_their_own_or_an_admins_to_change(ben, cleo, ada):
    with pytest.raises(NotAllowed):
        change_avatar(ben, picture(), by=cleo)
    assert change_avatar(ben, picture(), by=ada).avatar_key


@pytest.mark.parametrize(("content", "name"), [(SVG, "me.svg"), (SVG, "me.png"), (b"x", "a.jpg")])
def test_what_is_no_picture_is_refused(ben, content, name, browser_of):
    with pytest.raises(Invalid):
        change_avatar(ben, SimpleUploadedFile(name, content, "image/png"), by=ben)
    answer = browser_of(ben).post(
        "/inbox/avatar/",
        {"file": SimpleUploadedFile(name, content, "image/png")},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 400 and answer.json()["type"] == "validation"
    ben.refresh_from_db()
    assert ben.avatar_key == ""


def test_everybody_who_may_see_the_teammate_sees_the_face(
    ben, installation, browser, browser_of, line
):
    page = browser_of(ben)
    saved = page.post("/inbox/avatar/", {"file": picture()}, headers={"hx-request": "true"})
    ben.refresh_from_db()
    url = public_url(ben.avatar_key)
    assert saved.status_code == 200 and url in saved.content.decode()
    assert Client().get(url).status_code == 200
    visitor = browser()
    name = visitor.start().json()["conversation"]["id"]
    conversation = ben_answers(name, ben)
    message = visitor.read(name).json()["messages"][-1]
    assert message["author"]["avatar"] == url
    booted = visitor.boot().json()
    assert booted["conversations"][0]["assignee"] == {
        "name": "Ben",
        "avatar": url,
        "initials": "BO",
    }
    assert [face["avatar"] for face in booted["settings"]["team"] if face["name"] == "Ben"] == [url]
    shown = page.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert shown.count(url) >= 3
    page.post("/inbox/avatar/", {"remove": "true"})
    assert visitor.read(name).json()["messages"][-1]["author"]["avatar"] is None


def ben_answers(name, ben):
    from inbox.models import Conversation

    conversation = Conversation.objects.get(public_id=name)
    conversation = assign(conversation, by=ben, assignee=ben)
    reply(conversation, by=ben, body="Hello", client_id=uuid.uuid4())
    return conversation


def test_an_admin_sets_it_in_the_admin(ada, ben, browser_of):
    page = browser_of(ada)
    address = f"/admin/people/teammate/{ben.pk}/change/"
    assert page.get(address).status_code == 200
    form = {
        "email": ben.email,
        "name": ben.name,
        "role": ben.role_id,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    assert page.post(address, form | {"picture": picture()}).status_code == 302
    ben.refresh_from_db()
    assert ben.avatar_key
    assert public_url(ben.avatar_key) in page.get(address).content.decode()
    answer = page.post(address, form | {"picture": SimpleUploadedFile("a.png", SVG)}, follow=True)
    assert answer.status_code == 200
    assert "Choose a PNG" in answer.content.decode()
    key = ben.avatar_key
    ben.refresh_from_db()
    assert ben.avatar_key == key
    assert page.post(address, form | {"is_picture_removed": "on"}).status_code == 302
    ben.refresh_from_db()
    assert ben.avatar_key == ""
