"""`python -m ground.meaning.train`: makes `sentiment.json` anew from the phrases.

Multinomial logistic regression with the same weight for each feeling; plain steps downhill from
zero, so the same phrases give the same weights on every machine (but for the last digits).
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from ground.meaning.encoder import encoder
from ground.meaning.sentiment import (
    FEELINGS,
    WEIGHTS,
    Head,
    Phrase,
    centered_on,
    fingerprint,
    phrases,
)
from ground.meaning.text import plain_words, telling_part

# Chosen on a part of UMSAB's training tweets; no tweet is learned from.
PENALTY = 0.1
STEPS = 600
SHARPNESSES = np.arange(2.0, 31.0, 2.0)


def weights_of(vectors: Any, feelings: Any) -> tuple[Any, Any]:
    """vectors: centered rows; feelings: the index of each row's. Returns weights and bias."""
    rows = np.hstack([vectors, np.ones((len(vectors), 1))])
    wanted = np.eye(len(FEELINGS))[feelings]
    counts = np.bincount(feelings, minlength=len(FEELINGS))
    share = (len(feelings) / (len(FEELINGS) * counts))[feelings][:, None]
    found = np.zeros((rows.shape[1], len(FEELINGS)))
    speed = np.zeros_like(found)
    step = 2.0 / (np.linalg.norm(rows, 2) ** 2 / len(rows))
    for _ in range(STEPS):
        ahead = found + 0.9 * speed
        logits = rows @ ahead
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = rows.T @ ((shares - wanted) * share) / len(rows)
        slope[:-1] += PENALTY * ahead[:-1]
        speed = 0.9 * speed - step * slope
        found = found + speed
    return found[:-1], found[-1]


def sharpness_of(vectors: Any, feelings: Any, languages: Any) -> float:
    """The one that makes shares most truthful for languages that were not learned from."""
    logits = np.zeros((len(vectors), len(FEELINGS)))
    for language in np.unique(languages):
        others = languages != language
        weights, bias = weights_of(vectors[others], feelings[others])
        logits[~others] = vectors[~others] @ weights + bias

    def surprise(sharpness: float) -> float:
        scaled = logits * sharpness
        total = np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1))
        of_wanted = scaled[np.arange(len(scaled)), feelings] - scaled.max(axis=1) - total
        return float(-of_wanted.mean())

    return float(min(SHARPNESSES, key=surprise))


def made_of(known: list[Phrase], vectors: Any, encoder_name: str) -> Head:
    feelings = np.array([FEELINGS.index(each.feeling) for each in known])
    languages = np.array([each.language for each in known])
    mean = vectors.mean(axis=0)
    centered = centered_on(mean, vectors)
    weights, bias = weights_of(centered, feelings)
    sharpness = sharpness_of(centered, feelings, languages)
    return Head(encoder_name, fingerprint(known), mean, weights, bias, sharpness)


def main() -> None:
    found = encoder()
    if found is None:
        sys.exit("There is no encoder on this machine (docs/meaning.md).")
    known = phrases()
    vectors = found.encode([telling_part(plain_words(each.text)) for each in known])
    made = made_of(known, np.asarray(vectors, dtype=float), found.name)
    kept = {
        "encoder": made.encoder,
        "phrases": made.phrases,
        "sharpness": made.sharpness,
        "bias": made.bias.round(4).tolist(),
        "mean": made.mean.round(4).tolist(),
        "weights": made.weights.round(4).tolist(),
    }
    WEIGHTS.write_text(json.dumps(kept) + "\n")
    sys.stdout.write(f"{len(known)} phrases, sharpness {made.sharpness}: {WEIGHTS}\n")


if __name__ == "__main__":
    main()
