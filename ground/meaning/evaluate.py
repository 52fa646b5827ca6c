"""`python -m ground.meaning.evaluate FOLDER`: how good the sentiment is, on texts with labels.

Reads every `*.jsonl` of the folder whose lines have a `text` and a `label` (negative, neutral,
positive) or `anger` (1 or 0), and writes for each file the area under the ROC curve: how often of
two texts, one of somebody upset and one not, the first has the lower score.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ground.meaning.encoder import encoder
from ground.meaning.sentiment import head
from ground.meaning.text import plain_words, telling_part


def area_under(scores: Any, is_wanted: Any) -> float:
    """Of scores that are the higher the more likely; ties count half."""
    order = np.argsort(scores, kind="mergesort")
    _, index, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = np.empty(len(scores))
    ranks[order] = middle[index]
    wanted = int(is_wanted.sum())
    over = ranks[is_wanted].sum() - wanted * (wanted + 1) / 2
    return float(over / (wanted * (len(scores) - wanted)))


def labeled(path: Path) -> tuple[list[str], Any] | None:
    """The texts of a file and which of them are somebody's who is upset."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if not lines or not {"label", "anger"} & set(lines[0]):
        return None
    upset = np.array([each.get("label") == "negative" or each.get("anger") == 1 for each in lines])
    return ([each["text"] for each in lines], upset) if 0 < upset.sum() < len(upset) else None


def main(folder: str) -> None:
    found = encoder()
    if found is None:
        sys.exit("There is no encoder on this machine (docs/meaning.md).")
    for path in sorted(Path(folder).glob("*.jsonl")):
        pair = labeled(path)
        if pair is None:
            continue
        texts, upset = pair
        began = time.process_time()
        vectors = found.encode([telling_part(plain_words(text)) for text in texts])
        took = (time.process_time() - began) * 1000 / len(texts)
        scores = np.array(head().scores(vectors))
        area = area_under(-scores, upset)
        said = f"{path.stem}: {len(texts)} texts, AUC {area:.3f}, {took:.1f} CPU ms a text\n"
        sys.stdout.write(said)


if __name__ == "__main__":
    main(sys.argv[1])
