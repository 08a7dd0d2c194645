"""Fit the weights of a choice's cues anew: python -m tests.bench.fit_complexity DATA.csv

DATA.csv as in routing_data. Only kinds of cues are fitted, on whole subjects of equal standing, so
that the weights carry over to subjects that are not in the data; `tests.bench.complexity` says
how well.
"""

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path

from labverse.route import complexity_weights
from labverse.route.complexity_choice import choice_cues
from labverse.route.complexity_text import read
from tests.bench.ridge import Fit, Prior, Sums, fit
from tests.bench.routing_data import Row, load

# The side of zero on which a cue must stay: else a few subjects' accidents are learnt.
_SIGNS = {
    "asked": 1, "options_single": -1, "options_joint": 1, "options_numeric": 1,
    "options_direction": 1, "options_reason": 1, "long_sum": -1, "recall": -1, "long_words": -1,
    "money": 1, "asides": 1,
}  # fmt: skip
# What is known of subjects that are not in the data. Length counts for more there: published, it
# reaches 0.586 over all 57 of MMLU, and 0.552 over these 29. Whole subjects ask for two verdicts
# at once, where a weaker model's fall is the greatest that was published; here only parts of two.
_PRIOR = Prior(pull=0.13, centres={"asked": 0.2, "options_joint": 0.25}, signs=_SIGNS)
# The score is the logistic of spreads above the mean, times this.
_STEEPNESS = 1.2


class Fitter:
    """Sums by subject, so that leaving subjects out costs no second pass over the prompts."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.cues = [choice_cues(read(row.prompt)) for row in rows]
        self.names = list(self.cues[0])
        by_subject: dict[str, list[list[float]]] = {}
        for row, cues in zip(rows, self.cues, strict=True):
            by_subject.setdefault(row.subject, []).append([*cues.values(), row.gain])
        # Between one vote per prompt and one per subject: one of them is a fifth of all prompts.
        self.sums = {name: Sums.of(own, len(own) ** -0.5) for name, own in by_subject.items()}

    def without(self, subjects: Collection[str]) -> Fit:
        """Fitted to all other subjects."""
        kept = [sums for name, sums in self.sums.items() if name not in subjects]
        return fit(self.names, Sums.total(kept), _PRIOR)


def written(fitter: Fitter) -> str:
    """The module of weights, fitted to all subjects, with what they were fitted to."""
    found = fitter.without(())
    times = _STEEPNESS / found.spread
    lines = [
        '"""The weight of each cue of a choice: `python -m tests.bench.fit_complexity`.\n',
        f"Fitted to {len(fitter.cues)} prompts of {len(fitter.sums)} subjects: public responses of",
        "a weak and a strong model. `tests.bench.complexity` says how well they carry over.",
        '"""\n',
        f"CHOICE_BIAS = {-found.centre * times:.4f}",
        "CHOICE: dict[str, float] = {",
        *(f'    "{name}": {weight * times:.4f},' for name, weight in found.weights.items()),
        "}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="fit the weights of a choice's cues")
    parser.add_argument("data", type=Path)
    rows = load(parser.parse_args().data)
    target = Path(complexity_weights.__file__)
    target.write_text(written(Fitter(rows)), encoding="utf-8")
    print(f"{len(rows)} prompts; wrote {target.name}")


if __name__ == "__main__":
    main()
