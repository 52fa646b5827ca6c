"""REST: merging contacts."""

import pytest

from ground.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_contacts_are_merged_and_made_two_again(api, ben, dora, otto):
    home = f"contacts/{dora.public_id}/merges"
    made = api(ben).post(home, {"merged": otto.public_id})
    assert made.status_code == 201
    assert made.json()["kept"] == dora.public_id and made.json()["merged"] == otto.public_id
    assert Entry.objects.get(kind="contact.merged").actor_id == ben.public_id
    assert api(ben).get(f"contacts/{otto.public_id}").json()["id"] == dora.public_id
    (row,) = api(ben).get(home).json()["results"]
    assert row["merged"] == otto.public_id
    back = api(ben).delete(f"{home}/{otto.public_id}")
    assert back.status_code == 200 and back.json()["id"] == otto.public_id
    assert Entry.objects.filter(kind="contact.unmerged").count() == 1
    assert api(ben).get(home).json()["results"] == []
    assert api(ben).delete(f"{home}/{otto.public_id}").status_code == 404


def test_what_cannot_be_merged_is_refused(api, agent_role, ben, dora, emil, otto):
    home = f"contacts/{dora.public_id}/merges"
    assert api(ben).post(home, {"merged": emil.public_id}).status_code == 409
    assert api(ben).post(home, {"merged": dora.public_id}).status_code == 409
    assert api(ben).post(home, {"merged": "ct_nobody"}).status_code == 400
    assert api(ben).post(home, {}).status_code == 400
    agent_role.capabilities = []
    agent_role.save()
    assert api(ben).post(home, {"merged": otto.public_id}).status_code == 403
    reading = api(ben, scopes=["contacts:read"])
    assert reading.post(home, {"merged": otto.public_id}).status_code == 403
    otto.refresh_from_db()
    assert otto.merged_into is None
