"""Every address and every socket action, as everybody: a new one without a rule fails.

The conversation that stands for all of them is dora's and lies with Billing, a private team. So
otto is another contact, ben a teammate of another team, cleo one of that team, ada an admin.
"""

import json
import re
import uuid
from copy import deepcopy
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from ground.journal.models import Entry
from inbox.actions import assign, attach, note, reply, send_later
from inbox.actions.asking import ask
from inbox.actions.side_people import Whom
from inbox.consumers import InboxConsumer
from inbox.models import Batch, Conversation, Macro, Message, ReadMarker, SavedView
from knowledge.actions import publish, save_article, save_block, save_collection, write
from knowledge.models import Article, Block, Collection
from messenger.consumers import MessengerConsumer
from messenger.models import IdentitySecret
from people.actions import create_token, note_of_contact
from people.models import Segment
from people.models.token import Scope
from tests.live import Socket, play, session_cookie

ROLES = ("anonymous", "otto", "dora", "ben", "cleo", "ada")
METHODS = ("get", "post", "put", "patch", "delete")
IN, OUT, HIDDEN = "in", "out", "hidden"

EVERYBODY = (IN,) * 6
STAFF = (OUT, OUT, OUT, IN, IN, IN)
ADMINS = (OUT, OUT, OUT, OUT, OUT, IN)
STAFF_WHO_SEE_IT = (OUT, OUT, OUT, HIDDEN, IN, IN)
VISITORS = (OUT, IN, IN, OUT, OUT, OUT)
ITS_CONTACT = (OUT, HIDDEN, IN, OUT, OUT, OUT)

DOORS = {
    "": STAFF,
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "favicon.ico": EVERYBODY,
    "login/": EVERYBODY,
    "logout/": EVERYBODY,
    "files/<str:signed>/": (HIDDEN,) * 6,
    "files/public/<str:signed>/": (HIDDEN,) * 6,
    "demo/": (HIDDEN,) * 6,
    "demo/<slug:page>/": (HIDDEN,) * 6,
    "help/": EVERYBODY,
    "help/sitemap.xml": EVERYBODY,
    "help/<slug:locale>/": EVERYBODY,
    "help/<slug:locale>/search/": EVERYBODY,
    "help/<slug:locale>/c/<str:slug>/": EVERYBODY,
    "help/<slug:locale>/a/<str:slug>/": EVERYBODY,
    "help/<slug:locale>/a/<str:slug>/feedback/": EVERYBODY,
    "inbox/": STAFF,
    "inbox/uploads/": STAFF,
    "inbox/availability/": STAFF,
    "inbox/avatar/": STAFF,
    "inbox/quiet/": STAFF,
    "inbox/zone/": STAFF,
    "inbox/notifications/": STAFF,
    "inbox/notifications/settings/": STAFF,
    "inbox/notifications/devices/": STAFF,
    "inbox/notifications/test/": STAFF,
    "inbox/preview/": STAFF,
    "inbox/sw.js": EVERYBODY,
    "inbox/first-steps/": (OUT, OUT, OUT, HIDDEN, HIDDEN, IN),
    "inbox/views/": STAFF,
    "inbox/views/arrangement/": STAFF,
    "inbox/views/<pid:saved>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/filter/": STAFF,
    "inbox/macros/": STAFF,
    "inbox/macros/<pid:macro>/": STAFF_WHO_SEE_IT,
    "inbox/keys/": STAFF,
    "inbox/holding/": STAFF,
    "inbox/drafts/": STAFF,
    "inbox/teams/now/": STAFF,
    "inbox/palette/": STAFF,
    "inbox/search/": STAFF,
    "inbox/companies/": STAFF,
    "inbox/files/<pid:attachment>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/": STAFF,
    "inbox/<slug:view>/many/": STAFF,
    "inbox/<slug:view>/export/": STAFF,
    "inbox/density/": STAFF,
    "inbox/manifest.json": EVERYBODY,
    "inbox/<slug:view>/many/all/": STAFF,
    "inbox/batches/<pid:batch>/": (OUT, OUT, OUT, HIDDEN, IN, HIDDEN),
    "inbox/<slug:view>/<pid:conversation>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/messages/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/notes/<pid:message>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/drafts/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/later/<pid:later>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/macros/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/mentions/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/sides/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/sides/<pid:side>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/read/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/record/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/record/tags/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/record/notes/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/merges/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/events/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/others/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/merge/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/split/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/parts/<pid:part>/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/following/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/transcript/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/unread/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/due/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/assignment/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/block/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/status/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/priority/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/tags/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/undo/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/then/": STAFF_WHO_SEE_IT,
    "inbox/<slug:view>/<pid:conversation>/why/": STAFF_WHO_SEE_IT,
    "m/loader.js": EVERYBODY,
    "m/frame/": EVERYBODY,
    "m/page/<pid:app>/notify/": EVERYBODY,
    "m/sw.js": EVERYBODY,
    "m/stop/<str:signed>/": (HIDDEN,) * 6,
    "m/page/<pid:app>/": EVERYBODY,
    "m/api/boot": EVERYBODY,
    "m/api/session": VISITORS,
    "m/api/conversations": VISITORS,
    "m/api/conversations/<pid:public_id>/messages": ITS_CONTACT,
    "m/api/conversations/<pid:public_id>/read": ITS_CONTACT,
    "m/api/conversations/<pid:public_id>/typing": ITS_CONTACT,
    "m/api/conversations/<pid:public_id>/rating": ITS_CONTACT,
    "m/api/uploads": VISITORS,
    "m/api/push": VISITORS,
    "m/api/email": VISITORS,
    "m/api/events": VISITORS,
    "api/schema/": EVERYBODY,
    "api/docs/": EVERYBODY,
    "api/v1/contacts": STAFF,
    "api/v1/contacts/<pid:id>": STAFF,
    "api/v1/contacts/<pid:id>/block": STAFF,
    "api/v1/contacts/<pid:id>/tags": STAFF,
    "api/v1/contacts/<pid:id>/notes": STAFF,
    "api/v1/contacts/<pid:id>/notes/<pid:note>": STAFF,
    "api/v1/contacts/<pid:id>/merges": STAFF,
    "api/v1/contacts/<pid:id>/merges/<pid:merged>": (OUT, OUT, OUT, HIDDEN, HIDDEN, HIDDEN),
    "api/v1/companies": STAFF,
    "api/v1/companies/<pid:id>": STAFF,
    "api/v1/events": STAFF,
    "api/v1/teammates": STAFF,
    "api/v1/teammates/<pid:id>": STAFF,
    "api/v1/teams": STAFF,
    "api/v1/teams/<pid:id>": STAFF_WHO_SEE_IT,
    "api/v1/conversations": STAFF,
    "api/v1/conversations/<pid:id>": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/messages": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/followers": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/messages/<pid:message>": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/transcript": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/read": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/later-messages": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/later-messages/<pid:later>": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/later-messages/<pid:later>/release": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/later-messages/<pid:later>/return": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations/<pid:side>": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations/<pid:side>/messages": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations/<pid:side>/participants": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations/<pid:side>/closure": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/side-conversations/<pid:side>/read": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/closure": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/snooze": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/spam": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/merge": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/splits": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/split": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/assignment": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/priority": STAFF_WHO_SEE_IT,
    "api/v1/conversations/<pid:id>/tags": STAFF_WHO_SEE_IT,
    "api/v1/batches": STAFF,
    "api/v1/batches/<pid:id>": (OUT, OUT, OUT, HIDDEN, IN, HIDDEN),
    "api/v1/tags": STAFF,
    "api/v1/assignment-rules": ADMINS,
    "api/v1/assignment-rule-order": ADMINS,
    "api/v1/assignment-rule-trials": ADMINS,
    "api/v1/assignment-rules/<pid:id>": (OUT, OUT, OUT, OUT, OUT, HIDDEN),
    "api/v1/service-levels": ADMINS,
    "api/v1/service-level-order": ADMINS,
    "api/v1/service-levels/<pid:id>": (OUT, OUT, OUT, OUT, OUT, HIDDEN),
    "api/v1/team-sharing": ADMINS,
    "api/v1/teams/<pid:id>/sharing": ADMINS,
    "api/v1/workloads": ADMINS,
    "api/v1/teammates/<pid:id>/workload": ADMINS,
    "api/v1/office-hours": ADMINS,
    "api/v1/office-hours/<pid:id>": (OUT, OUT, OUT, OUT, OUT, HIDDEN),
    "api/v1/routing-settings": ADMINS,
    "api/v1/conversations/<pid:id>/decisions": STAFF_WHO_SEE_IT,
    "api/v1/articles": ADMINS,
    "api/v1/articles/<pid:id>": ADMINS,
    "api/v1/articles/<pid:id>/translations/<slug:locale>": ADMINS,
    "api/v1/articles/<pid:id>/translations/<slug:locale>/publication": ADMINS,
    "api/v1/collections": ADMINS,
    "api/v1/collections/<pid:id>": ADMINS,
    "api/v1/blocks": ADMINS,
    "api/v1/blocks/<pid:id>": ADMINS,
    "api/v1/segments": STAFF,
    "api/v1/segments/<pid:id>": STAFF,
    "api/v1/notifications": STAFF,
    "api/v1/notification-tests": STAFF,
    "api/v1/notifications/<pid:id>": (OUT, OUT, OUT, HIDDEN, HIDDEN, HIDDEN),
    "api/v1/views": STAFF,
    "api/v1/views/<pid:id>": STAFF_WHO_SEE_IT,
    "api/v1/macros": STAFF,
    "api/v1/search": STAFF,
    "api/v1/exports": STAFF,
    "api/v1/uploads": STAFF,
}

# What our own models' admin has beside Django's lists and forms: the methods it answers.
ADMIN_DOORS = {
    "messenger/installation/preview/": {"post"},
    "messenger/installation/preview/frame/": {"get"},
    "messenger/installation/<int:pk>/secrets/": {"post"},
    "messenger/installation/<int:pk>/secrets/<int:secret>/retirement/": {"post"},
    "messenger/notice/test-mail/": {"post"},
    "routing/beginning/rows/<str:key>/": {"get"},
    "routing/sharing/now/": {"get"},
}
STANDARD = {"changelist", "add", "history", "delete", "change"}


def routes(resolver=None, prefix=""):
    """Every route of the house but the admin's, which has a test of its own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if route == "admin/":
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def test_every_address_has_a_rule():
    assert set(routes()) == set(DOORS)


@pytest.fixture
def scene(
    installation, line, ada, ben, cleo, dora, otto, billing, browser, signed, settings, tmp_path
):
    """A private conversation, its file, and everybody with what they carry."""
    settings.MEDIA_ROOT = tmp_path
    settings.DATA_DIR = tmp_path
    visitors = {
        "otto": browser(),
        "dora": browser(identity=signed(sub="dora-1")),
    }
    visitors["otto"].start("Otto's own")
    name = visitors["dora"].start("Dora's secret").json()["conversation"]["id"]
    conversation = Conversation.objects.get(public_id=name)
    conversation = assign(conversation, by=ada, team=billing)
    file = attach(SimpleUploadedFile("invoice.txt", b"secret file"), by=cleo)
    reply(
        conversation,
        by=cleo,
        body="Here is the secret invoice",
        client_id=uuid.uuid4(),
        attachments=[file.public_id],
    )
    mates = {"ben": ben, "cleo": cleo, "ada": ada}
    return Scene(conversation, file, visitors, mates)


def content_for(route):
    """A body that would do something: who is refused must be refused for who they are."""
    last = route.rstrip("/").rsplit("/", 1)[-1]
    return {
        "messages": {"client_id": str(uuid.uuid4()), "body": "Hi"}
        | ({"kind": "reply"} if route.startswith("api/") else {}),
        "read": {"seq": 1},
        "snooze": {"until": "2099-01-01T00:00:00Z"},
        "assignment": {"assignee": None},
        "priority": {"priority": "high"},
        "tags": {"tags": []} if "/<pid:id>/" in route else {"name": "fresh"},
        "rating": {"score": 4},
        "splits": {"client_id": str(uuid.uuid4()), "first_seq": 1},
        "later-messages": {
            "client_id": str(uuid.uuid4()),
            "body": "Soon",
            "due_at": (timezone.now() + timedelta(days=9)).isoformat(),
        },
    }.get(last, {})


class Scene:
    def __init__(self, conversation, file, visitors, mates):
        self.conversation, self.file = conversation, file
        self.later = send_later(
            conversation,
            by=mates["cleo"],
            body="A secret reminder",
            client_id=uuid.uuid4(),
            due_at=timezone.now() + timedelta(days=1),
        )
        self.side = ask(
            conversation,
            by=mates["cleo"],
            whom=Whom((mates["ada"],)),
            body="A secret question",
            client_id=uuid.uuid4(),
        ).side
        self.note = note_of_contact(conversation.contact, by=mates["cleo"], body="Likes blue")
        self.macro = Macro.objects.create(name="Secret words", team=conversation.team)
        self.part = Conversation.objects.create(
            contact=conversation.contact,
            team=conversation.team,
            status="merged",
            merged_into=conversation,
        )
        shelf = {"en": {"title": "Open to all"}}
        shelf = save_collection(Collection(), by=mates["ada"], texts=shelf)
        self.article = save_article(Article(), by=mates["ada"], collection=shelf)
        write(self.article, by=mates["ada"], locale="en", title="Open to all", body="Read.")
        publish(self.article, by=mates["ada"], locale="en")
        texts = {"en": "Nine to five."}
        self.block = save_block(Block(), by=mates["ada"], name="Hours", texts=texts)
        self.batch = Batch.objects.create(teammate=mates["cleo"], view="all", part="status")
        self.visitors, self.mates = visitors, mates
        self.tokens = {
            key: create_token(by=None, teammate=mate, name="door", scopes=list(Scope.values))[1]
            for key, mate in mates.items()
        }
        self.clients = {role: Client(raise_request_exception=False) for role in ROLES}
        for key, mate in mates.items():
            self.clients[key].force_login(mate, "django.contrib.auth.backends.ModelBackend")
        self.internal_note()

    def view(self):
        """A saved view of Billing's; another one when somebody has deleted it."""
        found, _ = SavedView.objects.get_or_create(
            name="Secret list",
            owner=self.mates["cleo"],
            team=self.conversation.team,
            condition={"fact": "contact.name", "op": "is", "value": "Secret"},
        )
        return found.public_id

    def internal_note(self):
        """A note of cleo's; another one when somebody has deleted it."""
        by = self.mates["cleo"]
        found = self.conversation.messages.filter(kind="note", teammate=by).first()
        if found is None:
            found = note(self.conversation, by=by, body="Mind", client_id=uuid.uuid4()).message
        return found.public_id

    def segment(self):
        """A segment; another one when somebody has deleted it."""
        condition = {"fact": "contact.role", "op": "is", "value": "user"}
        return Segment.objects.get_or_create(name="Users", condition=condition)[0].public_id

    def address(self, route):
        """The route filled in, made of no more than it asks for."""
        own = {
            "contacts": lambda: self.conversation.contact.public_id,
            "companies": lambda: self.conversation.contact.company.public_id,
            "teammates": lambda: self.mates["cleo"].public_id,
            "teams": lambda: self.conversation.team.public_id,
            "views": self.view,
            "batches": lambda: self.batch.public_id,
            "segments": self.segment,
            "articles": lambda: self.article.public_id,
            "collections": lambda: self.article.collection.public_id,
            "blocks": lambda: self.block.public_id,
        }
        noun = route.split("/")[2] if route.startswith("api/v1/") else ""
        parts = {
            "<pid:id>": own.get(noun, lambda: self.conversation.public_id),
            "<slug:view>": lambda: "all",
            "<slug:locale>": lambda: "en",
            "<str:slug>": lambda: "open-to-all",
            "<slug:page>": lambda: "care",
            "<pid:app>": lambda: self.visitors["otto"].installation.public_id,
            "<pid:conversation>": lambda: self.conversation.public_id,
            "<pid:public_id>": lambda: self.conversation.public_id,
            "<pid:attachment>": lambda: self.file.public_id,
            "<pid:macro>": lambda: self.macro.public_id,
            "<pid:saved>": self.view,
            "<pid:batch>": lambda: self.batch.public_id,
            "<pid:part>": lambda: self.part.public_id,
            "<pid:later>": lambda: self.later.public_id,
            "<pid:merged>": lambda: "ct_nobody",
            "<pid:side>": lambda: self.side.public_id,
            "<pid:message>": self.internal_note,
            "<pid:note>": lambda: self.note.public_id,
            "<str:signed>": lambda: "forged:signature",
        }
        return "/" + re.sub(r"<[^>]*>", lambda part: parts[part[0]](), route)

    def knock(self, role, method, route):
        """One request with all that the role carries; the body is an empty one."""
        headers = {}
        if role in self.visitors:
            headers["authorization"] = f"Bearer {self.visitors[role].token}"
        if role in self.mates and route.startswith("api/v1/"):
            headers["authorization"] = f"Bearer {self.tokens[role]}"
        address = self.address(route)
        if route == "m/frame/":
            address += f"?app={next(iter(self.visitors.values())).installation.public_id}"
        content = json.dumps(content_for(route))
        body = {} if method == "get" else {"data": content, "content_type": "application/json"}
        return getattr(self.clients[role], method)(address, headers=headers, **body)


def outcome(response):
    if response.status_code in {401, 403}:
        return OUT
    if response.status_code == 302 and "/login/?next=" in response.headers["Location"]:
        return OUT
    if response.status_code == 404:
        return HIDDEN
    return IN


def state():
    """What must not move when somebody only looks, or is refused; asked thousands of times."""
    tables = [model._meta.db_table for model in (Message, Entry, ReadMarker)]
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts}, (SELECT array_agg(one::text ORDER BY id)"
            f" FROM {Conversation._meta.db_table} AS one)"
        )
        return cursor.fetchone()


@pytest.mark.parametrize("house", sorted({route.partition("/")[0] for route in DOORS}))
def test_every_door_opens_for_whom_it_should(scene, house):
    carried = {role: deepcopy(client.cookies) for role, client in scene.clients.items()}
    for route in DOORS:
        if route.partition("/")[0] != house:
            continue
        # The scene is set once for all doors of a house: what was done at one is taken back.
        with transaction.atomic():
            for role, rule in zip(ROLES, DOORS[route], strict=True):
                knock_in_every_way(scene, route, role, rule)
            transaction.set_rollback(True)
        cache.clear()
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        for role, cookies in carried.items():
            scene.clients[role].cookies = deepcopy(cookies)


def knock_in_every_way(scene, route, role, rule):
    is_answered = False
    before = state()
    for method in METHODS:
        response = scene.knock(role, method, route)
        what = (route, role, method, response.status_code, response.content[:300])
        assert response.status_code < 500 or route == "readyz", what
        if response.status_code == 405:
            continue
        is_answered = True
        if route == "":
            continue  # it only points the way to the inbox, whose door is another one
        found = outcome(response)
        assert found == rule, what
        after = state()
        if found != IN:
            assert b"secret" not in response.content.lower(), what
            assert after == before, f"{what} was refused and changed something"
        if method == "get":
            assert after == before, f"{what}: to look changes nothing"
        before = after
    assert is_answered, f"no method is answered for {role}"


def test_no_token_opens_another_house(scene):
    """A visitor's token is no API token, and neither is a session."""
    visitor, token = scene.visitors["dora"].token, scene.tokens["ada"]
    own = Client()
    for address, bearer in (
        ("/api/v1/contacts", visitor),
        ("/m/api/conversations", token),
        ("/inbox/all/", token),
        ("/inbox/all/", visitor),
    ):
        response = own.get(address, headers={"authorization": f"Bearer {bearer}"})
        assert outcome(response) == OUT, address
    session = scene.clients["ada"]
    for address in ("/api/v1/contacts", "/m/api/conversations"):
        assert session.get(address).status_code == 401, address


def test_the_admin_is_for_admins(scene):
    for role, client in scene.clients.items():
        for model in admin.site._registry:
            for page in ("", "add/"):
                address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"
                response = client.get(address)
                what = (role, address, response.status_code)
                if role == "ada":
                    assert response.status_code in {200, 403}, what
                    assert page or response.status_code == 200, what
                else:
                    assert response.status_code in {302, 403}, what


def admin_routes():
    """The addresses of the admin beside Django's own; those without a name only redirect."""
    for model, shown in admin.site._registry.items():
        folder = f"{model._meta.app_label}/{model._meta.model_name}/"
        for pattern in shown.get_urls():
            if pattern.name and pattern.name.rpartition("_")[2] not in STANDARD:
                yield folder + str(pattern.pattern)


def test_every_address_of_the_admin_has_a_rule():
    assert set(admin_routes()) == set(ADMIN_DOORS)


@pytest.mark.parametrize("route", ADMIN_DOORS)
def test_every_address_of_the_admin_is_for_admins(scene, route):
    ben = scene.mates["ben"]
    ben.is_staff = True
    ben.save()
    installation = scene.visitors["otto"].installation
    secret = IdentitySecret.objects.create(installation=installation)
    address = route.replace("<int:pk>", str(installation.pk)).replace("<str:key>", "way.rule")
    address = "/admin/" + address.replace("<int:secret>", str(secret.pk))
    for role, client in scene.clients.items():
        for method in METHODS:
            before = state()
            response = getattr(client, method)(address)
            what = (role, method, response.status_code)
            if role == "ada" and method in ADMIN_DOORS[route]:
                assert outcome_of_admin(response) == IN and response.status_code < 400, what
                continue
            is_no_method = response.status_code == 405 and method not in ADMIN_DOORS[route]
            assert is_no_method or outcome_of_admin(response) == OUT, what
            assert state() == before, what


def outcome_of_admin(response):
    is_sent_away = "/login/" in response.headers.get("Location", "")
    return OUT if is_sent_away or response.status_code == 403 else IN


# ---- sockets ------------------------------------------------------------------------------------

SOCKET_ACTIONS = {
    InboxConsumer: {"watch", "typing", "read"},
    MessengerConsumer: {"typing", "read"},
}


@pytest.mark.parametrize("consumer", SOCKET_ACTIONS, ids=lambda consumer: consumer.__name__)
def test_every_socket_action_has_a_rule(consumer):
    found = {name.removeprefix("on_") for name in dir(consumer) if name.startswith("on_")}
    assert found == SOCKET_ACTIONS[consumer]


@pytest.mark.parametrize("role", ROLES)
def test_every_socket_action_of_the_inbox(scene, role, published):
    name = scene.conversation.public_id
    cookie = session_cookie(scene.clients[role]) if role in scene.mates else ""
    rule = STAFF_WHO_SEE_IT[ROLES.index(role)]

    async def talk():
        socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
        await socket.open()
        watch = {"view": "all", "conversation": {name: 0}}
        await socket.say({"type": "hello", "watch": watch})
        if rule == OUT:
            return await socket.closed_with()
        heard = [await socket.hear("ready")]
        await socket.say({"type": "watch", "watch": watch})
        heard.append(await socket.hear("ready"))
        await socket.say({"type": "typing", "conversation": name})
        await socket.say({"type": "read", "conversation": name, "seq": 2})
        await socket.hears_nothing()
        await socket.close()
        return heard

    result = play(talk)
    if rule == OUT:
        assert result == 4401
    scene.conversation.refresh_from_db()
    ready = {} if rule == HIDDEN else {name: scene.conversation.last_seq}
    if rule != OUT:
        assert [frame["conversation"] for frame in result] == [ready, ready]
    assert ReadMarker.objects.exists() == (rule == IN)
    assert any(frame["type"] == "typing" for _, frame in published) == (rule == IN)


@pytest.mark.parametrize("role", ROLES)
def test_every_socket_action_of_the_messenger(scene, role, published):
    name = scene.conversation.public_id
    token = scene.tokens.get(role, "")
    if role in scene.visitors:
        token = scene.visitors[role].token
    rule = ITS_CONTACT[ROLES.index(role)]

    async def talk():
        socket = Socket("/ws/messenger/", origin="https://shop.test")
        await socket.open()
        await socket.say({"type": "hello", "token": token, "after": {name: 0}})
        if rule == OUT:
            return await socket.closed_with()
        heard = [await socket.hear()]
        await socket.say({"type": "typing", "conversation": name})
        await socket.say({"type": "read", "conversation": name, "seq": 2})
        await socket.hears_nothing()
        while not socket.outbound.empty():
            heard.append(await socket.hear())
        await socket.close()
        return heard

    result = play(talk)
    if rule == OUT:
        assert result == 4401
        return
    assert (name in result[0]["conversations"]) == (rule == IN)
    assert ("secret" in json.dumps(result)) == (rule == IN)
    typed = [frame for _, frame in published if frame["type"] == "typing"]
    assert bool(typed) == (rule == IN)
    scene.conversation.refresh_from_db()
    assert scene.conversation.contact_read_seq == (2 if rule == IN else 1)
