import uuid

from inbox.actions import assign, reply
from people.actions import change_team
from tests.inbox.test_socket import opened
from tests.live import committed, play, session_cookie


def test_a_team_that_becomes_private_cuts_those_who_watched(
    conversation, dora, ada, ben, billing, browser_of
):
    change_team(billing, by=ada, is_private=False)
    assign(conversation, by=ada, team=billing)
    cookie = session_cookie(browser_of(ben))

    async def scene():
        socket, _ = await opened(cookie, conversation)
        await committed(lambda: change_team(billing, by=ada, is_private=True))
        await socket.hear("stale")
        await committed(lambda: reply(conversation, by=dora, body="Hi", client_id=uuid.uuid4()))
        quiet = await socket.hears_nothing()
        await socket.close()
        return quiet

    assert play(scene)
