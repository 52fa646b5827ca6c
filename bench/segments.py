"""How long it takes to say whom a segment matches, in a database of its own."""

from collections.abc import Iterator, Sequence

from bench.figures import Figure
from bench.routing import in_a_database_of_its_own


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    yield from in_a_database_of_its_own("bench.previews")
