"""The cast: who plays in every test. Ask of each permission what cleo, emil and otto see."""

import functools
import time

import jwt
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from inbox.models import Line
from messenger.models import IdentitySecret, Installation
from people.actions import create_contact, create_teammate, upsert_company
from people.models import Role, Team
from people.models.teammate import Capability
from tests.pushing import PushService
from tests.visiting import SITE, Browser

# Files that take long though they start no product.
LONG = {"test_every_door.py", "test_tooling.py", "test_demo.py"}


def pytest_collection_modifyitems(items):
    """Long files first, so that no worker is left alone with one of them at the end; of these the
    one first that mostly waits, so that it does so beside one that has much to do."""

    def place(item):
        is_product = item.get_closest_marker("product") is not None
        return not is_product, "tests/faults/" not in item.nodeid, item.path.name not in LONG

    items.sort(key=place)


# One connection for thousands of tests.
redis_of = functools.cache(redis.Redis.from_url)


@pytest.fixture(autouse=True)
def fresh_limits():
    """What one test spent of a limit, or remembered, is not missed by the next."""
    cache.clear()
    redis_of(settings.REDIS_URL).flushdb()


@pytest.fixture(autouse=True)
def no_encoder(request, monkeypatch):
    """Tests that are about something else do not pay for understanding what their cast says."""
    if "encoder" not in request.fixturenames:
        monkeypatch.setattr("ground.meaning.understanding.encoder", lambda: None)


PASSWORD = "correct horse battery staple"


@pytest.fixture
def admin_role(db):
    return Role.objects.create(name="Admin", is_admin=True)


@pytest.fixture
def agent_role(db):
    return Role.objects.create(name="Agent", capabilities=list(Capability.values))


@pytest.fixture
def support(db):
    return Team.objects.create(name="Support")


@pytest.fixture
def billing(db):
    return Team.objects.create(name="Billing", is_private=True)


@pytest.fixture
def ada(admin_role):
    """An admin, in no team."""
    return create_teammate(
        by=None,
        email="ada@lumen.test",
        name="Ada Byron",
        password=PASSWORD,
        role=admin_role,
        is_staff=True,
    )


@pytest.fixture
def ben(agent_role, support):
    """An agent of Support."""
    return create_teammate(
        by=None,
        email="ben@lumen.test",
        name="Ben Okafor",
        password=PASSWORD,
        role=agent_role,
        teams=[support],
    )


@pytest.fixture
def cleo(agent_role, billing):
    """An agent of Billing, which is private."""
    return create_teammate(
        by=None,
        email="cleo@lumen.test",
        name="Cleo Marchand",
        password=PASSWORD,
        role=agent_role,
        teams=[billing],
    )


@pytest.fixture
def acme(db):
    return upsert_company(by=None, external_id="acme", name="Acme", plan="pro", monthly_spend=900)


@pytest.fixture
def globex(db):
    return upsert_company(by=None, external_id="globex", name="Globex", plan="free")


@pytest.fixture
def dora(acme):
    """A known user of Acme."""
    return create_contact(
        by=None,
        name="Dora Lindqvist",
        email="dora@acme.test",
        external_id="dora-1",
        role="user",
        company=acme,
    )


@pytest.fixture
def emil(globex):
    """A known user of Globex, who must never see what is Dora's."""
    return create_contact(
        by=None,
        name="Emil Novak",
        email="emil@globex.test",
        external_id="emil-1",
        role="user",
        company=globex,
    )


@pytest.fixture
def otto(db):
    """A contact of nobody's business: no company, no address."""
    return create_contact(by=None, name="Otto", role="lead")


@pytest.fixture
def line(db):
    return Line.objects.create(kind="messenger", name="Shop messenger")


@pytest.fixture
def installation(line):
    """A messenger on one site, with a secret to sign identities."""
    installation = Installation.objects.create(
        line=line, name="Lumen", allowed_origins=["https://shop.test"]
    )
    IdentitySecret.objects.create(installation=installation)
    return installation


@pytest.fixture
def browser_of():
    """browser_of(ada): a test client in which a teammate is logged in."""

    def logged_in(teammate):
        client = Client()
        client.force_login(teammate, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in


@pytest.fixture
def published(monkeypatch):
    """What went out live, as (topics, frame) pairs, instead of going to Redis."""
    frames = []
    monkeypatch.setattr(
        "ground.journal.live.publish_all",
        lambda shown: frames.extend((list(topics), dict(frame)) for topics, frame in shown),
    )
    return frames


@pytest.fixture
def browser(installation):
    """browser(): another visitor's browser, booted."""

    def opened(origin=SITE, **fields):
        visitor = Browser(installation, origin)
        visitor.boot(**fields)
        return visitor

    return opened


@pytest.fixture
def signed(installation):
    """signed(sub="dora-1"): an identity as the company's own server would sign it."""

    def sign(*, secret=None, algorithm="HS256", headers=None, **claims):
        given = {
            "sub": "dora-1",
            "aud": installation.public_id,
            "exp": int(time.time()) + 600,
            **claims,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        key = secret if secret is not None else installation.identity_secrets.get().value
        return jwt.encode(kept, key, algorithm=algorithm, headers=headers)

    return sign


@pytest.fixture
def push_service(settings):
    service = PushService()
    settings.OUTBOUND_ALLOWED_HOSTS = [service.host]
    yield service
    service.close()
