"""`manage.py demo`: a company to look at, never in the way of a real one."""

import stat
from datetime import timedelta
from io import StringIO

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from config.demo import access, build
from ground.hours.models import OfficeHours
from ground.journal.models import Entry, Reaction
from inbox.models import Conversation, Message, Rating
from knowledge.models import Article, Block, HelpCenter, Translation
from messenger.appearance import settings_json
from messenger.installing import checked_links
from messenger.models import Installation
from people.actions import create_contact, create_teammate, find_token
from people.models import Contact, Team, Teammate
from routing.models import Rule


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DEMO_PASSWORD = ""


@pytest.fixture
def demo(db, own_folder):
    call_command("demo", stdout=StringIO())
    return access.read()


def test_it_is_a_company_to_look_at(demo, settings):
    see_its_access(demo, settings)
    see_its_cast(demo)
    see_its_history()
    see_its_messenger(demo)
    see_its_help()


def see_its_access(demo, settings):
    assert stat.S_IMODE(access.path().stat().st_mode) == 0o600
    assert demo["url"] == settings.SITE_URL
    assert set(demo) >= {"live_url", "app_id", "identity_secret", "logins", "api_tokens"}
    for key in ("ada", "ben", "cleo"):
        login = demo["logins"][key]
        teammate = Teammate.objects.get(email=login["email"])
        assert teammate.check_password(login["password"])
        assert find_token(demo["api_tokens"][key]).teammate == teammate
    messenger = Installation.objects.get(public_id=demo["app_id"])
    assert {"http://localhost:8000", "http://127.0.0.1:8000"} <= set(messenger.allowed_origins)
    signed = jwt.encode({"sub": "x"}, demo["identity_secret"], algorithm="HS256")
    assert messenger.identity_secrets.get().value == demo["identity_secret"]
    assert signed


def see_its_cast(demo):
    ada, ben, cleo = (
        Teammate.objects.get(email=demo["logins"][key]["email"]) for key in ("ada", "ben", "cleo")
    )
    assert ada.is_admin
    assert ada.is_staff
    assert not ada.is_superuser
    assert (ben.is_admin, ben.is_staff) == (False, False)
    assert Team.objects.get(name="Billing").is_private
    assert [rule.team.name for rule in Rule.objects.exclude(team=None)] == ["Workshop", "Support"]
    assert {rule.tells.get() for rule in Rule.objects.filter(name__startswith="Upset")} == {ada}
    assert Team.objects.get(name="Billing").office_hours.name == "Billing"
    assert OfficeHours.objects.get(is_default=True).name == "Shop"
    hidden = Conversation.objects.filter(team__name="Billing")
    assert hidden.exists()
    assert not (hidden & Conversation.objects.visible_to(ben)).exists()
    assert Conversation.objects.visible_to(cleo).count() == Conversation.objects.count()


def see_its_messenger(demo):
    messenger = Installation.objects.get(public_id=demo["app_id"])
    english, spanish = (settings_json(messenger, locale) for locale in ("en", "es"))
    assert english["logo"] and english["reply_time"] and english["office_hours"]
    assert [link["url"] for link in english["home_links"]] == [
        "http://localhost:8000/demo/delivery/",
        "http://localhost:8000/demo/care/",
    ]
    assert english["greeting"] != spanish["greeting"]
    assert checked_links(spanish["home_links"]) == spanish["home_links"]


def see_its_help():
    assert HelpCenter.current().locales == ["en", "es"]
    assert Article.objects.count() == 9
    assert Article.objects.to_be_looked_at(timezone.localdate()).exists()
    assert Translation.objects.filter(published=None).count() == 1, "one is a draft"
    assert Block.objects.get().uses.count() == 3
    for locale in ("en", "es"):
        page = Client().get(f"/help/{locale}/a/" + slug_of("Send something back", locale) + "/")
        assert "Cooper’s Quay 14</strong>" in page.content.decode()


def slug_of(title, locale):
    article = Article.objects.get(translations__title=title)
    return article.translations.get(locale=locale).slug


def see_its_history():
    now = timezone.now()
    assert 20 <= Conversation.objects.count() <= 40
    assert set(Conversation.objects.values_list("status", flat=True)) == {
        "open",
        "snoozed",
        "closed",
        "spam",
    }
    assert Conversation.objects.filter(status="spam").count() == 1
    assert {1, 2} & set(Rating.objects.values_list("score", flat=True)), "not all are content"
    assert Conversation.objects.filter(status="open").exclude(taggings=None).count() >= 3
    assert Conversation.objects.open().unassigned().exists()
    assert Message.objects.filter(kind="note").exists()
    assert Message.objects.filter(attachments__width__gt=0).exists()
    assert Conversation.objects.filter(contact_unread__gt=0).exists()
    for conversation in Conversation.objects.all():
        written = list(conversation.messages.order_by("seq").values_list("created_at", "seq"))
        assert [seq for _, seq in written] == list(range(1, conversation.last_seq + 1))
        assert written == sorted(written)
        assert written[-1][0] <= now
        assert conversation.created_at == written[0][0]
        assert conversation.last_message_at <= written[-1][0]
    assert not Contact.objects.filter(last_heard_at=None).exists()
    assert not Reaction.objects.filter(done_at=None).exists()
    lately = now.replace(microsecond=0) - timedelta(minutes=1)
    assert not Entry.objects.filter(subject_type="conversation", created_at__gt=lately).exists()


def test_made_anew_or_elsewhere_it_keeps_its_keys(demo, settings):
    Conversation.objects.first().messages.all().delete()
    call_command("demo", stdout=StringIO())
    assert access.read() == demo
    assert Teammate.objects.count() == 3
    assert Installation.objects.count() == 1
    assert Message.objects.filter(seq=1).count() == Conversation.objects.count()
    marked = Conversation.objects.first()

    settings.SITE_URL = "http://127.0.0.1:9009"
    call_command("demo", if_empty=True)
    assert Conversation.objects.filter(pk=marked.pk).exists()
    found = access.read()
    assert found["url"] == "http://127.0.0.1:9009"
    assert found["logins"] == demo["logins"]
    assert found["api_tokens"] == demo["api_tokens"]

    access.path().unlink()
    call_command("demo", if_empty=True)
    found = access.read()
    assert found["app_id"] == demo["app_id"]
    login = found["logins"]["ben"]
    assert Teammate.objects.get(email=login["email"]).check_password(login["password"])
    assert find_token(found["api_tokens"]["ben"])


def test_real_data_is_left_alone(own_folder, dora):
    call_command("demo", if_empty=True)
    with pytest.raises(CommandError):
        call_command("demo")
    assert list(Contact.objects.all()) == [dora]
    assert not access.path().exists()


def test_a_teammate_makes_a_demo_real_and_a_customer_does_not(own_folder, settings, db):
    settings.DEMO_PASSWORD = "chosen by the operator"
    call_command("demo", stdout=StringIO())
    assert access.read()["logins"]["ada"]["password"] == "chosen by the operator"
    create_contact(by=None, name="Just looking")
    assert not build.has_real_data()
    create_teammate(by=None, email="new@lumen.test", name="New")
    assert build.has_real_data()
    with pytest.raises(CommandError):
        call_command("demo")
    assert Contact.objects.filter(name="Just looking").exists()
