import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from ground.journal.models import Entry
from inbox.models import Conversation
from messenger.appearance import GROUNDS, contrast, mixed, on_color, readable_on
from messenger.models import InstallationText
from people.actions import create_teammate
from people.models import Contact


def settings_of(browser, **fields):
    return browser().boot(**fields).json()["settings"]


@pytest.fixture
def spoken(installation):
    """An installation whose own language is German and which has words in Portuguese, too."""
    installation.locale = "de"
    installation.greeting = "Was können wir tun?"
    installation.office_hours = "Mo bis Fr, 9 bis 17 Uhr"
    installation.home_links = [{"title": "Versand", "url": "https://shop.test/versand"}]
    installation.save()
    InstallationText.objects.create(
        installation=installation,
        locale="pt",
        greeting="Como podemos ajudar?",
        home_links=[{"title": "Envio", "url": "https://shop.test/envio"}],
    )
    return installation


def test_a_visitor_is_spoken_to_in_their_language(browser, installation):
    asked = settings_of(browser, locale="he-IL")
    assert (asked["locale"], asked["direction"]) == ("he", "rtl")
    assert (settings_of(browser, locale="xx")["locale"], asked["position"]) == ("en", "right")


def test_a_language_that_is_not_offered_falls_to_the_default_one(browser, installation):
    installation.languages, installation.locale = ["de", "es"], "de"
    installation.save()
    found = [settings_of(browser, locale=tag)["locale"] for tag in ("es-MX", "fr", "en", "")]
    assert found == ["es", "de", "de", "de"]


def test_each_text_comes_from_the_nearest_language_that_has_it(browser, spoken):
    said = settings_of(browser, locale="pt-BR")
    assert said["locale"] == "pt-BR"
    assert said["greeting"] == "Como podemos ajudar?"
    assert said["home_links"] == [{"title": "Envio", "url": "https://shop.test/envio"}]
    assert said["office_hours"] == "Mo bis Fr, 9 bis 17 Uhr", "nobody wrote it in Portuguese"
    assert said["reply_time"] == "As respostas chegam aqui mesmo", "nobody wrote any"
    assert settings_of(browser, locale="fr")["greeting"] == "Was können wir tun?"


def test_a_greeting_that_nobody_wrote_is_ours_in_every_language(browser, installation):
    assert settings_of(browser, locale="en")["greeting"] == "How can we help?"


def test_the_launcher_is_labeled_for_those_who_cannot_see_it(browser, installation):
    labels = settings_of(browser)["labels"]
    assert labels["open"] and labels["close"] and labels["open"] != labels["close"]
    assert "{n}" in labels["unread"]["other"]


def test_the_answer_to_an_anonymous_boot_is_small(browser, spoken, ben, cleo):
    create_teammate(by=None, email="d@lumen.test", name="Dieter Maximilian", role=ben.role)
    answer = browser().boot(locale="de-DE", timezone="Europe/Berlin")
    assert len(answer.content) <= 2000


@pytest.mark.parametrize(
    ("color", "text"), [("#ffffff", "#000000"), ("#000000", "#ffffff"), ("#FFD43B", "#000000")]
)
def test_text_on_the_brand_color_reads(color, text):
    assert on_color(color) == text


def test_contrast_is_that_of_the_accessibility_guidelines():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1
    assert round(contrast("#3B5BDB", "#FFFFFF"), 1) == 5.7


@pytest.mark.parametrize(
    "color", ["#ffee00", "#ffffff", "#000000", "#ff00aa", "#777777", "#0B6B5D", "#14161B"]
)
def test_any_brand_color_is_readable_by_day_and_by_night_and_on_its_own_tint(color):
    for ground in GROUNDS:
        shown = readable_on(color, ground)
        assert contrast(shown, ground) >= 4.5
        # --brand-soft of static/messenger/css/shell.css.
        assert contrast(shown, mixed(ground, shown, 0.14)) >= 4.5


def test_a_brand_color_that_reads_stays_as_it_is(browser, installation):
    assert readable_on("#0b6b5d", "#FFFFFF") == "#0b6b5d"
    colors = settings_of(browser)["text_colors"]
    assert colors == [readable_on(installation.color, ground) for ground in GROUNDS]


# ---- what visitors may do ------------------------------------------------------------------------


def test_where_files_are_not_taken_neither_uploads_nor_attachments_are(
    browser, installation, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    visitor = browser()
    conversation = visitor.start("Hello").json()["conversation"]["id"]
    file = upload(visitor).json()["id"]
    forbid(installation, "can_upload")
    refused = upload(visitor)
    assert refused.status_code == 403 and refused.json()["detail"] == "Files cannot be sent here."
    assert visitor.say(conversation, "See", attachments=[file]).status_code == 403
    assert visitor.start("See", attachments=[file]).status_code == 403
    assert visitor.boot().json()["settings"]["can_upload"] is False
    assert visitor.say(conversation, "Without").status_code == 201
    assert Conversation.objects.get().messages.count() == 2


def test_where_visitors_may_not_begin_they_may_go_on(browser, installation):
    visitor, client_id = browser(), uuid.uuid4()
    conversation = visitor.start("Hello", client_id).json()["conversation"]["id"]
    forbid(installation, "can_start")
    refused = visitor.start("Another")
    assert refused.status_code == 403 and refused.json()["type"] == "not-allowed"
    assert "cannot be started" in refused.json()["detail"]
    assert visitor.start("Hello", client_id).status_code == 200, "it was begun before"
    assert visitor.say(conversation, "And more").status_code == 201
    assert visitor.boot().json()["settings"]["can_start"] is False
    stranger = browser()
    assert stranger.start("Hi").status_code == 403
    assert Conversation.objects.count() == Contact.objects.count() == 1


def upload(visitor):
    return visitor.client.post(
        "/m/api/uploads",
        {"file": SimpleUploadedFile("a.txt", b"text")},
        headers={"origin": visitor.origin, "authorization": f"Bearer {visitor.token}"},
    )


def forbid(installation, rule):
    setattr(installation, rule, False)
    installation.save()
    cache.clear()


# ---- the visitor's language on their record ------------------------------------------------------


def test_a_contact_who_comes_back_in_another_language_has_it_on_their_record(browser):
    visitor = browser(locale="de", timezone="Europe/Berlin")
    visitor.start("Hallo")
    visitor.boot(locale="es-MX", timezone="America/Mexico_City")
    contact = Contact.objects.get()
    assert (contact.locale, contact.timezone) == ("es-MX", "America/Mexico_City")
    entry = Entry.objects.get(kind="contact.updated")
    assert entry.before == {"locale": "de", "timezone": "Europe/Berlin"}
    assert entry.after == {"locale": "es-MX", "timezone": "America/Mexico_City"}
    assert entry.actor_type == "contact"
    visitor.boot(locale="es-MX", timezone="America/Mexico_City")
    assert Entry.objects.filter(kind="contact.updated").count() == 1


def test_a_browser_that_says_nothing_sound_changes_nothing(browser):
    visitor = browser(locale="de", timezone="Europe/Berlin")
    visitor.start("Hallo")
    visitor.boot()
    visitor.boot(locale="<b>", timezone="Middle/Earth")
    contact = Contact.objects.get()
    assert (contact.locale, contact.timezone) == ("de", "Europe/Berlin")
    assert not Entry.objects.filter(kind="contact.updated").exists()


def test_a_signed_in_user_has_the_language_of_their_browser(browser, signed, dora):
    browser(identity=signed(), locale="sv-SE", timezone="Europe/Stockholm")
    dora.refresh_from_db()
    assert (dora.locale, dora.timezone) == ("sv-SE", "Europe/Stockholm")
