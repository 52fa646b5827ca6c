"""A messenger is set up in the admin, and each change of it is in the journal."""

import io
import json
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from ground.journal.models import Entry
from ground.journal.reactions import run_owed
from ground.web.problems import Invalid, NotAllowed
from messenger.appearance import settings_json
from messenger.installing import (
    CONFIGURED,
    change_installation,
    change_texts,
    checked_links,
    normalized_origin,
)
from messenger.models import IdentitySecret, Installation, InstallationText
from people.models import Contact
from tests.forms import post_form
from tests.visiting import Browser

SHIPPING = {"title": "Shipping", "url": "https://shop.test/shipping?a=1"}


def address(page, *args):
    return reverse(f"admin:messenger_installation_{page}", args=args)


def secrets_page(page="changelist"):
    return reverse(f"admin:messenger_identitysecret_{page}")


def picture(kind="PNG", size=(600, 300)):
    out = io.BytesIO()
    Image.new("RGB", size, "#B5452C").save(out, kind)
    return out.getvalue()


@pytest.fixture
def admin_of(ada, browser_of):
    return browser_of(ada)


@pytest.fixture
def saved(admin_of, installation):
    """saved(name="…"): the installation after its form was sent with these changes."""

    def save(**changes):
        answer = post_form(admin_of, address("change", installation.pk), **changes)
        assert answer.status_code == 302, wrong(answer)
        cache.clear()  # What was remembered of it is forgotten within two seconds.
        installation.refresh_from_db()
        return installation

    return save


def wrong(answer):
    form = answer.context["adminform"].form
    texts = [formset.formset.errors for formset in answer.context["inline_admin_formsets"]]
    return json.dumps([form.errors, texts])


def text_row(number=0, total=1, initial=0, **fields):
    counts = {"texts-TOTAL_FORMS": total, "texts-INITIAL_FORMS": initial}
    return counts | {f"texts-{number}-{name}": value for name, value in fields.items()}


# ---- the form ------------------------------------------------------------------------------------


def test_a_messenger_is_set_up_and_its_secret_shown_once(admin_of, ada):
    answer = post_form(
        admin_of,
        address("add"),
        name="Lumen",
        allowed_origins="https://Shop.test/\nhttp://localhost:8000",
        greeting="Hello",
    )
    text = answer.content.decode()
    installation = Installation.objects.get()
    assert installation.allowed_origins == ["http://localhost:8000", "https://shop.test"]
    assert installation.line.kind == "messenger" and installation.can_start
    secret = installation.identity_secrets.get()
    assert secret.value in text
    assert f"data-app=&quot;{installation.public_id}&quot;" in text
    pages = (
        address("changelist"),
        address("change", installation.pk),
        secrets_page(),
        reverse("admin:messenger_identitysecret_change", args=[secret.pk]),
    )
    for page in pages:
        assert secret.value not in admin_of.get(page).content.decode()
    entry = Entry.objects.get(kind="installation.created")
    assert entry.actor_id == ada.public_id
    assert set(entry.after) == set(CONFIGURED) and entry.after["greeting"] == "Hello"


def test_what_an_admin_changes_shows_and_is_journaled(saved, installation, ada):
    visitor = Browser(installation)
    visitor.boot()
    assert visitor.call("get", "conversations").status_code == 200
    saved(color="#FFD43B", greeting="Ask away", position="left", can_start=None)
    entry = Entry.objects.get(kind="installation.changed")
    assert entry.subject_id == installation.public_id and entry.actor_id == ada.public_id
    assert entry.before == {
        "color": "#3B5BDB",
        "greeting": "",
        "position": "right",
        "can_start": True,
    }
    assert entry.after == {
        "color": "#FFD43B",
        "greeting": "Ask away",
        "position": "left",
        "can_start": False,
    }
    shown = visitor.boot().json()["settings"]
    assert (shown["color"], shown["on_color"]) == ("#FFD43B", "#000000")
    assert (shown["greeting"], shown["position"]) == ("Ask away", "left")
    assert visitor.start("Hi").status_code == 403


def test_saving_what_stands_there_changes_nothing(saved):
    saved(
        home_links="Shipping | https://shop.test/shipping",
        languages=["en", "de"],
        **text_row(locale="de", greeting="Hallo"),
    )
    before = Entry.objects.filter(kind="installation.changed").count()
    saved()
    assert Entry.objects.filter(kind="installation.changed").count() == before


@pytest.mark.parametrize(
    "bad",
    [
        "shop.test",
        "https://shop.test/path",
        "ftp://x",
        "https://*.a",
        "https://a.test,b.test",
        "https://a.test *",
        "https://a.test;sandbox",
        "https://a.test'b",
        "https://a%2eb.test",
        "https://",
    ],
)
def test_what_is_no_origin_is_refused(admin_of, installation, bad):
    answer = post_form(admin_of, address("change", installation.pk), allowed_origins=bad)
    assert answer.status_code == 200
    assert "is no origin" in answer.content.decode()


def test_addresses_and_names_beyond_ascii_are_origins():
    assert normalized_origin("http://[::1]:8000") == "http://[::1]:8000"
    assert normalized_origin("https://K\u00fcche.test:443/") == "https://xn--kche-0ra.test"
    assert normalized_origin("http://my_host") == "http://my_host"


def test_only_admins_change_an_installation(installation, ben, cleo):
    for mate in (ben, cleo):
        for change in (
            lambda mate=mate: change_installation(installation, by=mate, greeting="Mine"),
            lambda mate=mate: change_texts(installation, by=mate, texts={"de": {"greeting": "X"}}),
        ):
            with pytest.raises(NotAllowed):
                change()
    installation.refresh_from_db()
    assert installation.greeting == "" and not installation.texts.exists()
    assert not Entry.objects.filter(kind="installation.changed").exists()


# ---- languages -----------------------------------------------------------------------------------


def test_the_default_language_is_always_among_those_offered(saved):
    assert saved(locale="de", languages=["fr", "es"]).languages == ["de", "es", "fr"]
    assert saved(languages=None).languages == [], "none chosen means all of them"


def test_each_language_has_texts_of_its_own(saved, installation):
    saved(
        **text_row(locale="es", greeting="¿En qué ayudamos?", home_links="Envíos | https://a.test/")
    )
    shown = settings_json(installation, "es")
    assert shown["greeting"] == "¿En qué ayudamos?"
    assert shown["home_links"] == [{"title": "Envíos", "url": "https://a.test/"}]
    entry = Entry.objects.get(kind="installation.changed")
    assert entry.before == {"texts": {"es": None}}
    assert entry.after["texts"]["es"]["greeting"] == "¿En qué ayudamos?"


def test_texts_move_to_another_language_and_go(saved, installation):
    saved(**text_row(locale="es", greeting="Hola"))
    saved(**{"texts-0-locale": "pt"})
    assert list(installation.texts.values_list("locale", "greeting")) == [("pt", "Hola")]
    assert Entry.objects.latest("id").before["texts"]["pt"] is None
    saved(**{"texts-0-DELETE": "on"})
    assert not installation.texts.exists()
    assert Entry.objects.latest("id").after == {"texts": {"pt": None}}


@pytest.mark.parametrize(
    ("locale", "says"),
    [("fr", "Français is not among the languages chosen"), ("en", "English is the default")],
)
def test_texts_are_for_languages_that_are_offered(admin_of, installation, locale, says):
    row = text_row(locale=locale, greeting="Text")
    answer = post_form(
        admin_of, address("change", installation.pk), languages=["en", "de"], name="New", **row
    )
    assert answer.status_code == 200 and says in answer.content.decode()
    installation.refresh_from_db()
    assert installation.name == "Lumen" and not installation.texts.exists()


def test_a_language_has_its_texts_once(admin_of, installation):
    rows = text_row(0, total=2, locale="de", greeting="Eins")
    rows |= text_row(1, total=2, locale="de", greeting="Zwei")
    answer = post_form(admin_of, address("change", installation.pk), **rows)
    assert answer.status_code == 200 and not installation.texts.exists()


# ---- links ---------------------------------------------------------------------------------------


def test_links_of_the_home_are_web_and_mail_addresses(saved):
    lines = "Shipping | https://shop.test/shipping?a=1\n\nA | B | mailto:help@shop.test\n"
    assert saved(home_links=lines).home_links == [
        SHIPPING,
        {"title": "A | B", "url": "mailto:help@shop.test"},
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "JaVaScRiPt://shop.test/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//shop.test/a",
        "/relative",
        "shop.test",
        "https://",
        "https://[::1",
        'https://shop.test/"onclick="alert(1)',
        "https://shop.test/\x00",
        "https://shop.test/\u202egpj",
        "mailto:",
        "file:///etc/passwd",
        "",
        "https://shop.test/" + "a" * 500,
    ],
)
def test_no_other_address_becomes_a_link(url, admin_of, installation):
    with pytest.raises(Invalid):
        checked_links([{"title": "Win", "url": url}])
    answer = post_form(admin_of, address("change", installation.pk), home_links=f"Win | {url}")
    assert answer.status_code == 200 and wrong(answer) != "[{}, [[]]]"
    installation.refresh_from_db()
    assert installation.home_links == []


def test_there_are_at_most_eight_links():
    assert len(checked_links([SHIPPING] * 8)) == 8
    with pytest.raises(Invalid):
        checked_links([SHIPPING] * 9)


# ---- logo ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_logo_is_drawn_anew_and_small(saved, settings, tmp_path, kind):
    settings.MEDIA_ROOT = tmp_path
    installation = saved(logo=SimpleUploadedFile("logo", picture(kind)))
    with default_storage.open(installation.logo_key) as file, Image.open(file) as image:
        assert image.format == "WEBP" and image.size == (256, 128)
    url = settings_json(installation, "en")["logo"]
    answer = Browser(installation).client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/webp"
    entry = Entry.objects.get(kind="installation.changed")
    assert (entry.before, entry.after) == ({"logo_key": ""}, {"logo_key": installation.logo_key})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("logo.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("logo.png", b"<!doctype html><script>alert(1)</script>"),
        ("logo.png", b"%PDF-1.4"),
        ("logo.png", b"GIF8"),
    ],
)
def test_what_is_no_picture_becomes_no_logo(
    admin_of, installation, settings, tmp_path, name, content
):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile(name, content, content_type="image/png")
    answer = post_form(admin_of, address("change", installation.pk), logo=upload, name="New")
    assert answer.status_code == 200
    assert "Choose a PNG, JPEG, GIF or WebP picture" in answer.content.decode()
    installation.refresh_from_db()
    assert (installation.logo_key, installation.name) == ("", "Lumen")
    assert list(tmp_path.rglob("*.*")) == []


def test_a_picture_that_cannot_be_drawn_is_refused_as_a_whole(
    admin_of, installation, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("logo.png", picture()[:60])
    answer = post_form(admin_of, address("change", installation.pk), logo=upload, name="New")
    assert answer.status_code in {200, 302}
    installation.refresh_from_db()
    assert (installation.logo_key, installation.name) == ("", "Lumen")


def test_a_logo_is_taken_away(saved, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    key = saved(logo=SimpleUploadedFile("logo.png", picture())).logo_key
    assert key and saved(remove_logo="on").logo_key == ""
    assert settings_json(Installation.objects.get(), "en")["logo"] is None
    assert Entry.objects.latest("id").after == {"logo_key": ""}
    assert default_storage.exists(key)
    run_owed()
    assert not default_storage.exists(key), "nobody is shown it any more"


def test_another_logo_takes_the_place_of_the_first(saved, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first = saved(logo=SimpleUploadedFile("logo.png", picture())).logo_key
    second = saved(logo=SimpleUploadedFile("logo.gif", picture("GIF"))).logo_key
    run_owed()
    assert not default_storage.exists(first) and default_storage.exists(second)


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "²", "-1", "٣", "1e3"])
def test_a_preview_of_what_is_no_number_is_a_preview_of_something_new(admin_of, number):
    answer = admin_of.post(address("preview"), {"preview_of": number, "name": "Lumen"})
    assert answer.status_code == 200 and answer.json()["settings"]["name"] == "Lumen"


# ---- secrets -------------------------------------------------------------------------------------


def test_secrets_are_rotated_but_never_run_out(admin_of, installation):
    old = installation.identity_secrets.get()
    retire = address("retire_secret", installation.pk, old.pk)
    answer = admin_of.post(retire, follow=True)
    assert "last secret in force" in answer.content.decode()
    old.refresh_from_db()
    assert old.retired_at is None
    answer = admin_of.post(address("new_secret", installation.pk))
    new = installation.identity_secrets.exclude(pk=old.pk).get()
    assert new.value in answer.content.decode() and "no-store" in answer["Cache-Control"]
    page = admin_of.get(address("change", installation.pk)).content.decode()
    assert new.key_id in page and new.ending in page and new.value not in page
    admin_of.post(retire)
    old.refresh_from_db()
    assert old.retired_at
    kinds = Entry.objects.values_list("kind", flat=True)
    assert {"installation.secret_added", "installation.secret_retired"} <= set(kinds)


def test_secrets_are_retired_from_their_list_too(admin_of, installation):
    old = installation.identity_secrets.get()
    IdentitySecret.objects.create(installation=installation)
    admin_of.post(secrets_page(), {"action": "retire", "_selected_action": [old.pk]})
    old.refresh_from_db()
    assert old.retired_at


def test_to_look_at_the_addresses_of_secrets_does_nothing(admin_of, installation):
    secret = installation.identity_secrets.get()
    assert admin_of.get(address("new_secret", installation.pk)).status_code == 405
    assert admin_of.get(address("retire_secret", installation.pk, secret.pk)).status_code == 405
    assert installation.identity_secrets.count() == 1


def test_a_secret_of_another_installation_is_not_found(admin_of, installation, line):
    other = Installation.objects.create(line=type(line).objects.create(kind="messenger"), name="B")
    secret = IdentitySecret.objects.create(installation=other)
    IdentitySecret.objects.create(installation=other)
    answer = admin_of.post(address("retire_secret", installation.pk, secret.pk))
    secret.refresh_from_db()
    assert answer.status_code == 404 and secret.retired_at is None


# ---- code to copy --------------------------------------------------------------------------------


def test_the_code_to_copy_is_filled_in_and_holds_no_secret(admin_of, installation, settings):
    settings.SITE_URL = "https://support.example.com"
    secret = installation.identity_secrets.get()
    page = admin_of.get(address("change", installation.pk)).context
    assert page["snippet"].startswith('<script async src="https://support.example.com/m/loader.js"')
    assert [recipe.language for recipe in page["signing"]] == [
        "Python",
        "JavaScript",
        "PHP",
        "Ruby",
    ]
    for recipe in page["signing"]:
        assert installation.public_id in recipe.code and secret.key_id in recipe.code
        assert secret.value not in recipe.code
        assert "COUNTERFOIL_SECRET" in recipe.code
    assert page["hosted_page"].endswith(f"/m/page/{installation.public_id}/")
    assert "frame-src https://support.example.com" in page["policy_lines"].splitlines()


def test_the_code_of_hashes_shows_where_hashes_are_taken(admin_of, installation):
    def shown():
        return admin_of.get(address("change", installation.pk)).content.decode()

    assert "def user_hash(user)" not in shown()
    installation.is_user_hash_allowed = True
    installation.save()
    assert "def user_hash(user)" in shown() and "hash_hmac(&quot;sha256&quot;" in shown()


# ---- preview -------------------------------------------------------------------------------------


def preview(client, installation=None, **fields):
    body = {"preview_of": installation.pk if installation else "", "name": "Lumen", **fields}
    return client.post(address("preview"), body)


def test_the_preview_shows_the_form_and_stores_nothing(admin_of, installation):
    answer = preview(
        admin_of,
        installation,
        color="#FFD43B",
        greeting="New words",
        locale="en",
        position="left",
        home_links="Shipping | https://shop.test/shipping?a=1",
        preview_language="de",
        **text_row(locale="de", greeting="Neue Worte"),
    ).json()
    shown = answer["settings"]
    assert (shown["locale"], shown["greeting"]) == ("de", "Neue Worte")
    assert (shown["color"], shown["on_color"], shown["position"]) == ("#FFD43B", "#000000", "left")
    assert shown["home_links"] == [SHIPPING] and answer["contrast"] == 14.7
    installation.refresh_from_db()
    assert (installation.greeting, installation.color) == ("", "#3B5BDB")
    assert not InstallationText.objects.exists() and not Contact.objects.exists()
    assert not Entry.objects.filter(kind="installation.changed").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"color": "red", "locale": "xx", "languages": ["xx"], "home_links": "javascript:alert(1)"},
        {"preview_of": "999999999999999999999", "preview_language": "\x00"},
        {"texts-TOTAL_FORMS": "many", "texts-INITIAL_FORMS": "-1"},
        {"texts-TOTAL_FORMS": "2", "texts-INITIAL_FORMS": "1", "texts-0-id": "x"},
        {"allowed_origins": "http://[", "position": "top", "name": "\x00" * 100},
    ],
)
def test_a_half_written_form_has_a_preview_as_well(admin_of, installation, fields):
    for known in (installation, None):
        shown = preview(admin_of, known, **fields).json()["settings"]
        assert shown["color"] == "#3B5BDB" and shown["greeting"] == "How can we help?"


def test_the_frame_of_the_preview_is_the_messenger_for_our_own_pages_only(admin_of):
    answer = admin_of.get(address("preview_frame"), {"locale": "ar"})
    text = answer.content.decode()
    assert 'dir="rtl"' in text and '"app":"preview"' in text
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'self';" in policy + ";" and "form-action 'none'" in policy
    assert Browser(SimpleNamespace(public_id="preview")).boot().status_code == 404


@pytest.mark.parametrize("page", ["preview", "preview_frame", "new_secret", "retire_secret"])
def test_these_pages_open_to_admins_only(installation, ada, ben, cleo, browser_of, page):
    secret = IdentitySecret.objects.create(installation=installation)
    args = {"new_secret": [installation.pk], "retire_secret": [installation.pk, secret.pk]}
    url = address(page, *args.get(page, []))
    ben.is_staff = True
    ben.save()
    entries = Entry.objects.count()
    for client in (browser_of(ben), browser_of(cleo), Browser(installation).client):
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code in {302, 403, 405}, answer.content
            assert answer.status_code != 302 or "/login/" in answer["Location"]
    assert Entry.objects.count() == entries and installation.identity_secrets.count() == 2


def test_a_client_id_is_no_way_around_a_closed_door(installation):
    installation.can_start = False
    installation.save()
    cache.clear()
    visitor = Browser(installation)
    visitor.boot()
    assert visitor.start("Hi", uuid.uuid4()).status_code == 403
    assert not Contact.objects.exists()
