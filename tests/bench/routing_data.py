"""Prompts with whether a weak and a strong model answered right, and how well a score routes them.

The data is not in this repository: a CSV with the columns subject, prompt, weak and strong.
"""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One prompt. `gain` is what the strong model adds: 1, 0 or -1."""

    subject: str
    prompt: str
    weak: bool
    strong: bool

    @property
    def gain(self) -> int:
        return self.strong - self.weak


def load(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(row["subject"], row["prompt"], row["weak"] == "True", row["strong"] == "True")
            for row in csv.DictReader(file)
        ]


def folds(rows: Sequence[Row], count: int, seed: int) -> list[set[str]]:
    """Whole subjects, dealt at random: no fold is judged by what was fitted to its subjects."""
    subjects = sorted({row.subject for row in rows})
    random.Random(seed).shuffle(subjects)
    return [set(subjects[at::count]) for at in range(count)]


def order(scores: Sequence[float]) -> list[int]:
    """The hardest first: the order in which prompts are given to the strong model."""
    return sorted(range(len(scores)), key=lambda at: -scores[at])


def apgr(ordered: Sequence[int], gains: Sequence[int], counts: Sequence[int]) -> float:
    """The area under (share of calls to strong -> share of the gap recovered); random is 0.5.

    `counts` is how often each prompt is in the sample, as a bootstrap draws it.
    """
    total = sum(gain * count for gain, count in zip(gains, counts, strict=True))
    calls = sum(counts)
    if total == 0 or calls == 0:
        return float("nan")
    recovered = accumulate((gains[at] * counts[at] for at in ordered), initial=0)
    area, before = 0.0, 0
    for at, reached in zip((None, *ordered), recovered, strict=True):
        area += 0.0 if at is None else counts[at] * (before + reached) / 2
        before = reached
    return area / calls / total


def bootstrap(
    mine: Sequence[float], other: Sequence[float], gains: Sequence[int], draws: int, seed: int
) -> tuple[float, float]:
    """Paired: the 5 % and 95 % quantiles of APGR of `mine` minus APGR of `other`."""
    rng, size = random.Random(seed), len(gains)
    orders = order(mine), order(other)
    differences = []
    for _ in range(draws):
        counts = [0] * size
        for at in rng.choices(range(size), k=size):
            counts[at] += 1
        first, second = (apgr(ordered, gains, counts) for ordered in orders)
        differences.append(first - second)
    differences.sort()
    return differences[int(0.05 * draws)], differences[int(0.95 * draws)]
