"""How well complexity routes prompts of subjects it was not fitted to, and how long it takes.

    python -m tests.bench.complexity DATA.csv [--folds 7] [--draws 400] [--splits 120]

Every prompt is scored by weights that were fitted without its subject. "Better" means that the
lower bound of a paired bootstrap, 5 %, is above 0.
"""

import argparse
import gc
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, pstdev

from labverse.route.complexity import score
from tests.bench.fit_complexity import Fitter
from tests.bench.routing_data import Row, apgr, bootstrap, folds, load, order

_SCHEMES = (("one subject each", None), ("half of the subjects", 2))


def held_out(rows: Sequence[Row], fitter: Fitter, parts: Sequence[set[str]]) -> list[float]:
    """Scores of all rows, each by the fit without the part that holds its subject."""
    fits = [(part, fitter.without(part)) for part in parts]
    by_subject = {subject: found for part, found in fits for subject in part}
    return [by_subject[row.subject](cues) for row, cues in zip(rows, fitter.cues, strict=True)]


def report(name: str, rows: Sequence[Row], scores: Sequence[float], draws: int) -> str:
    """One line: APGR of the score and of length, and the bounds of the differences."""
    gains, ones = [row.gain for row in rows], [1] * len(rows)
    lengths = [float(len(row.prompt)) for row in rows]
    rng = random.Random(0)
    dice = [rng.random() for _ in rows]
    reached = [apgr(order(each), gains, ones) for each in (scores, lengths)]
    text = f"{name:24} {len(rows):6} {reached[0]:7.3f} {reached[1]:7.3f}"
    for other in (lengths, dice):
        low, high = bootstrap(scores, other, gains, draws, seed=1)
        text += f"   {low:+.3f} .. {high:+.3f}"
    return text


def half_splits(rows: Sequence[Row], fitter: Fitter, count: int) -> list[tuple[float, float]]:
    """APGR of the score and of length on one half of the subjects, fitted to the other half."""
    found = []
    for seed in range(count):
        _, judged = folds(rows, 2, seed)
        scores = fitter.without(judged)
        own = [at for at, row in enumerate(rows) if row.subject in judged]
        gains = [rows[at].gain for at in own]
        by_score = order([scores(fitter.cues[at]) for at in own])
        by_length = order([float(len(rows[at].prompt)) for at in own])
        ones = [1] * len(own)
        found.append((apgr(by_score, gains, ones), apgr(by_length, gains, ones)))
    return found


def spread(splits: Sequence[tuple[float, float]]) -> str:
    """One line: means and deviations over the splits, and in how many the score is better."""
    own, lengths = zip(*splits, strict=True)
    better = [score - length for score, length in splits]
    return (
        f"{len(splits)} halves: score {fmean(own):.3f} (sd {pstdev(own):.3f}), length "
        f"{fmean(lengths):.3f} (sd {pstdev(lengths):.3f}), difference {fmean(better):+.3f} "
        f"(sd {pstdev(better):.3f}), above 0 in {sum(each > 0 for each in better)}"
    )


def microseconds(prompts: Sequence[str], rounds: int = 5) -> list[float]:
    """CPU time of each prompt: the best of `rounds`, the first of which is a warm-up."""
    best = [float("inf")] * len(prompts)
    gc.disable()
    for _ in range(rounds):
        for at, prompt in enumerate(prompts):
            began = time.perf_counter_ns()
            score(prompt)
            best[at] = min(best[at], (time.perf_counter_ns() - began) / 1000)
    gc.enable()
    return sorted(best)


def main() -> None:
    parser = argparse.ArgumentParser(description="APGR on held-out subjects, and time per prompt")
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=7)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--splits", type=int, default=120)
    options = parser.parse_args()
    rows = load(options.data)
    fitter = Fitter(rows)
    print(
        f"{'left out':24} {'n':>6} {'score':>7} {'length':>7}   score - length     score - random"
    )
    subjects = len(fitter.sums)
    for name, count in (*_SCHEMES, (f"a {options.folds}th of the subjects", options.folds)):
        parts = folds(rows, count or subjects, seed=0)
        scores = held_out(rows, fitter, parts)
        print(report(name, rows, scores, options.draws))
    for at, part in enumerate(parts, start=1):
        own = [index for index, row in enumerate(rows) if row.subject in part]
        chosen = [rows[index] for index in own]
        print(report(f"  part {at}", chosen, [scores[index] for index in own], options.draws))
    print(spread(half_splits(rows, fitter, options.splits)))
    took = microseconds([row.prompt for row in rows[:: max(1, len(rows) // 1000)]])
    middle, high = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"score(): p50 {middle:.0f} us, p99 {high:.0f} us per prompt")


if __name__ == "__main__":
    main()
