"""How somebody who writes feels: a small head on the encoder's vectors.

Its weights (`sentiment.json`) are made by `python -m ground.meaning.train` out of the phrases in
`phrases/`, which were written for it: `<language>.<feeling>.txt`, one on each line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ground.meaning.encoder import Vectors

HERE = Path(__file__).parent
PHRASES = HERE / "phrases"
WEIGHTS = HERE / "sentiment.json"
FEELINGS = ("upset", "calm", "content")


@dataclass(frozen=True)
class Phrase:
    language: str
    feeling: str
    text: str


def phrases() -> list[Phrase]:
    found = []
    for path in sorted(PHRASES.glob("*.txt")):
        language, feeling, _ = path.name.split(".")
        found += [Phrase(language, feeling, line) for line in path.read_text("utf-8").splitlines()]
    return found


def fingerprint(known: list[Phrase]) -> str:
    """By which weights and phrases that belong together are known."""
    said = json.dumps([[each.language, each.feeling, each.text] for each in known])
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """encoder: the name of the one whose vectors it was made for.

    mean: what all vectors have in common, which is taken off first. weights: a column for each of
    FEELINGS; bias: one number for each. sharpness: by how much both are multiplied so that what
    comes out are shares of certainty.
    """

    encoder: str
    phrases: str
    mean: Any
    weights: Any
    bias: Any
    sharpness: float

    def feelings(self, vectors: Vectors) -> Any:
        """For each vector, how likely each of FEELINGS is; together 1."""
        import numpy as np

        centered = centered_on(self.mean, vectors)
        logits = (centered @ self.weights + self.bias) * self.sharpness
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def scores(self, vectors: Vectors) -> list[float]:
        """From -1, certainly upset, to 1, certainly content."""
        shares = self.feelings(vectors)
        return [round(float(row[2] - row[0]), 3) for row in shares]


def centered_on(mean: Any, vectors: Any) -> Any:
    import numpy as np

    centered = np.asarray(vectors, dtype=float) - mean
    return centered / np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-9)


@lru_cache(maxsize=1)
def head() -> Head:
    import numpy as np

    kept = json.loads(WEIGHTS.read_text())
    for name in ("mean", "weights", "bias"):
        kept[name] = np.asarray(kept[name], dtype=float)
    return Head(**kept)
