"""What speaks for and against each service, gathered from its metrics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labverse.runbook.deviation import Deviation, deviation
from labverse.runbook.kinds import Kind, kind
from labverse.runbook.window import Floats, Window

# Unusual: so far from the usual level, and so many times what the usual itself shows.
_FAR = 3.0
_BEYOND = 1.5
# Somebody should look: some metric is unusual by more than chance brings among so many.
_ALARMING_FAR = 4.0
_ALARMING_BEYOND = 2.0
# A change that is statistically clear and does not matter to anyone.
_SMALL = 0.02
# Less load is mostly a consequence, and better than usual is seldom a cause.
_WRONG_WAY = 0.3
# From this much more load on, slowness is no surprise.
_SURGE = 0.3
# So much of a service's trouble a surge accounts for, and the most of a surge that still lets a
# scarce resource speak for itself.
_BY_LOAD = 0.7
_CLEAR = 0.5
_FELT = (Kind.HARM, Kind.HEALTH)
_TROUBLES = (*_FELT, Kind.RESOURCE, Kind.OTHER)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Per service, in the order of `services`; (n,) each."""

    services: tuple[str, ...]
    alarming: bool
    trouble: Floats
    """How unusual it is, where load does not explain it."""
    surge: Floats
    """How unusual its load is, with the trouble that the load explains."""
    rise: Floats
    """By which share its load rose, where that is unusual."""
    short: Flags
    """Whether a resource of its own is unusually used."""
    harm: tuple[dict[str, float], ...]
    """By how much each harmful metric rose, where that is unusual."""

    def explains(self, caller: int, callee: int) -> float:
        """How much of the caller's trouble that of its callee explains, in [0, 1].

        Where both report the same metric, amounts are compared: half the rise is enough, as callers
        wait for several. Otherwise all we have is how unusual both are.
        """
        if not self.trouble[caller]:
            return 0.0
        theirs, ours = self.harm[callee], self.harm[caller]
        shares = [min(1.0, 2 * theirs[name] / ours[name]) for name in ours if name in theirs]
        by_size = float(min(1.0, self.trouble[callee] / self.trouble[caller]))
        return max(shares) if shares else by_size


def evidence(window: Window) -> Evidence:
    """What the window shows of each service."""
    services = tuple(dict.fromkeys(window.services))
    owner = np.array([services.index(name) for name in window.services])
    found = deviation(window)
    kinds = [kind(name) for name in window.names]
    weight = _weights(found, kinds)

    def most(values: Floats, *of: Kind) -> Floats:
        """The largest value of each service among its metrics of those kinds, at least 0."""
        highest = np.zeros(len(services))
        np.maximum.at(highest, owner, np.where([item in of for item in kinds], values, 0.0))
        return highest

    rise = most(np.where(weight == 1, found.share, 0.0), Kind.LOAD)
    doubt = np.minimum(1.0, rise / _SURGE)
    size = weight * np.log1p(found.excess)
    trouble, load = most(size, *_TROUBLES), most(size, Kind.LOAD)
    harm = _harm(window, found, (weight == 1) & [item in _FELT for item in kinds])
    return Evidence(
        services=services,
        alarming=bool((_alarming(found) & (weight > 0)).any()),
        trouble=trouble * (1 - _BY_LOAD * doubt),
        surge=load + trouble * _BY_LOAD * doubt,
        rise=rise,
        short=(most(weight, Kind.RESOURCE) == 1) & (doubt < _CLEAR),
        harm=tuple(harm.get(name, {}) for name in services),
    )


def _alarming(found: Deviation) -> Flags:
    far = found.strength >= _ALARMING_FAR
    return np.asarray(far & (found.strength >= _ALARMING_BEYOND * found.usually))


def _weights(found: Deviation, kinds: list[Kind]) -> Floats:
    """(M,): 0 for what is usual, 1 for what is unusually bad, between for what is only unusual."""
    unusual = (found.strength >= _FAR) & (found.strength >= _BEYOND * found.usually)
    # No share is known of what was nothing before.
    matters = (np.abs(found.share) >= _SMALL) | (found.share == 0)
    signs = np.array([-1.0 if item is Kind.HEALTH else 1.0 for item in kinds])
    bad = np.array([item is Kind.OTHER for item in kinds]) | (found.change * signs > 0)
    return np.asarray(np.where(bad, 1.0, _WRONG_WAY) * (unusual & matters))


def _harm(window: Window, found: Deviation, felt: Flags) -> dict[str, dict[str, float]]:
    """Per service, by how much each metric that callers feel got worse."""
    harm: dict[str, dict[str, float]] = {}
    for place in np.flatnonzero(felt):
        amounts = harm.setdefault(window.services[place], {})
        amounts[window.names[place]] = float(abs(found.change[place]))
    return harm
