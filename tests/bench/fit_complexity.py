"""Fit the weights of a choice's cues anew: python -m tests.bench.fit_complexity DATA.csv

DATA.csv as in routing_data. Only kinds of cues are fitted, on whole subjects of equal standing, so
that the weights carry over to subjects that are not in the data; `tests.bench.complexity` says
how well.
"""

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path

from labverse.route import complexity_weights
from labverse.route.complexity_cues import choice_cues, read
from tests.bench.ridge import Fit, Prior, Sums, fit
from tests.bench.routing_data import Row, load

# The side of zero on which a cue must stay: else a few subjects' accidents are learnt.
_SIGNS = {
    "stem_length": 1, "options_single": -1, "options_listed": 1, "options_direction": 1,
    "options_reason": 1, "hypothesis": 1, "person": 1, "recall": -1, "names": -1,
    "long_words": -1, "money": 1, "asides": 1, "symbols": 1,
}  # fmt: skip
# Length counts for more elsewhere than in the subjects we fit to: published, it reaches 0.586 over
# all 57 of MMLU, and 0.552 over these 29. By this centre, gain rises with length as it does there.
_PRIOR = Prior(pull=0.13, centres={"stem_length": 0.2}, signs=_SIGNS)
# The score is the logistic of spreads above the mean, times this.
_STEEPNESS = 1.2


class Fitter:
    """Sums by subject, so that leaving subjects out costs no second pass over the prompts."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.cues = [choice_cues(read(row.prompt)) for row in rows]
        self.names = list(self.cues[0])
        by_subject: dict[str, list[list[float]]] = {}
        for row, cues in zip(rows, self.cues, strict=True):
            # That the weak model fails is a part of the truth with less noise in it.
            target = 0.8 * row.gain + 0.2 * (not row.weak)
            by_subject.setdefault(row.subject, []).append([*cues.values(), target])
        # Between one vote per prompt and one per subject: one of them is a fifth of all prompts.
        self.sums = {name: Sums.of(own, len(own) ** -0.5) for name, own in by_subject.items()}

    def without(self, subjects: Collection[str]) -> Fit:
        """Fitted to all other subjects."""
        kept = [sums for name, sums in self.sums.items() if name not in subjects]
        return fit(self.names, Sums.total(kept), _PRIOR)


def written(found: Fit) -> str:
    """The module of weights."""
    times = _STEEPNESS / found.spread
    lines = [
        f'"""{complexity_weights.__doc__}"""\n',
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
    target.write_text(written(Fitter(rows).without(())), encoding="utf-8")
    print(f"{len(rows)} prompts; wrote {target.name}")


if __name__ == "__main__":
    main()
