"""Teammates, roles, teams, tokens: who may do what, and how it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, StateConflict
from people.actions import (
    add_to_team,
    change_role,
    change_role_rights,
    change_team,
    create_teammate,
    create_token,
    deactivate,
    find_token,
    reactivate,
    remove_from_team,
    revoke_token,
)
from people.models import ApiToken, Team


def test_joining_and_leaving_a_team_is_told_to_open_screens(ada, ben, billing):
    add_to_team(ben, billing, by=ada)
    add_to_team(ben, billing, by=ada)
    entry = Entry.objects.get(kind="teammate.joined_team", after__team=billing.public_id)
    assert entry.topics == [f"teammate.{ben.public_id}", f"team.{billing.public_id}"]
    assert Team.objects.visible_to(ben).filter(pk=billing.pk).exists()
    remove_from_team(ben, billing, by=ada)
    remove_from_team(ben, billing, by=ada)
    assert Entry.objects.filter(kind="teammate.left_team").count() == 1
    assert not Team.objects.visible_to(ben).filter(pk=billing.pk).exists()


def test_nobody_but_admins_changes_staff(ada, ben, cleo, admin_role, agent_role, billing):
    tries = (
        lambda by: change_role(by, admin_role, by=by),
        lambda by: change_role_rights(agent_role, by=by, is_admin=True),
        lambda by: change_team(billing, by=by, is_private=False),
        lambda by: add_to_team(by, billing, by=by),
        lambda by: remove_from_team(cleo, billing, by=by),
        lambda by: deactivate(ada, by=by),
        lambda by: reactivate(ada, by=by),
        lambda by: create_teammate(by=by, email="new@lumen.test", name="New", role=admin_role),
        lambda by: create_token(teammate=ada, name="Ada's", scopes=["team:read"], by=by),
        lambda by: create_token(teammate=None, name="App", scopes=["team:read"], by=by),
    )
    before = Entry.objects.count()
    for attempt in tries:
        with pytest.raises(NotAllowed):
            attempt(ben)
    assert Entry.objects.count() == before
    ben.refresh_from_db()
    assert not ben.is_admin


def test_a_deactivated_admin_changes_nothing(ada, ben, admin_role):
    change_role(ben, admin_role, by=ada)
    deactivate(ada, by=None)
    ada.refresh_from_db()
    with pytest.raises(NotAllowed):
        change_role(ben, None, by=ada)


def test_deactivation_ends_sessions_and_tokens_for_good(ada, ben, browser_of):
    client = browser_of(ada)
    ben = change_role(ben, ada.role, by=None)
    _, plain = create_token(teammate=ada, name="Ada's", scopes=["team:read"])
    assert client.get("/admin/").status_code == 200
    deactivate(ada, by=ben)
    assert client.get("/admin/").status_code == 302
    assert find_token(plain) is None
    reactivate(ada, by=ben)
    assert client.get("/admin/").status_code == 302
    assert find_token(plain) is None
    assert Entry.objects.get(kind="teammate.deactivated").topics == [f"teammate.{ada.public_id}"]


def test_another_role_ends_sessions(ada, ben, admin_role, browser_of):
    ben = change_role(ben, admin_role, by=ada)
    client = browser_of(ada)
    assert client.get("/admin/").status_code == 200
    change_role(ada, None, by=ben)
    assert client.get("/admin/").status_code == 302


def test_somebody_remains_admin(ada, admin_role):
    for attempt in (
        lambda: deactivate(ada, by=ada),
        lambda: change_role(ada, None, by=ada),
        lambda: change_role_rights(admin_role, by=ada, is_admin=False),
    ):
        with pytest.raises(StateConflict):
            attempt()
    ada.refresh_from_db()
    admin_role.refresh_from_db()
    assert ada.is_active
    assert ada.is_admin


def test_an_address_has_one_teammate(ben):
    with pytest.raises(Invalid):
        create_teammate(by=None, email="BEN@lumen.test", name="Twin")


def test_a_token_is_found_by_its_text_alone(ben):
    token, plain = create_token(teammate=ben, name="Import", scopes=["contacts:read"])
    assert plain.startswith("cf_")
    assert len(plain) == 46
    assert find_token(plain) == token
    assert plain not in str(ApiToken.objects.values().get())
    assert token.hint == plain[-4:]
    wrong = (None, 0, "", [], {}, plain[:-1], plain + "x", plain.lower(), "cf_" + "é" * 43)
    assert [find_token(text) for text in wrong] == [None] * len(wrong)


@pytest.mark.parametrize("ending", ["revoked", "expired", "deactivated"])
def test_a_token_ends(ada, ben, ending):
    token, plain = create_token(teammate=ben, name="Import", scopes=["contacts:read"])
    assert find_token(plain)
    if ending == "revoked":
        revoke_token(token, by=ben)
        assert Entry.objects.filter(kind="token.revoked").exists()
    elif ending == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        deactivate(ben, by=ada)
    assert find_token(plain) is None


def test_only_its_own_or_an_admin_revokes_a_token(ben, cleo):
    token, plain = create_token(teammate=ben, name="Import", scopes=["contacts:read"])
    with pytest.raises(NotAllowed):
        revoke_token(token, by=cleo)
    assert find_token(plain) == token


def test_a_token_notes_its_use_at_most_once_a_minute(ben, django_assert_num_queries):
    token, plain = create_token(teammate=ben, name="Import", scopes=["contacts:read"])
    find_token(plain)
    token.refresh_from_db()
    assert token.last_used_at
    with django_assert_num_queries(1):
        find_token(plain)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["contacts:read", "x"]])
def test_scopes_are_known_ones(ben, scopes):
    with pytest.raises(Invalid):
        create_token(teammate=ben, name="Import", scopes=scopes)
