"""The kinds of entries. Each room declares its own, once, with a sentence of what happened."""

from django.core.exceptions import ImproperlyConfigured

KINDS: dict[str, str] = {}


def declare(name: str, meaning: str) -> str:
    """Declares a kind and returns its name.

    Raises ImproperlyConfigured when two rooms claim the same name.
    """
    if KINDS.get(name, meaning) != meaning:
        raise ImproperlyConfigured(f"Two kinds are called {name}.")
    KINDS[name] = meaning
    return name
