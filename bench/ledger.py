"""The ledger of accepted messages, and what it proves against what can be read afterwards."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Said:
    """A message that an author was told is stored. `n` counts an author's messages from 1."""

    author: str
    n: int
    conversation: str
    client_id: str
    is_public: bool = True


@dataclass(frozen=True)
class Seen:
    """A message as somebody reads it; `seq` is the counter of that reader's view."""

    conversation: str
    seq: int
    author: str = ""
    n: int = 0
    client_id: str = ""


class Ledger:
    """Every accepted message, one JSON line each, on the disk before the next one is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[Said] = []
        self.file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.file.close()

    def accept(self, said: Said) -> None:
        self.said.append(said)
        self.file.write(json.dumps(asdict(said)) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())


@dataclass
class Findings:
    """What is wrong with one reading, a sentence each. All four are empty when nothing is."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def add(self, other: Self) -> None:
        self.lost += other.lost
        self.doubled += other.doubled
        self.disordered += other.disordered
        self.misplaced += other.misplaced

    def sentences(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.disordered, *self.misplaced]


def compare(said: Iterable[Said], seen: Iterable[Seen], where: str) -> Findings:
    """Holds a reading against the ledger.

    `said` is what this reader must see, `seen` what they saw, in the order in which they saw it;
    lines that nobody of the run wrote (activities) have n = 0 and take part in the order only.
    """
    expected = {(line.author, line.n): line for line in said}
    seen = list(seen)
    findings = Findings()
    times = Counter((line.author, line.n) for line in seen if line.n)
    for key, each in expected.items():
        if not times[key]:
            findings.lost.append(f"{where}: {each.author}/{each.n} in {each.conversation} is lost")
    for (author, n), count in times.items():
        findings.doubled += [f"{where}: {author}/{n} is there {count} times"] * (count - 1)
    for line in seen:
        meant = expected.get((line.author, line.n))
        if meant and meant.conversation != line.conversation:
            findings.misplaced.append(
                f"{where}: {line.author}/{line.n} of {meant.conversation} is in {line.conversation}"
            )
    findings.disordered += _out_of_order(seen, where)
    return findings


def _out_of_order(seen: list[Seen], where: str) -> list[str]:
    by_conversation: dict[str, list[Seen]] = defaultdict(list)
    for line in seen:
        by_conversation[line.conversation].append(line)
    wrong = []
    for name, lines in by_conversation.items():
        seqs = [line.seq for line in lines]
        if seqs != list(range(1, len(seqs) + 1)):
            wrong.append(f"{where}: the counter of {name} is not dense: {_where_broken(seqs)}")
        last: dict[str, int] = {}
        for line in sorted(lines, key=lambda line: line.seq):
            if line.n and line.n < last.get(line.author, 0):
                wrong.append(
                    f"{where}: {line.author}/{line.n} of {name} comes after"
                    f" {line.author}/{last[line.author]}"
                )
            last[line.author] = max(line.n, last.get(line.author, 0))
    return wrong


def _where_broken(seqs: list[int]) -> str:
    for index, seq in enumerate(seqs):
        if seq != index + 1:
            return f"{seq} stands where {index + 1} belongs"
    return "it is"
