"""A tag that is renamed, a colleague's picture: all screens ask again. Who is away is told."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ground.journal.models import Entry
from inbox.actions import assign, set_tags
from people.actions import change_avatar, change_tag, find_or_create_tag, set_away
from tests.inbox.test_socket import opened
from tests.live import committed, play, session_cookie

pytestmark = pytest.mark.django_db


def picture():
    content = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(content, "PNG")
    return SimpleUploadedFile("me.png", content.getvalue(), "image/png")


def heard_by(cookie, change, kind="names"):
    """What a teammate who looks at a list alone hears of a change."""

    async def scene():
        socket, _ = await opened(cookie)
        await committed(change)
        frame = await socket.hear(kind)
        is_all = await socket.hears_nothing()
        await socket.close()
        return frame, is_all

    return play(scene)


def test_every_screen_asks_again_when_a_tag_is_renamed_or_archived(
    conversation, ada, ben, emil, browser_of
):
    tag, _ = find_or_create_tag("Refund", by=ada)
    set_tags(conversation, by=ben, tags=[tag])
    browser = browser_of(ben)
    cookie = session_cookie(browser)
    only = ({"type": "names"}, True)
    assert heard_by(cookie, lambda: change_tag(tag, by=ada, name="Money back")) == only
    assert heard_by(cookie, lambda: change_tag(tag, by=ada, is_archived=True)) == only
    entries = Entry.objects.filter(kind="tag.changed").order_by("pk")
    assert [each.after for each in entries] == [{"name": "Money back"}, {"is_archived": True}]
    rows = browser.get("/inbox/all/").content.decode()
    assert "Money back" in rows and "Refund" not in rows


def test_every_screen_hears_that_a_colleague_goes_away_or_has_another_picture(
    conversation, ada, ben, browser_of, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    assign(conversation, by=ada, assignee=ada)
    browser = browser_of(ben)
    cookie = session_cookie(browser)
    only = ({"type": "names"}, True)
    away = ({"type": "away", "teammate": ada.public_id, "is_away": True}, True)
    assert heard_by(cookie, lambda: set_away(ada, True, by=ada), "away") == away
    assert heard_by(cookie, lambda: change_avatar(ada, picture(), by=ada)) == only
    ada.refresh_from_db()
    kinds = ["teammate.away_changed", "teammate.avatar_changed"]
    entries = Entry.objects.filter(kind__in=kinds).order_by("pk")
    assert [each.after for each in entries] == [{"is_away": True}, {"avatar": ada.avatar_key}]
    head = browser.get(
        f"/inbox/all/{conversation.public_id}/", headers={"hx-request": "true", "hx-target": "head"}
    ).content.decode()
    assert "<small>Away</small>" in head and ada.avatar_key in head


def test_what_changed_nothing_is_told_to_nobody(ada, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_away(ada, False, by=ada)
        change_avatar(ada, None, by=ada)
    assert published == []
