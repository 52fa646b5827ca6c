"""What bin/up does not start with: one sentence that names the cure, and a non-zero exit."""

import os
import subprocess
import sys

import pytest

from config.up import product as up
from config.up.supervisor import GaveUp
from tests.up.product import ROOT, command, free_ports


@pytest.fixture(autouse=True)
def fresh_limits():
    """No Redis is asked for anything here."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("LIVE_PORT", "8000"),
        ("LIVE_URL", "http://example.com"),
        ("SITE_URL", "support.example.com"),
        ("SITE_URL", "https://user@example.com"),
        ("FILES_URL", "https://files.example.com/path"),
        ("ALLOWED_HOSTS", "https://a"),
        ("TRUSTED_PROXIES", "-1"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgres://host:port/x"),
        ("REDIS_URL", "localhost:6379"),
        ("SECRET_KEY", "short"),
        ("DEBUG", "maybe"),
        ("MESSAGE_MAX_KB", "32kB"),
        ("VISITOR_MESSAGES_PER_MINUTE", "0"),
        ("PAGE_SIZE_MAX", "٣"),
    ],
)
def test_a_malformed_setting_is_named(tmp_path, name, value):
    done = command(sys.executable, "-m", "config.up", DATA_DIR=tmp_path, **{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_password_in_a_malformed_address_is_not_repeated(tmp_path):
    url = "postgres://ann:hunter2@db:port/x"
    done = command(sys.executable, "-m", "config.up", DATA_DIR=tmp_path, DATABASE_URL=url)
    assert "DATABASE_URL" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_setting_may_come_from_a_file_but_not_twice(tmp_path):
    file = tmp_path / "port"
    file.write_text("no number\n")
    once = command(sys.executable, "-m", "config.up", DATA_DIR=tmp_path, PORT_FILE=file)
    assert "PORT must be a whole number" in once.stderr
    twice = command(
        sys.executable, "-m", "config.up", DATA_DIR=tmp_path, PORT_FILE=file, PORT="8000"
    )
    assert "PORT and PORT_FILE are both set" in twice.stderr
    gone = command(sys.executable, "-m", "config.up", DATA_DIR=tmp_path, PORT_FILE="/none")
    assert "PORT_FILE cannot be read" in gone.stderr


def test_manage_names_a_malformed_setting_too():
    done = command(sys.executable, "manage.py", "check", DEBUG="maybe")
    assert done.returncode != 0
    assert "DEBUG must be true or false" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "data"
    file.write_text("")
    done = command(sys.executable, "-m", "config.up", DATA_DIR=file)
    assert done.returncode != 0
    assert "DATA_DIR" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_data_folder_that_cannot_be_written_to_is_refused():
    done = command(sys.executable, "-m", "config.up", DATA_DIR="/proc/self/counterfoil")
    assert done.returncode != 0
    assert "DATA_DIR" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    usage = up.shutil.disk_usage(tmp_path)._replace(free=50_000_000)
    monkeypatch.setattr(up.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(GaveUp, match="has 50 MB left, and 200 MB are needed"):
        up._check_folder(tmp_path)


def test_a_host_that_is_not_this_machine_is_refused(tmp_path):
    port, live_port = free_ports()
    done = command(
        sys.executable, "-m", "config.up",
        DATA_DIR=tmp_path, HOST="192.0.2.1", PORT=port, LIVE_PORT=live_port,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"PORT {port} on HOST 192.0.2.1 cannot be used" in done.stderr


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path):
    port, live_port = free_ports()
    done = command(
        sys.executable, "-m", "config.up",
        DATA_DIR=tmp_path, PORT=port, LIVE_PORT=live_port,
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
    )  # fmt: skip
    assert done.returncode != 0
    assert "the database that DATABASE_URL names is away" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unsupported_python_is_told_which_one_is_needed(tmp_path):
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        fake = tmp_path / name
        fake.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n'
        )
        fake.chmod(0o755)
    done = subprocess.run(
        [ROOT / "bin" / "up"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "VENV": str(tmp_path / "venv")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed, but this machine has Python 3.9.2" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_data_of_another_postgres_is_refused_with_what_to_do(tmp_path):
    from config.up.postgres import Postgres

    server = Postgres(tmp_path)
    server.cluster.mkdir()
    (server.cluster / "PG_VERSION").write_text("12\n")
    with pytest.raises(GaveUp, match=r"written by PostgreSQL 12.*POSTGRES_BIN"):
        server.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must give up its rights")
def test_root_without_namespaces_needs_a_folder_that_others_can_enter(tmp_path, monkeypatch):
    from config.up import postgres

    monkeypatch.setattr(postgres, "_namespaces_work", lambda: False)
    tmp_path.chmod(0o700)
    server = postgres.Postgres(tmp_path / "data", is_scratch=True)
    with pytest.raises(GaveUp, match="set DATA_DIR to a folder that everybody may pass"):
        server.prepare()
