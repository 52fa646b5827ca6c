"""The database engine: plans once, asks a kept connection only when it has something to say."""

import time

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler


@pytest.fixture
def other(db):
    """A connection of its own to the same database."""
    made = ConnectionHandler({"default": connection.settings_dict})["default"]
    made.ensure_connection()
    yield made
    made.close()


def planned(cursor):
    cursor.execute("SELECT count(*), sum(generic_plans + custom_plans) FROM pg_prepared_statements")
    return cursor.fetchone()


def test_a_marked_statement_is_planned_by_its_connection_once(other):
    with other.cursor() as cursor:
        for number in range(3):
            cursor.execute(
                "/* prepared */ SELECT %s::text, 7 %% %s::int, %s::uuid[]", ["it's", 4, []]
            )
            assert cursor.fetchone() == ("it's", 3, []), number
        assert planned(cursor) == (1, 3)
        cursor.execute("SELECT %s", ["unmarked"])
        assert planned(cursor) == (1, 3)


def test_a_new_connection_knows_no_statement_of_the_one_before(other):
    for _ in range(2):
        with other.cursor() as cursor:
            cursor.execute("/* prepared */ SELECT %s::int", [1])
            assert cursor.fetchone() == (1,)
        other.close()


def test_a_quiet_connection_is_usable_without_being_asked(other):
    with connection.cursor() as cursor:
        asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        with other.cursor() as its:
            its.execute("SELECT 'the last word'")
        assert other.is_usable()
        cursor.execute(asked, [other.connection.info.backend_pid])
        assert cursor.fetchone() == ("SELECT 'the last word'",)


def test_a_connection_whose_server_hung_up_is_not_usable(other):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [other.connection.info.backend_pid])
    until = time.monotonic() + 5
    while other.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not other.is_usable()
