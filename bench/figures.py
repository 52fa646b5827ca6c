"""What a benchmark says: figures, one JSON line each on stdout, and a table on stderr."""

import json
import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value. `beside` is the same quantity of what it is compared with, in the same
    unit, and `ratio` the median over the rounds of value / beside."""

    name: str
    value: float | None
    unit: str
    beside: float | None = None
    ratio: float | None = None


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile. Raises ValueError when there are no values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[round(percent / 100 * (len(ordered) - 1))]


def compared(name: str, unit: str, ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    """A figure from rounds in which ours and theirs were measured in turn."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True) if other]
    return Figure(
        name,
        statistics.median(ours),
        unit,
        statistics.median(theirs),
        statistics.median(ratios) if ratios else None,
    )


def emit(figure: Figure) -> None:
    """Prints the JSON line at once, so that a run that is cut short still leaves figures."""
    line = {key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(figure).items()}  # fmt: skip
    print(json.dumps(line), flush=True)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def table(figures: Sequence[Figure]) -> str:
    """The figures for people, with the load of the machine, without which times mean little."""
    width = max((len(figure.name) for figure in figures), default=4)
    head = f"{'figure':<{width}}  {'value':>10}  {'unit':<8}  {'beside':>10}  {'ratio':>7}"
    rows = [
        f"{figure.name:<{width}}  {_number(figure.value):>10}  {figure.unit:<8}"
        f"  {_number(figure.beside):>10}  {_number(figure.ratio):>7}"
        for figure in figures
    ]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return "\n".join([head, "-" * len(head), *rows, load])


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
