"""The database engine of the settings."""

import select

from django.db.backends.postgresql import base
from psycopg2 import extensions

# How a statement begins that every message passes through.
PREPARED = "/* prepared */"


class Cursor(extensions.cursor):
    """Has the database parse and plan a statement that begins with `PREPARED` once for each
    connection: with the joins and columns of ours that takes longer than to run it."""

    prepared: dict[str, str]

    def execute(self, sql, parameters=None):
        if not (isinstance(sql, str) and sql.startswith(PREPARED)):
            return super().execute(sql, parameters)
        if sql not in self.prepared:
            self.prepare(sql, len(parameters))
        slots = ", ".join(["%s"] * len(parameters))
        return super().execute(f"EXECUTE {self.prepared[sql]} ({slots})", parameters)

    def prepare(self, sql, count):
        name = f"counterfoil_{len(self.prepared)}"
        numbered = sql % tuple(f"${number}" for number in range(1, count + 1))
        super().execute(f"PREPARE {name} AS {numbered}")
        self.prepared[sql] = name


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is kept is looked at before each request, but asked only if there is
    something to hear: a server that goes away hangs up, and a question is a round trip."""

    def get_new_connection(self, conn_params):
        # Statement -> the name under which this connection knows it.
        self.prepared = {}
        return super().get_new_connection({**conn_params, "cursor_factory": Cursor})

    def create_cursor(self, name=None):
        cursor = super().create_cursor(name)
        cursor.prepared = self.prepared
        return cursor

    def is_usable(self):
        return not has_news(self.connection) or super().is_usable()


def has_news(connection) -> bool:
    """Whether something waits to be read on a connection that has been asked nothing."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
