"""The database engine of the settings."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is kept is looked at before each request, but asked only if there is
    something to hear: a server that hangs up says so, and a question with every request costs a
    tenth of a message."""

    def is_usable(self):
        return not has_news(self.connection) or super().is_usable()


def has_news(connection) -> bool:
    """Whether something waits to be read on a connection that has been asked nothing."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
