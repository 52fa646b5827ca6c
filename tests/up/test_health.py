"""What machines are told: the process lives, and which part of the product is missing."""

import sys
import time

import pytest
import redis
from django.db import OperationalError, connection

from config import pulse
from tests.up.product import command


@pytest.fixture
def everybody_lives():
    for part in pulse.PARTS:
        pulse.beat(part)


def test_a_process_that_lives_says_so_without_asking_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


def test_a_whole_product_is_ready(client, db, everybody_lives):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
        "live": "ok",
        "worker": "ok",
        "beat": "ok",
        "oldest_unreacted_seconds": 0,
    }


@pytest.mark.parametrize("part", pulse.PARTS)
def test_a_part_that_was_silent_for_twenty_seconds_is_missing(client, db, everybody_lives, part):
    pulse.client().set(pulse.key(part), int(time.time()) - 21)
    report = client.get("/readyz").json()
    assert report["status"] == "degraded"
    assert [name for name, word in report.items() if word == "missing"] == [part]


def test_without_redis_the_product_is_degraded_but_serves(client, db, monkeypatch):
    away = redis.Redis(unix_socket_path="/nonexistent", socket_timeout=0.1)
    monkeypatch.setattr(pulse, "client", lambda: away)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["database"] == "ok"
    assert answer.json()["redis"] == "missing"


def test_without_the_database_the_product_is_not_ready(client, db, everybody_lives, monkeypatch):
    def refuse(*args):
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", refuse)
        patched.setattr(connection, "close", lambda: None)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "degraded"
    assert answer.json()["database"] == "missing"
    assert answer.json()["redis"] == "ok"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client, db, path):
    assert client.post(path).status_code == 405


def settings_of(expression: str, **environment: str) -> str:
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
        f"from django.conf import settings as s; print({expression})"
    )
    done = command(sys.executable, "-c", program, SECRET_KEY="k" * 32, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


SAFETY = (
    "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0,"
    " s.SECURE_SSL_REDIRECT, hasattr(s._wrapped, 'SECURE_PROXY_SSL_HEADER')"
    " and s.SECURE_PROXY_SSL_HEADER is not None"
)


def test_safety_of_transport_follows_the_address_of_the_site():
    plain = settings_of(SAFETY)
    assert plain == "False False False False False"
    safe = settings_of(SAFETY, SITE_URL="https://support.example.com", TRUSTED_PROXIES="1")
    assert safe == "True True True True True"


def test_without_a_trusted_proxy_its_headers_are_not_believed():
    found = settings_of(SAFETY, SITE_URL="https://support.example.com")
    assert found == "True True True False False"


def test_the_host_of_the_site_is_allowed():
    hosts = settings_of("s.ALLOWED_HOSTS", SITE_URL="https://support.example.com:8443")
    assert "support.example.com" in hosts
    assert "127.0.0.1" in hosts


def test_the_database_driver_is_the_measured_one(db):
    assert connection.Database.__name__ == "psycopg2"
