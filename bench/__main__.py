"""`python -m bench [NAME …]`: measures the figures whose names begin with NAME, all without one."""

import sys
from collections.abc import Callable, Iterator, Sequence

from bench import conditions, faults, keys, levels, live, pages, routing, rules, segments, widget
from bench.figures import Figure, emit, say, table

# How the figures' names begin -> what measures them.
SUITES: dict[tuple[str, ...], Callable[[Sequence[str]], Iterator[Figure]]] = {
    ("msg", "ws"): live.figures,
    ("inbox", "conv", "search"): pages.figures,
    ("routing.decide", "routing.route"): rules.figures,
    ("routing.allocate",): routing.figures,
    ("levels",): levels.figures,
    ("segments",): segments.figures,
    ("conditions",): conditions.figures,
    ("widget",): widget.figures,
    ("keys", "list"): keys.figures,
    ("faults",): lambda wants: faults.figures(),
}


def main(names: list[str]) -> int:
    known = list(dict.fromkeys(begin.split(".")[0] for begins in SUITES for begin in begins))
    for word in (name.split(".")[0] for name in names):
        if word not in known:
            say(f"There is no benchmark {word!r}; there are {', '.join(known)}.")
            return 2
    shown: list[Figure] = []
    for begins, measure in SUITES.items():
        wants = [begin for begin in begins if is_wanted(begin, names)]
        if not wants:
            continue
        for figure in measure(wants):
            if not names or any(figure.name.startswith(name) for name in names):
                emit(figure)
                shown.append(figure)
    say(table(shown))
    return 0


def is_wanted(begin: str, names: list[str]) -> bool:
    """Whether figures whose names begin so are among those that begin with one of the names."""
    return not names or any(name.startswith(begin) or begin.startswith(name) for name in names)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
