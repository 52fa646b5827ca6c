"""Every setting is described, with the default that it has."""

import re
from pathlib import Path

import pytest

from config import env

ROWS = dict(
    re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", Path("docs/settings.md").read_text(), re.M)
)


@pytest.mark.parametrize("name", sorted(env.DECLARED))
def test_a_setting_is_described(name):
    assert re.search(rf"^\| `{name}` \|", Path("docs/settings.md").read_text(), re.M)


@pytest.mark.parametrize("name", sorted(name for name in ROWS if name in env.DECLARED))
def test_a_described_default_is_the_real_one(name):
    default = env.DECLARED[name].default
    if default is None or name == "DATA_DIR":
        pytest.skip("its default depends on other settings")
    words = str(default).lower() if isinstance(default, bool) else str(default)
    assert ROWS[name] == words


def test_nothing_reads_the_environment_past_the_declared_settings():
    # The recipes are what other people's servers would read, in words.
    outside = [
        str(path)
        for room in ("config", "ground", "inbox", "messenger", "people", "routing")
        for path in Path(room).rglob("*.py")
        if path.name != "recipes.py"
        and re.search(r"os\.environ\b(?!\.setdefault|,|\})|getenv", path.read_text())
    ]
    assert sorted(outside) == ["config/env.py", "config/up/postgres.py"]


def test_addresses_follow_each_other(monkeypatch):
    for name in ("PORT", "LIVE_PORT", "LIVE_URL", "SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert (env.site_url(), env.live_url()) == ("http://127.0.0.1:8000", "ws://127.0.0.1:8001")
    monkeypatch.setenv("PORT", "9000")
    assert (env.site_url(), env.live_url()) == ("http://127.0.0.1:9000", "ws://127.0.0.1:9001")
    monkeypatch.setenv("SITE_URL", "https://support.example.com/")
    assert env.site_url() == "https://support.example.com"
    assert env.live_url() == "wss://support.example.com"
    monkeypatch.setenv("LIVE_URL", "wss://live.example.com")
    assert env.live_url() == "wss://live.example.com"


def test_a_client_is_believed_only_as_far_as_proxies_are_trusted():
    from config.proxies import client_address

    forged = "6.6.6.6, 203.0.113.9, 10.0.0.2"
    assert client_address("10.0.0.1", forged, 0) == "10.0.0.1"
    assert client_address("10.0.0.1", forged, 1) == "10.0.0.2"
    assert client_address("10.0.0.1", forged, 2) == "203.0.113.9"
    assert client_address("10.0.0.1", "", 2) == "10.0.0.1"
