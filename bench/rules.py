"""How many decisions a second 1,000 rules of five clauses allow."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from bench.figures import Figure, compared
from bench.product import plain_environment

NAMES = {
    "engine": "routing.decide.1000",
    "route": "routing.route.1000",
    "batch": "routing.route.1000.batch",
}


def figures(wants: Sequence[str]) -> Iterator[Figure]:
    """Decisions a second, ours and beside; a ratio below one is how much slower ours is."""
    command = [sys.executable, "-m", "config.up.services", sys.executable, "-m", "bench.deciding"]
    done = subprocess.run(
        command, env=plain_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the rules could not be measured:\n{done.stderr[-2000:]}")
    measured = json.loads(done.stdout.strip().splitlines()[-1])
    for key, name in NAMES.items():
        ours, theirs = ([1 / each for each in measured[key][side]] for side in ("ours", "beside"))
        yield compared(name, "/s", ours, theirs)
