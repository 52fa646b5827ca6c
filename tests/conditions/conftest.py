import pytest
from django.db import connection

from tests.conditions.world import MODELS, world


@pytest.fixture(scope="session")
def facts():
    return world()


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """The tables of the small world, for as long as a module's tests run."""
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in reversed(MODELS):
                editor.delete_model(model)
