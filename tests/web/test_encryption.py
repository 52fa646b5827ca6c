from django.db import connection

from messenger.models import IdentitySecret


def stored(secret):
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM messenger_identitysecret WHERE id = %s", [secret.pk])
        return cursor.fetchone()[0]


def test_a_secret_is_unreadable_in_the_database(installation):
    secret = installation.identity_secrets.get()
    assert len(secret.value) > 40
    assert secret.value not in stored(secret)


def test_a_secret_survives_a_rotation_of_the_key_and_not_its_loss(installation, settings):
    secret = installation.identity_secrets.get()
    value, old_key = secret.value, settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key", [old_key]
    assert IdentitySecret.objects.get(pk=secret.pk).value == value
    settings.SECRET_KEY_FALLBACKS = []
    assert IdentitySecret.objects.get(pk=secret.pk).value == ""


def test_a_secret_that_cannot_be_read_signs_nobody_in(installation, settings, browser, signed):
    token = signed()
    settings.SECRET_KEY = "another-key"
    assert browser().boot(identity=token).status_code == 401
