"""bin/up, run for real: one story, told in order by one product."""

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from tests.up.product import Product, command, free_ports

pytestmark = pytest.mark.product

PARTS = {
    "pages": ("granian",),
    "live": ("uvicorn",),
    "worker": ("celery", "worker"),
    "beat": ("celery", "beat"),
    "postgres": ("postgres", "-D"),
    "redis": ("valkey-server",),
}


@pytest.fixture(autouse=True)
def fresh_limits():
    """The product has a Redis of its own."""


@pytest.fixture(scope="module")
def product():
    it = Product()
    it.start()
    yield it
    it.end()


def test_the_ready_line_comes_when_everything_answers(product):
    lines = product.said().splitlines()
    ready = f"Counterfoil is ready at http://127.0.0.1:{product.port}/"
    assert sum(line.startswith(ready) for line in lines) == 1
    assert product.is_whole()
    assert product.ask("/healthz")[0] == 200


def test_the_log_ins_are_printed_and_kept_for_scripts(product):
    path = product.data_dir / "demo.json"
    demo = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo["url"].rstrip("/") == f"http://127.0.0.1:{product.port}"
    for login in demo["logins"].values():
        assert f"log in as {login['email']} with {login['password']}" in product.said()
    assert f"http://localhost:{product.port}/demo/" in product.said()


def test_the_signing_key_is_made_once_and_private(product):
    path = product.data_dir / "secret_key"
    assert len(path.read_text()) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_but_the_two_ports_listens(product):
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows += Path("/proc/net/tcp6").read_text().splitlines()[1:]
    listening = {row.split()[9]: row.split()[1] for row in rows if row.split()[3] == "0A"}.items()
    mine = {
        str(handle.readlink())
        for pid in product.processes()
        for handle in Path(f"/proc/{pid}/fd").iterdir()
        if handle.is_symlink()
    }
    ports = {int(at.split(":")[1], 16) for inode, at in listening if f"socket:[{inode}]" in mine}
    assert ports == {product.port, product.live_port}


def test_pages_live_worker_and_beat_share_one_process_group(product):
    groups = {
        os.getpgid(product.part(*words)[0])
        for name, words in PARTS.items()
        if name not in ("postgres", "redis")
    }
    assert groups == {os.getpgid(product.process.pid)}


def test_a_twin_on_the_same_data_is_refused_and_told_where_the_first_runs(product):
    port, live_port = free_ports()
    twin = command("./bin/up", DATA_DIR=product.data_dir, PORT=port, LIVE_PORT=live_port)
    assert twin.returncode != 0
    assert f"already runs on {product.data_dir}" in twin.stderr
    assert f"http://127.0.0.1:{product.port}/" in twin.stderr
    assert len(twin.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["PORT", "LIVE_PORT"])
def test_a_port_in_use_is_named_with_its_setting(product, tmp_path, name):
    settings = dict(zip(("PORT", "LIVE_PORT"), free_ports(), strict=True))
    settings[name] = product.port
    other = command("./bin/up", DATA_DIR=tmp_path, **settings)
    assert other.returncode != 0
    assert f"port {product.port} is in use" in other.stderr
    assert f"set {name} to a free one" in other.stderr
    assert len(other.stderr.splitlines()) == 1


def test_doctor_finds_nothing_wrong(product):
    done = command(sys.executable, "manage.py", "doctor", **product.settings)
    assert done.returncode == 0, done.stdout + done.stderr
    for check in ("socket as contact", "socket as teammate", "job through reactions"):
        assert f"ok       {check}" in done.stdout


def test_a_part_that_is_killed_is_started_again(product):
    product.psql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    before = {name: product.part(*words)[0] for name, words in PARTS.items()}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def are_new() -> bool:
        now = {name: product.part(*words) for name, words in PARTS.items()}
        return all(now[name] and before[name] not in now[name] for name in PARTS)

    product.until(are_new, 20)
    product.until(product.is_whole, 30)
    assert product.psql("SELECT count(*) FROM kept") == [(1000,)]
    assert "was ended by SIGKILL; starting it again" in product.said()


def test_a_worker_process_of_the_page_server_that_is_killed_comes_back(product):
    worker = product.part("granian")[-1]
    os.kill(worker, signal.SIGKILL)
    product.until(lambda: worker not in product.processes(), 5)
    product.until(product.is_whole, 20)


def test_after_kill_9_of_bin_up_nothing_goes_on_and_the_data_is_there_again(product):
    product.psql("CREATE TABLE kept_too AS SELECT 1 AS n")
    product.process.kill()
    product.process.wait()
    product.start()
    assert product.psql("SELECT n FROM kept_too") == [(1,)]
    groups = {os.getpgid(pid) for pid in product.part("granian") + product.part("celery")}
    assert groups == {product.process.pid}


def test_a_request_to_stop_ends_everything_within_ten_seconds(product):
    assert product.stop(signal.SIGTERM) < 10
    assert product.process.returncode == 0
    product.until(lambda: not product.processes(), 1)
