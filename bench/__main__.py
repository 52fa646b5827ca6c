"""`python -m bench [NAME …]`: measures the figures whose names begin with NAME, all without one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bench import conditions, faults, keys, levels, live, pages, routing, rules, segments, widget
from bench.figures import Figure, emit, say, table

# The first part of the figures' names -> what measures them.
SUITES: dict[tuple[str, ...], Callable[[Sequence[str]], Iterator[Figure]]] = {
    ("msg", "ws"): live.figures,
    ("inbox", "conv", "search"): pages.figures,
    ("routing",): lambda wants: chain(rules.figures(wants), routing.figures(wants)),
    ("levels",): levels.figures,
    ("segments",): segments.figures,
    ("conditions",): conditions.figures,
    ("widget",): widget.figures,
    ("keys", "list"): keys.figures,
    ("faults",): lambda wants: faults.figures(),
}


def main(names: list[str]) -> int:
    known = [word for words in SUITES for word in words]
    wanted = [name.split(".")[0] for name in names] or known
    for word in wanted:
        if word not in known:
            say(f"There is no benchmark {word!r}; there are {', '.join(known)}.")
            return 2
    shown: list[Figure] = []
    for words, measure in SUITES.items():
        wants = [word for word in words if word in wanted]
        if not wants:
            continue
        for figure in measure(wants):
            if not names or any(figure.name.startswith(name) for name in names):
                emit(figure)
                shown.append(figure)
    say(table(shown))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
