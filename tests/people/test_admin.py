"""The admin: good enough to set the product up, closed to everybody else."""

import re
import uuid
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth import get_user
from django.urls import reverse
from django.utils import timezone

from ground.journal import decide
from ground.journal.models import Decision, Entry, Reaction
from inbox.actions import start
from people.actions import find_token, merge_contacts, track
from people.models import ApiToken, Attribute, Contact, ContactMerge, Role, Team, Teammate
from tests.forms import post_form

ROOMS = {"hours", "people", "inbox", "messenger", "journal"}
OURS = [model for model in admin.site._registry if model._meta.app_label in ROOMS]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def everything(ada, ben, cleo, dora, otto, installation, line):
    posted = start(dora, line=line, identity=None, body="Hello", client_id=uuid.uuid4())
    track(dora, "order.placed")
    entry = Entry.objects.first()
    Reaction.objects.create(entry=entry, name="people.tasks.note_heard")
    decide(
        "people.identify",
        version="1",
        subject=dora,
        facts={"a": 1},
        explanation={"clauses": [{"says": "the user id was known", "holds": True}]},
        result={"did": "merged"},
    )
    decide(
        "routing.rules",
        version="2",
        subject=posted.conversation,
        facts={},
        explanation={
            "value": True,
            "tree": {
                "all": [
                    {
                        "fact": "contact.role",
                        "op": "is",
                        "value": "user",
                        "read": "user",
                        "truth": True,
                    },
                    {
                        "not": {
                            "fact": "company.plan",
                            "op": "is",
                            "value": "<b>",
                            "skipped": True,
                        },
                        "skipped": True,
                    },
                ],
                "truth": True,
            },
        },
        result={"team": "Support"},
    )
    merge_contacts(dora, otto, by=None)
    Attribute.objects.create(subject="contact", key="size", label="Size")
    return posted


def test_every_page_opens_for_an_admin(everything, ada, browser_of):
    client = browser_of(ada)
    for model in OURS:
        assert client.get(address(model, "changelist"), {"q": "dora"}).status_code == 200, model
        for row in model._base_manager.all()[:2]:
            assert client.get(address(model, "change", row.pk)).status_code == 200, model
        assert client.get(address(model, "add")).status_code in (200, 403), model


def test_staff_without_the_admin_role_sees_nothing(everything, ben, browser_of):
    ben.is_staff = True
    ben.save()
    client = browser_of(ben)
    for model in OURS:
        row = model._base_manager.first()
        urls = [address(model, "changelist"), address(model, "add")]
        urls += [address(model, "change", row.pk)] if row else []
        assert {client.get(url).status_code for url in urls} == {403}, model


def test_agents_are_sent_away(ben, browser_of):
    answer = browser_of(ben).get(reverse("admin:index"))
    assert answer.status_code == 302


def test_an_admin_makes_a_teammate_who_can_log_in(ada, agent_role, support, browser_of):
    client = browser_of(ada)
    answer = client.post(
        address(Teammate, "add"),
        {
            "email": "finn@lumen.test",
            "name": "Finn",
            "role": agent_role.pk,
            "usable_password": "true",
            "password1": "a fairly long pass",
            "password2": "a fairly long pass",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-team": support.pk,
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].errors
    finn = Teammate.objects.get(email="finn@lumen.test")
    assert finn.check_password("a fairly long pass")
    assert not finn.is_superuser
    assert Entry.objects.filter(kind="teammate.created", subject_id=finn.public_id).exists()
    if not finn.teams.exists():
        post_form(
            client,
            address(Teammate, "change", finn.pk),
            **{
                "memberships-TOTAL_FORMS": "1",
                "memberships-0-team": support.pk,
                "memberships-0-teammate": finn.pk,
            },
        )
    assert finn.teams.get() == support
    entry = Entry.objects.get(kind="teammate.joined_team", subject_id=finn.public_id)
    assert f"teammate.{finn.public_id}" in entry.topics
    assert entry.actor_id == ada.public_id


def test_taking_the_active_mark_away_deactivates(ada, ben, browser_of):
    url = address(Teammate, "change", ben.pk)
    answer = post_form(browser_of(ada), url, is_active=None)
    assert answer.status_code == 302
    ben.refresh_from_db()
    assert not ben.is_active
    assert Entry.objects.filter(kind="teammate.deactivated", subject_id=ben.public_id).exists()


def test_another_role_is_journaled(ada, ben, browser_of):
    lead = Role.objects.create(name="Lead")
    post_form(browser_of(ada), address(Teammate, "change", ben.pk), role=lead.pk)
    ben.refresh_from_db()
    assert ben.role == lead
    assert Entry.objects.filter(kind="teammate.role_changed", subject_id=ben.public_id).exists()


def test_another_password_ends_the_old_ones_sessions(ada, ben, browser_of):
    own, admins = browser_of(ben), browser_of(ada)
    url = reverse("admin:auth_user_password_change", args=[ben.pk])
    words = {"password1": "quite another phrase", "password2": "quite another phrase"}
    assert admins.get(url).status_code == 200
    assert admins.post(url, {**words, "password2": "a slip"}).status_code == 200
    assert not Entry.objects.filter(kind="teammate.password_changed").exists()
    admins.post(url, {**words, "usable_password": "true"})
    ben.refresh_from_db()
    assert ben.check_password("quite another phrase")
    entry = Entry.objects.get(kind="teammate.password_changed")
    assert (entry.actor_id, entry.topics) == (ada.public_id, [f"teammate.{ben.public_id}"])
    assert "_auth_user_id" in own.session
    assert get_user(SimpleNamespace(session=own.session)).is_anonymous


def test_the_last_admin_stays(ada, agent_role, browser_of):
    client = browser_of(ada)
    post_form(client, address(Teammate, "change", ada.pk), role=agent_role.pk)
    post_form(client, address(Teammate, "change", ada.pk), is_active=None)
    ada.refresh_from_db()
    assert ada.is_admin
    assert ada.is_active


def test_a_team_made_private_is_journaled(ada, ben, support, browser_of):
    answer = post_form(browser_of(ada), address(Team, "change", support.pk), is_private="on")
    assert answer.status_code == 302
    support.refresh_from_db()
    assert support.is_private
    assert Entry.objects.get(kind="team.changed").after["is_private"] is True


def test_rights_of_a_role_are_set_with_check_boxes(ada, ben, agent_role, browser_of):
    post_form(
        browser_of(ada),
        address(Role, "change", agent_role.pk),
        capabilities=["conversations.note"],
    )
    ben = Teammate.objects.get(pk=ben.pk)
    assert ben.can("conversations.note")
    assert not ben.can("conversations.reply")


def test_a_token_is_shown_exactly_once(ada, ben, browser_of):
    client = browser_of(ada)
    answer = client.post(
        address(ApiToken, "add"),
        {"name": "Import", "teammate": ben.pk, "scopes": ["contacts:read"]},
    )
    assert answer.status_code == 200
    plain = re.search(r"cf_[A-Za-z0-9_-]{43}", answer.content.decode())[0]
    assert "no-store" in answer["Cache-Control"]
    token = find_token(plain)
    assert token.teammate == ben
    for url in (address(ApiToken, "changelist"), address(ApiToken, "change", token.pk)):
        text = client.get(url).content.decode()
        assert plain not in text
        assert token.digest not in text
    client.post(
        address(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [token.pk]}
    )
    assert find_token(plain) is None


def test_two_contacts_are_merged_and_separated_again(ada, dora, otto, browser_of):
    client = browser_of(ada)
    chosen = {"action": "merge", "_selected_action": [dora.pk, otto.pk]}
    question = client.post(address(Contact, "changelist"), chosen)
    assert question.status_code == 200
    assert "Which contact stays?" in question.content.decode()
    client.post(address(Contact, "changelist"), {**chosen, "kept": dora.pk, "reason": "Twins"})
    merge = ContactMerge.objects.get(kept=dora, merged=otto, by=ada, reason="Twins")
    client.post(
        address(ContactMerge, "changelist"), {"action": "undo", "_selected_action": [merge.pk]}
    )
    merge.refresh_from_db()
    assert merge.undone_at


def test_dead_letters_are_replayed(ada, everything, browser_of):
    dead = Reaction.objects.first()
    Reaction.objects.filter(pk=dead.pk).update(dead_at=timezone.now(), error="Boom", attempts=8)
    client = browser_of(ada)
    listed = client.get(address(Reaction, "changelist"), {"state": "dead"})
    assert "Boom" in listed.content.decode()
    client.post(
        address(Reaction, "changelist"), {"action": "replay", "_selected_action": [dead.pk]}
    )
    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0)


def test_a_decision_is_readable_and_harmless(ada, everything, browser_of):
    rule = Decision.objects.get(decider="routing.rules")
    text = browser_of(ada).get(address(Decision, "change", rule.pk)).content.decode()
    assert "contact.role is user" in text
    assert "company.plan is &lt;b&gt;" in text
    assert "company.plan is <b>" not in text
