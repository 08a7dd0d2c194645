"""What a deal is worth against a baseline: the paired difference, with both of its intervals.

Scenarios are drawn anew from the problem's own distribution, deal and baseline in the same ones
(common random numbers), so that what moves both does not blur the difference. The 95 % confidence
interval is of the mean uplift; the 90 % prediction interval is of the uplift that will be seen.
Whoever reads only the first takes the second for narrower than it is.
"""

from dataclasses import dataclass

import numpy as np

from labverse.kernel.errors import InvalidInput
from labverse.negotiate.arrays import Floats
from labverse.negotiate.problem import Problem, unflat
from labverse.negotiate.reading import Reader, Terms, too_large

_Z95 = 1.959963984540054  # of the normal distribution; S >= 200 draws are near enough
_BAD = 0.05


@dataclass(frozen=True)
class Uplift:
    """A difference in money per period."""

    mean: float
    ci95: tuple[float, float]
    """Of the mean, over draws of scenarios (Monte-Carlo error)."""
    pi90: tuple[float, float]
    """Of the uplift of one period."""
    probability_of_gain: float
    worst_mean: float
    """The mean of the worst twentieth."""


@dataclass(frozen=True)
class Impact:
    """The uplift of all agents together, and of each: a sum can hide who pays for it."""

    mean: float
    ci95: tuple[float, float]
    pi90: tuple[float, float]
    per_agent: tuple[Uplift, ...]
    total: Uplift
    wider_ci95: tuple[float, float]
    """Of the mean, if the problem's scenarios are themselves a sample of what they stand for."""
    draws: int
    seed: int


def impact(problem: Problem, index: int, baseline: int | None, seed: int, draws: int) -> Impact:
    """The uplift of outcome `index` over outcome `baseline` (None: over no deal at all).

    Money as in the problem's utilities, which must share a currency. Raises InvalidInput.
    """
    terms = _read(problem, [index, *([] if baseline is None else [baseline])], draws)
    deal = _utilities(terms, index)
    difference = deal - (terms.reserve if baseline is None else _utilities(terms, baseline))
    p = terms.risk.probabilities
    # An explicit generator: the same seed gives the same draws on every version of numpy's default.
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    level = np.cumsum(p)
    drawn = np.searchsorted(level, generator.random(draws) * level[-1], side="right")
    each = difference[:, np.minimum(drawn, p.size - 1)]
    together = each.sum(axis=0)
    total = uplift(together)
    error = float(together.std(ddof=1)) * float(1 / draws + (p**2).sum()) ** 0.5
    wider = total.mean - _Z95 * error, total.mean + _Z95 * error
    agents = tuple(uplift(row) for row in each)
    return Impact(total.mean, total.ci95, total.pi90, agents, total, wider, draws, seed)


def uplift(differences: Floats) -> Uplift:
    """Both intervals of paired differences (draws,): normal for the mean, quantiles for one."""
    mean = float(differences.mean())
    error = float(differences.std(ddof=1) / np.sqrt(differences.size))
    low, high = np.quantile(differences, [0.05, 0.95])
    worst = np.sort(differences)[: max(1, round(_BAD * differences.size))]
    return Uplift(
        mean,
        (mean - _Z95 * error, mean + _Z95 * error),
        (float(low), float(high)),
        float((differences > 0).mean()),
        float(worst.mean()),
    )


def kept(planned: Impact, fresh: Impact) -> float | None:
    """How much of the planned mean is left on scenarios that the choice had not seen.

    Below 1 the choice was fitted to its scenarios (the optimiser's curse); None where nothing was
    planned.
    """
    return fresh.mean / planned.mean if planned.mean else None


def _read(problem: Problem, indexes: list[int], draws: int) -> Terms:
    reader = Reader(problem)
    terms = None if too_large(problem) else reader.terms()
    if terms is None:
        raise InvalidInput("; ".join(reader.faults) or "utilities: too many outcomes")
    if draws < 2:
        raise InvalidInput("draws: must be at least 2")
    for index in indexes:
        if not 0 <= index < terms.count:
            raise InvalidInput(f"index: {index} is not one of {terms.count} outcomes")
    return terms


def _utilities(terms: Terms, index: int) -> Floats:
    """(n, S) of one outcome."""
    if terms.utilities is not None:
        return terms.utilities[:, :, index]
    assert terms.tables is not None
    outcome = unflat(index, terms.sizes)
    rows = [[t[value] for t, value in zip(table, outcome, strict=True)] for table in terms.tables]
    total: Floats = np.sum(rows, axis=1)
    return total
