import uuid

import pytest

from inbox.models import Conversation


def test_the_api_merges_and_unmerges(api, begun, dora, ben):
    part, whole = begun(dora), begun(dora)
    asking = api(ben)
    answer = asking.put(f"conversations/{part.public_id}/merge", {"into": whole.public_id})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["merged_into"]) == ("merged", whole.public_id)
    listed = [each["id"] for each in asking.get("conversations").json()["results"]]
    assert listed == [whole.public_id]
    parts = [each["id"] for each in asking.get("conversations?status=merged").json()["results"]]
    assert parts == [part.public_id]
    refused = asking.post(f"conversations/{part.public_id}/closure", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "state-conflict")
    said = {"kind": "reply", "body": "Here", "client_id": str(uuid.uuid4())}
    assert asking.post(f"conversations/{part.public_id}/messages", said).status_code == 201
    assert whole.messages.filter(body_text="Here").exists()
    assert asking.post(f"conversations/{part.public_id}/messages", said).status_code == 200
    answer = asking.delete(f"conversations/{part.public_id}/merge")
    assert (answer.json()["status"], answer.json()["merged_into"]) == ("open", None)


def test_an_app_merges_what_is_in_no_private_team(api, begun, dora, billing):
    part, whole, secret = begun(dora), begun(dora), begun(dora, team=billing)
    asking = api()
    assert asking.put(f"conversations/{part.public_id}/merge", {"into": whole.public_id}).json()[
        "merged_into"
    ] == (whole.public_id)
    answer = asking.put(f"conversations/{secret.public_id}/merge", {"into": whole.public_id})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"into": None}, {"into": "cv_nothing"}, {"into": 7}, {"x": 1}]
)
def test_nonsense_merges_nothing(api, begun, dora, ben, body):
    part = begun(dora)
    answer = api(ben).put(f"conversations/{part.public_id}/merge", body)
    assert answer.status_code == 400
    assert Conversation.objects.filter(status="merged").count() == 0


def test_what_the_token_may_not_see_is_merged_into_nothing(api, begun, dora, ben, billing):
    part, whole = begun(dora), begun(dora, team=billing)
    answer = api(ben).put(f"conversations/{part.public_id}/merge", {"into": whole.public_id})
    assert answer.status_code == 400
    assert api(ben).delete(f"conversations/{whole.public_id}/merge").status_code == 404
