"""How the two service addresses reach the libraries."""

from config import addresses


def test_a_database_address_gives_its_parts_to_django():
    found = addresses.database("postgres://ann:s%40crt@db.example.com:6543/desk?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.com", "6543", "desk")
    assert (found["USER"], found["PASSWORD"]) == ("ann", "s@crt")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["connect_timeout"] == 5


def test_a_folder_of_sockets_is_a_database_host():
    found = addresses.database(
        "postgres://postgres@/counterfoil?host=%2Ftmp%2Fa%20b%2Frun&port=5432"
    )
    assert (found["HOST"], found["PORT"], found["USER"]) == ("/tmp/a b/run", "5432", "postgres")
    assert "host" not in found["OPTIONS"]


def test_celery_gets_its_own_form_of_a_unix_socket():
    assert (
        addresses.broker("unix:///tmp/r.sock?db=2") == "redis+socket:///tmp/r.sock?virtual_host=2"
    )
    assert addresses.broker("rediss://h:6379/1") == "rediss://h:6379/1"


def test_a_host_is_written_as_django_takes_it():
    assert addresses.host("https://support.example.com:8443") == "support.example.com"
    assert addresses.host("http://[::1]:8000") == "[::1]"
