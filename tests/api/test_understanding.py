"""REST: what was understood of customers' words."""

from inbox.models import Conversation


def test_moods_and_languages_are_told(api, begun, dora, ben):
    conversation = begun(dora)
    path = f"conversations/{conversation.public_id}"
    told = api(ben).get(path).json()
    assert (told["mood"], told["sentiment"], told["language"]) == (None, None, "")
    Conversation.objects.update(sentiment=-0.9, language="ro")
    conversation.messages.update(sentiment=-0.8, language="ro")
    told = api(ben).get(path).json()
    assert (told["mood"], told["sentiment"], told["language"]) == ("upset", -0.9, "ro")
    (message,) = api(ben).get(f"{path}/messages").json()["messages"]
    assert (message["sentiment"], message["language"]) == (-0.8, "ro")
