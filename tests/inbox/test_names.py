"""What goes by another name: all screens ask again. A face, and who is away, is told."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed
from inbox.actions import assign, set_tags
from inbox.tasks import follow_name
from people.actions import (
    add_team,
    change_avatar,
    change_tag,
    change_team,
    change_teammate,
    create_teammate,
    create_token,
    deactivate,
    delete_team,
    edit_contact,
    find_or_create_tag,
    prefer,
    reactivate,
    set_away,
    update_company,
)
from people.models import Team
from tests.inbox.test_socket import opened
from tests.live import committed, play, session_cookie

pytestmark = pytest.mark.django_db


def picture():
    content = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(content, "PNG")
    return SimpleUploadedFile("me.png", content.getvalue(), "image/png")


def part(browser, address, name):
    """A part of a page as it is asked for again."""
    headers = {"hx-request": "true", "hx-target": name}
    return browser.get(f"/inbox/{address}", headers=headers).content.decode()


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
    away = ({"type": "away", "teammate": ada.public_id, "is_away": True}, True)
    assert heard_by(cookie, lambda: set_away(ada, True, by=ada), "away") == away
    face, is_all = heard_by(cookie, lambda: change_avatar(ada, picture(), by=ada), "face")
    ada.refresh_from_db()
    assert face["teammate"] == ada.public_id and is_all
    assert ada.avatar_key in face["html"] and f'data-face="{ada.public_id}"' in face["html"]
    kinds = ["teammate.away_changed", "teammate.avatar_changed"]
    entries = Entry.objects.filter(kind__in=kinds).order_by("pk")
    assert [each.after for each in entries] == [{"is_away": True}, {"avatar": ada.avatar_key}]
    head = part(browser, f"all/{conversation.public_id}/", "head")
    assert "<small>Away</small>" in head and face["html"] in head


def test_what_changed_nothing_is_told_to_nobody(ada, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_away(ada, False, by=ada)
        change_avatar(ada, None, by=ada)
    assert published == []


NAMES, CHOICES = (["inbox"], {"type": "names"}), (["inbox"], {"type": "choices"})
ACCESS = {"type": "access"}


def test_a_teammate_who_is_renamed_is_so_on_every_screen(conversation, ada, ben, told, browser_of):
    assign(conversation, by=ada, assignee=ben)
    me = ([f"teammate.{ben.public_id}"], {"type": "me", "is_all": True})
    own = ([f"teammate.{ben.public_id}"], ACCESS)
    assert told(lambda: change_teammate(ben, by=ada, name="Benjamin Okafor")) == [own, NAMES, me]
    assert told(lambda: change_teammate(ben, by=ada, name="Benjamin Okafor")) == []
    assert told(lambda: change_teammate(ben, by=ada, is_staff=True)) == [own, me]
    entries = Entry.objects.filter(kind="teammate.changed", subject_id=ben.public_id)
    changes = [(each.before, each.after) for each in entries.order_by("pk")]
    assert changes == [
        ({"name": "Ben Okafor"}, {"name": "Benjamin Okafor"}),
        ({"is_staff": False}, {"is_staff": True}),
    ]
    browser = browser_of(ada)
    address = f"all/{conversation.public_id}/"
    for where, name in (("all/", "rows"), (address, "head"), ("all/", "me")):
        who = browser_of(ben) if name == "me" else browser
        shown = part(who, where, name)
        assert "Benjamin Okafor" in shown and "Ben Okafor" not in shown


def test_a_teammate_keeps_an_address_of_their_own(ada, ben):
    with pytest.raises(Invalid):
        change_teammate(ben, by=ada, email="ADA@lumen.test")
    with pytest.raises(Invalid):
        change_teammate(ben, by=ada, name=" ")
    with pytest.raises(NotAllowed):
        change_teammate(ada, by=ben, name="Adele")
    assert not Entry.objects.filter(kind="teammate.changed").exists()


def test_whom_and_what_one_may_choose_is_asked_for_again(ada, ben, told):
    hired = {"by": ada, "email": "finn@lumen.test", "name": "Finn"}
    assert told(lambda: create_teammate(**hired)) == [CHOICES]
    own = ([f"teammate.{ben.public_id}"], ACCESS)
    assert told(lambda: deactivate(ben, by=ada)) == [own, CHOICES]
    assert told(lambda: reactivate(ben, by=ada)) == [CHOICES]
    assert told(lambda: find_or_create_tag("Refund", by=ada)) == [CHOICES]
    assert told(lambda: find_or_create_tag("refund", by=ada)) == []


def test_a_team_is_named_to_those_alone_who_may_know_of_it(ada, ben, support, billing, told):
    """The frame says no name; that a private team has another one is nobody else's business."""
    theirs = f"team.{billing.public_id}"
    assert told(lambda: change_team(support, by=ada, name="Care")) == [NAMES]
    assert told(lambda: change_team(billing, by=ada, name="Money", is_private=True)) == [
        ([theirs], {"type": "names"})
    ]
    assert told(lambda: change_team(billing, by=ada, is_private=False)) == [
        (["inbox", theirs], ACCESS)
    ]
    fresh, closed = Team(name="Repairs"), Team(name="Fraud", is_private=True)
    assert told(lambda: add_team(fresh, by=ada)) == [NAMES]
    assert told(lambda: add_team(closed, by=ada)) == [([f"teammate.{ada.public_id}"], ACCESS)]
    gone = f"team.{closed.public_id}"
    assert told(lambda: delete_team(fresh, by=ada)) == [NAMES]
    assert told(lambda: delete_team(closed, by=ada)) == [([gone], ACCESS)]
    kinds = ["team.changed"] * 3 + ["team.created"] * 2 + ["team.deleted"] * 2
    entries = Entry.objects.filter(kind__startswith="team.").order_by("pk")
    assert [each.kind for each in entries] == kinds
    for attempt in (add_team, change_team, delete_team):
        with pytest.raises(NotAllowed):
            attempt(support, by=ben)


def test_who_is_not_in_a_private_team_hears_nothing_of_its_new_name(
    ada, ben, cleo, billing, browser_of
):
    bens, cleos = browser_of(ben), browser_of(cleo)
    cookies = [session_cookie(bens), session_cookie(cleos)]

    async def scene():
        (bens_socket, _), (cleos_socket, _) = [await opened(cookie) for cookie in cookies]
        await committed(lambda: change_team(billing, by=ada, name="Money"))
        frame = await cleos_socket.hear()
        is_quiet = await bens_socket.hears_nothing()
        for socket in (bens_socket, cleos_socket):
            await socket.close()
        return frame, is_quiet

    assert play(scene) == ({"type": "names"}, True)
    assert "Money" in part(cleos, "all/", "views") and "Money" not in part(bens, "all/", "views")


def test_ones_own_menu_is_right_in_every_tab(ada, ben, told, browser_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    me = ([f"teammate.{ben.public_id}"], {"type": "me", "is_all": False})
    browser = browser_of(ben)
    assert "Available" in part(browser, "all/", "me")
    assert me in told(lambda: set_away(ben, True, by=ben))
    assert 'is-away">Away' in part(browser, "all/", "me")
    assert me in told(lambda: change_avatar(ben, picture(), by=ben))
    ben.refresh_from_db()
    assert ben.avatar_key in part(browser, "all/", "me")
    until = {"until": "2999-01-01T00:00:00+00:00"}
    assert told(lambda: prefer(ben, "notifications", until, by=ben)) == [me]
    assert "Away, quiet" in part(browser, "all/", "me")
    assert told(lambda: prefer(ben, "zone", {"name": "Europe/Madrid"}, by=ben)) == []


def record_of(customer):
    """The frame that asks whoever has a customer on screen for head and record again."""
    frame = {"type": "record", "contact": customer.public_id}
    return [f"record.{customer.public_id}"], frame


def test_what_a_customer_is_called_by_rest_shows_in_row_head_and_record(
    conversation, dora, ben, told, browser_of
):
    _, key = create_token(teammate=ben, name="Script", scopes=["contacts:write"])
    script = Client(headers={"authorization": f"Bearer {key}"})
    url = f"/api/v1/contacts/{dora.public_id}"
    browser, address = browser_of(ben), f"all/{conversation.public_id}/"

    def changed(**fields):
        return told(lambda: script.patch(url, fields, content_type="application/json"))

    assert record_of(dora) in changed(name="Dora Berg")
    entry = Entry.objects.get(kind="contact.updated")
    ((topics, row), *others) = told(lambda: follow_name(entry))
    assert (topics, row["type"], others) == (
        ["inbox", f"conversation.{conversation.public_id}"],
        "conversation",
        [],
    )
    assert "Dora Berg" in row["html"] and "Lindqvist" not in row["html"]
    assert row["state"]["contact"] == dora.public_id
    assert f'data-contact="{dora.public_id}"' in part(browser, address, "record")
    for where, name in (("all/", "rows"), (address, "head"), (address, "record")):
        shown = part(browser, where, name)
        assert "Dora Berg" in shown and "Lindqvist" not in shown
    assert record_of(dora) in changed(email="dora.berg@acme.test")
    assert "dora.berg@acme.test" in part(browser, address, "record")


def test_the_company_in_a_record_is_right_when_somebody_else_changes_it(
    conversation, dora, emil, acme, globex, ada, ben, told, browser_of, monkeypatch
):
    browser, address = browser_of(ben), f"all/{conversation.public_id}/"
    theirs = {"type": "record", "company": acme.public_id}
    named = told(lambda: update_company(acme, by=ada, name="Acme Works"))
    assert ([f"record.{dora.public_id}"], theirs) in named
    assert "Acme Works" in part(browser, address, "record")
    monkeypatch.setattr("inbox.frames.PEOPLE_MAX", 0)
    assert (["inbox"], theirs) in told(lambda: update_company(acme, by=ada, name="Acme")), (
        "whose people are too many to name them may be anybody's on screen"
    )
    moved = told(
        lambda: edit_contact(dora, "company", globex.public_id, was=acme.public_id, by=ada)
    )
    assert record_of(dora) in moved
    shown = part(browser, address, "record")
    assert "Globex" in shown and "Acme" not in shown
