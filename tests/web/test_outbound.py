"""The one way out reaches the open internet and nothing of ours."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from ground.web import outbound
from ground.web.outbound import Forbidden, Unreachable, is_public, post

LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "localhost",
    "LOCALHOST",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]",
]
INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "0.1.2.3",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
    "nonsense",
    "",
]


class Listener:
    """A server that counts who comes and answers with what it is given."""

    def __init__(self, answer=b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", pause=0.0):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answer, self.pause = answer, pause
        self.calls, self.heard, self.sent = 0, b"", 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self.talk, args=[line], daemon=True).start()

    def talk(self, line):
        with line:
            line.settimeout(1)
            try:
                while not self.heard.endswith(b"words") and (more := line.recv(65536)):
                    self.heard += more
                if not self.pause:
                    line.sendall(self.answer)
                for byte in self.answer if self.pause else b"":
                    line.sendall(bytes([byte]))
                    self.sent += 1
                    time.sleep(self.pause)
            except OSError:
                pass


@contextmanager
def listening(**options):
    listener = Listener(**options)
    try:
        yield listener
    finally:
        listener.socket.close()


def call(url):
    return post(url, data=b"words", headers={"TTL": "60"})


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_spelling_of_this_machine_is_called(host):
    with listening() as listener:
        with pytest.raises((Forbidden, Unreachable)):
            call(f"https://{host}:{listener.port}/")
        time.sleep(0.02)
        assert listener.calls == 0


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_set_apart_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "100.128.0.1"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "100.64.0.1", "64:ff9b::7f00:1", "::ffff:7f00:1"])
def test_a_name_with_one_inner_address_among_public_ones_is_refused(monkeypatch, address):
    def answers(host, port, **options):
        return [(0, 0, 0, "", (found, port)) for found in ("8.8.8.8", address)]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", answers)
    monkeypatch.setattr(outbound.socket, "create_connection", lambda *a, **k: pytest.fail("called"))
    with pytest.raises(Forbidden, match="inside a network"):
        call("https://push.example/")


def test_a_name_that_changes_between_looking_and_calling_changes_nothing(monkeypatch):
    called, faces = [], iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])

    def rebound(host, port, **options):
        return [(0, 0, 0, "", (next(faces), port))]

    def connect(address, timeout):
        called.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(outbound.socket, "getaddrinfo", rebound)
    monkeypatch.setattr(outbound.socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        call("https://push.example/")
    assert called == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/",
        "ftp://push.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "//push.example/",
        "push.example",
        "https://",
        "https:///path",
        "https://user:word@push.example/",
        "https://push.example@127.0.0.1/",
        "https://push.example:99999/",
        "https://push.example:x/",
        "https://push.example\\@127.0.0.1/",
        "https://push.example/\r\nHost: inner",
        "https://push.example/ x",
        "https://pu\u0000sh.example/",
        "https://\u2488\u2488/",
        "https://[::1/",
        "",
    ],
)
def test_what_is_no_plain_https_address_is_refused(url, monkeypatch):
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: pytest.fail("asked"))
    with pytest.raises(Forbidden):
        call(url)


def test_a_host_that_the_operator_lists_may_be_private_and_plain(settings):
    with listening() as listener:
        settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{listener.port}"]
        answer = call(f"http://127.0.0.1:{listener.port}/send?x=1")
        assert answer.status == 201
        assert listener.heard.startswith(b"POST /send?x=1 HTTP/1.1\r\n")
        assert f"Host: 127.0.0.1:{listener.port}\r\n".encode() in listener.heard
        assert b"TTL: 60\r\n" in listener.heard and listener.heard.endswith(b"\r\n\r\nwords")
        with pytest.raises(Forbidden):
            call("http://127.0.0.1:1/")


def test_a_redirect_is_an_answer_and_not_followed(settings):
    with listening() as inner:
        moved = f"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{inner.port}/\r\n\r\n".encode()
        with listening(answer=moved) as outer:
            settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
            assert call(f"http://127.0.0.1:{outer.port}/").status == 307
        assert inner.calls == 0


def test_a_proxy_of_the_environment_is_not_used(settings, monkeypatch):
    with listening() as proxy, listening() as service:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
        assert call(f"http://127.0.0.1:{service.port}/").status == 201
        assert (proxy.calls, service.calls) == (0, 1)


def test_who_drips_is_cut_off_in_time(settings, monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.4)
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with listening(answer=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500, pause=0.05) as listener:
        started = time.monotonic()
        with pytest.raises(Unreachable):
            call(f"http://127.0.0.1:{listener.port}/")
        assert time.monotonic() - started < 2
        assert listener.sent > 2


def test_a_server_that_speaks_no_tls_is_unreachable_and_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.5)
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with listening(answer=b"") as listener, pytest.raises(Unreachable):
        call(f"https://127.0.0.1:{listener.port}/")


def test_an_endless_answer_is_read_no_further_than_the_limit(settings):
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (outbound.ANSWER_MAX * 4)
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with listening(answer=endless) as listener:
        answer = call(f"http://127.0.0.1:{listener.port}/")
    assert len(answer.body) == outbound.ANSWER_MAX


def test_a_header_that_would_be_two_is_no_request(settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with listening() as listener, pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{listener.port}/", data=b"", headers={"Topic": "a\r\nX: b"})


def test_a_name_that_nobody_answers_for_is_not_waited_for(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: is_over.wait(20))
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"push\.example could not be looked up in time"):
        call("https://push.example/")
    assert time.monotonic() - started < 2
    is_over.set()


def test_only_so_many_names_are_asked_for_at_once(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(outbound, "SECONDS", 0.2)
    monkeypatch.setattr(outbound, "_lookups", threading.BoundedSemaphore(1))
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: is_over.wait(20) and [])
    with pytest.raises(Unreachable, match="in time"):
        call("https://push.example/")
    with pytest.raises(Unreachable, match="too many names"):
        call("https://push.example/")
    is_over.set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            call("https://push.example/")
        except Unreachable as error:
            if "too many" not in str(error):
                return
    pytest.fail("the place was never given back")
