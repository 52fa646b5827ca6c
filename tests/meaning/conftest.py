import pytest

from ground.meaning import understanding
from ground.meaning.encoder import encoder as packaged


@pytest.fixture
def encoder():
    """The real one."""
    found = packaged()
    if found is None:
        pytest.skip("this machine cannot run the encoder")
    understanding.understood.cache_clear()
    return found
