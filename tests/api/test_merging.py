import json
import uuid

import pytest

from inbox import actions
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


def test_a_whole_that_the_token_may_not_see_is_not_named(api, begun, dora, ada, ben, billing):
    part, whole = begun(dora), begun(dora, team=billing)
    actions.merge(part, into=whole, by=ada)
    address = f"conversations/{part.public_id}"
    assert api(ada).get(address).json()["merged_into"] == whole.public_id
    for blind in (api(ben), api()):
        assert blind.get(address).json()["merged_into"] is None
        (listed,) = blind.get("conversations?status=merged").json()["results"]
        assert (listed["id"], listed["merged_into"]) == (part.public_id, None)
        assert whole.public_id not in json.dumps(blind.get(f"{address}/messages").json())


def test_a_part_that_the_token_may_not_see_is_not_named(api, begun, dora, ada, ben, billing):
    whole, secret = begun(dora), begun(dora, team=billing)
    actions.merge(secret, into=whole, by=ada)
    actions.unmerge(secret, by=ada)
    actions.merge(secret, into=whole, by=ada)
    thread = f"conversations/{whole.public_id}/messages"
    said = [each["activity"] for each in api(ben).get(thread).json()["messages"]]
    assert [each for each in said if each] == [
        {"kind": kind, "conversation": None} for kind in ("joined", "parted", "joined")
    ]
    assert secret.public_id in json.dumps(api(ada).get(thread).json())
