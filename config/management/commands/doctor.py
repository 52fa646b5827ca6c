"""Walks the whole path that a message takes, and says where it ends."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from config import pulse, tasks
from ground.web import mail, push
from messenger import trials
from messenger.models import Installation
from people.models import Teammate

PATIENCE = 10
BACKEND = "django.contrib.auth.backends.ModelBackend"


class Ill(Exception):
    """A check failed. Holds what is wrong and how to cure it."""

    def __init__(self, wrong: str, cure: str) -> None:
        super().__init__(wrong)
        self.cure = cure


class Skipped(Exception):
    """There is nothing yet that could be checked."""


class Command(BaseCommand):
    help = "Tests database, cache, pages, sockets and jobs, and says how to cure what fails."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--mail-to", metavar="ADDRESS", help="send a test mail, hop by hop")

    def handle(self, *args, **options):
        checks: dict[str, Callable[[], str]] = {
            "database": database,
            "cache": cache,
            "pages": pages,
            "socket as contact": socket_as_contact,
            "socket as teammate": socket_as_teammate,
        }
        checks["mail"] = lambda: outgoing_mail(options["mail_to"])
        checks["push"] = pushes
        for queue in settings.CELERY_TASK_QUEUES:
            checks[f"job through {queue}"] = lambda queue=queue: job(queue)
        failed = [name for name, check in checks.items() if not self._passes(name, check)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(checks)} checks failed.")
        self.stdout.write("Everything that can be checked works.")

    def _passes(self, name: str, check: Callable[[], str]) -> bool:
        try:
            self.stdout.write(f"ok       {name}: {check()}")
            return True
        except Skipped as reason:
            self.stdout.write(f"skipped  {name}: {reason}")
            return True
        except Ill as illness:
            wrong, cure = str(illness), illness.cure
        except DatabaseError as error:
            wrong, cure = f"{error}".strip().splitlines()[0], "cure the database first"
        self.stdout.write(self.style.ERROR(f"FAILED   {name}: {wrong}"))
        self.stdout.write(f"         cure: {cure}")
        return False


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            version = cursor.fetchone()[0]
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise Ill(
            f"{error}".strip().splitlines()[0],
            "start PostgreSQL (bin/up does when DATABASE_URL is unset) or correct DATABASE_URL",
        ) from None
    if missing:
        raise Ill(f"{len(missing)} migrations are missing", "run: python manage.py prepare")
    return f"PostgreSQL {version}, all migrations applied"


def cache() -> str:
    key, value = f"counterfoil:doctor:{uuid.uuid4().hex}", "1"
    try:
        pulse.client().set(key, value, ex=10)
        found = pulse.client().getdel(key)
    except (redis.RedisError, OSError) as error:
        raise Ill(
            f"{error}",
            "start Redis (bin/up does when REDIS_URL is unset) or correct REDIS_URL; until then"
            " sending works and screens poll",
        ) from None
    if found != value.encode():
        raise Ill(
            "a value did not come back",
            "give Redis memory, or set its maxmemory-policy to noeviction",
        )
    return "a value was written and read"


def pages() -> str:
    report = json.loads(_http("/readyz"))
    missing = [name for name, word in report.items() if word == "missing"]
    if missing:
        raise Ill(
            f"{', '.join(missing)} missing", "start what is missing; bin/up's logs say why it ended"
        )
    return f"{settings.SITE_URL} answers, all parts are there"


def socket_as_contact() -> str:
    installation = Installation.objects.filter(is_active=True).order_by("pk").first()
    if installation is None:
        raise Skipped("no messenger is installed yet")
    boot = {"app": installation.public_id, "page": {"url": settings.SITE_URL, "title": "doctor"}}
    token = json.loads(_http("/m/api/boot", boot))["token"]
    return _hello("/ws/messenger/", {"token": token, "after": {}}, {})


def socket_as_teammate() -> str:
    teammate = Teammate.objects.filter(is_active=True).order_by("pk").first()
    if teammate is None:
        raise Skipped("there is no teammate yet; run: python manage.py createsuperuser")
    with _session(teammate) as key:
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
        return _hello("/ws/inbox/", {"watch": {}}, cookie)


def job(queue: str) -> str:
    token = uuid.uuid4().hex
    started = time.monotonic()
    cure = "start a worker (bin/up does); if it runs, its log says what it is busy with"
    try:
        tasks.echo.apply_async([token], queue=queue, retry=False, expires=PATIENCE)
        while time.monotonic() - started < PATIENCE:
            if pulse.client().getdel(tasks.echo_key(token)):
                return f"done after {(time.monotonic() - started) * 1000:.0f} ms"
            time.sleep(0.02)
    except (redis.RedisError, OSError, tasks.echo.OperationalError) as error:
        raise Ill(f"the job could not be handed over ({error})", "cure the cache first") from None
    raise Ill(f"nobody did the job within {PATIENCE} s", cure)


def outgoing_mail(address: str | None = None) -> str:
    if settings.EMAIL_SERVER is None:
        raise Skipped("no mail is sent, because EMAIL_URL is not set")
    if settings.EMAIL_SERVER["scheme"] == "console":
        raise Skipped("mails are written to the log, because EMAIL_URL is console:")
    done = []
    try:
        if address is None:
            return f"{mail.check()} answers and lets us in; --mail-to ADDRESS sends a test"
        for hop, said in trials.mail_to(address):
            done.append(f"{hop} ({said})")
    except (mail.NotSent, mail.Refused, mail.Unknown) as error:
        so_far = f"{', '.join(done)}, then: " if done else ""
        raise Ill(f"{so_far}{error}", "check EMAIL_URL, EMAIL_FROM and the server's log") from None
    return ", ".join(done)


def pushes() -> str:
    offer = push.offer()
    if offer is None:
        raise Skipped("browsers notify only for https, and SITE_URL is http")
    return f"our key is {offer['public_key'][:12]}…, derived from SECRET_KEY"


def _http(path: str, body: dict | None = None) -> bytes:
    request = urllib.request.Request(
        settings.SITE_URL + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Origin": settings.SITE_URL},
    )
    cure = "start the pages process, and check SITE_URL, PORT and the proxy in front"
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        said = error.read(500).decode("utf-8", "replace")
        raise Ill(f"{request.full_url} answered {error.code}: {said}", cure) from None
    except OSError as error:
        raise Ill(f"{request.full_url} cannot be reached ({error})", cure) from None


def _hello(path: str, frame: dict, headers: dict[str, str]) -> str:
    url = settings.LIVE_URL + path
    cure = "start the live process, and check LIVE_URL, LIVE_PORT and that the proxy passes /ws/"
    started = time.monotonic()
    try:
        with connect(
            url, origin=settings.SITE_URL, additional_headers=headers, open_timeout=PATIENCE
        ) as line:
            line.send(json.dumps({"type": "hello", **frame}))
            answer = json.loads(line.recv(timeout=PATIENCE))
    except (OSError, WebSocketException, ValueError) as error:
        raise Ill(f"{url}: {error or type(error).__name__}", cure) from None
    if answer.get("type") != "ready":
        raise Ill(f"{url} answered {answer}", cure)
    return f"{url} was ready after {(time.monotonic() - started) * 1000:.0f} ms"


@contextmanager
def _session(teammate: Teammate) -> Iterator[str]:
    """A session of a teammate for the length of one check."""
    session = SessionStore()
    session[SESSION_KEY] = str(teammate.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = teammate.get_session_auth_hash()
    session.set_expiry(60)
    session.save()
    try:
        yield session.session_key
    finally:
        session.delete()
