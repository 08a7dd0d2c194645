"""AdCP's pricing models in one unit, and what a spread between two of them is worth.

eCPM, money per thousand impressions, is formed **per scenario**: E[CTR CVR] is not E[CTR] E[CVR]
when they move together. A price in another unit than its currency's shows as an implausible eCPM.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labverse.negotiate.adcp import EVENTS, PLAUSIBLE_ECPM, PricingModel
from labverse.negotiate.arrays import Floats
from labverse.negotiate.risk import Risk

_RATIO = 20.0
_ROUNDING = 1e-12


def per_mille(model: PricingModel, rates: Mapping[str, Floats], impressions: float) -> Floats:
    """(S,): by what a price is multiplied to be an eCPM. KeyError: a rate is not known.

    `cpm` and `vcpm` are prices per thousand; `cpc`, `cpcv`, `cpv` and `cpa` per event;
    `revenue_share` is a fraction of LTV; `flat_rate` and `time` are for all the impressions; `cpp`
    is per rating point, one in a hundred of the audience that `rates["audience"]` counts.
    """
    if model in ("flat_rate", "time"):
        return np.full_like(next(iter(rates.values())), 1000 / impressions)
    if model == "cpp":
        return 1000 / (rates["audience"] / 100)
    each = 1.0 if model in ("cpm", "vcpm") else 1000.0
    factor = np.full_like(next(iter(rates.values())), each)
    for name in EVENTS[model]:
        factor = factor * rates[name]
    return factor


def break_even_cvr(cpm: float, cpa: float, ctr: Floats) -> Floats:
    """(S,): the CVR at which a thousand impressions cost as much as the acquisitions they bring."""
    return cpm / (1000 * ctr * cpa)


@dataclass(frozen=True)
class Arbitrage:
    """A spread per mille, buying at one price and selling at another, by three standards."""

    riskless: bool
    """Never a loss, and a gain in some scenario."""
    robust: bool
    """The certainty equivalent is above 0."""
    expected: bool
    """The mean is above 0."""
    mean: float
    certainty_equivalent: float
    worst: float


def arbitrage(spread: Floats, risk: Risk) -> Arbitrage:
    """Of a spread (S,), m = what is earned less what is paid on one mille in each scenario."""
    mean = float(spread @ risk.probabilities)
    equivalent = float(risk.value(spread))
    noise = _ROUNDING * float(abs(spread).max())
    worst = float(spread.min())
    return Arbitrage(
        worst >= -noise and float(spread.max()) > noise,
        equivalent > noise,
        mean > noise,
        mean,
        equivalent,
        worst,
    )


def suspect_units(ecpm: Mapping[str, float]) -> tuple[str, ...]:
    """Whose eCPM is implausible, alone or beside the others': choices do not show a wrong unit."""
    low, high = PLAUSIBLE_ECPM
    alone = {name for name, value in ecpm.items() if not low <= value <= high}
    least = min(ecpm.values())
    beside = {name for name, value in ecpm.items() if least > 0 and value > _RATIO * least}
    return tuple(sorted(alone | beside))
