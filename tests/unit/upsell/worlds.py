"""Simulated customers whose best offer is known: what a policy earns of the way to an oracle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labverse.upsell.policy import Policy, Rules
from labverse.upsell.space import Context

Array = np.ndarray


@dataclass(frozen=True)
class World:
    """Offers that are taken by a logistic function of the context, each at its price."""

    offers: int = 5
    numbers: int = 4
    scale: float = 1.0
    base: float = -1.0
    noise: float = 0.0
    moves: bool = False
    """Whether what customers want changes between the second and the fourth thousand."""

    def run(self, rules: Rules, seed: int, decisions: int = 6000, delay: int = 50) -> "Run":
        """Decide for so many; every outcome is known `delay` decisions later."""
        rng, taste = np.random.default_rng(seed), self._taste(seed + 100)
        policy, waiting, run = Policy(rules), [], Run([], [], [])
        names = [f"offer-{n}" for n in range(self.offers)]
        for number in range(decisions):
            context, x = self._customer(rng)
            chance, price = taste(x, number), 10 + 50 * _share(self.offers)
            worth = chance * price
            decision = policy.act(context, names, rng)
            chosen = names.index(decision.offer)
            taken = rng.random() < chance[chosen]
            spread = np.exp(self.noise * rng.normal() - self.noise**2 / 2)
            waiting.append((decision, float(taken * price[chosen] * spread)))
            run.worth.append((worth[chosen], worth.mean(), worth.max()))
            run.confidence.append((decision.confidence, chosen == int(worth.argmax())))
            run.told.append((decision.expected, worth[chosen]))
            if len(waiting) > delay:
                policy = policy.learn(*waiting.pop(0))
        return run

    def _customer(self, rng: np.random.Generator) -> tuple[Context, Array]:
        x = rng.normal(size=self.numbers)
        return {f"number-{n}": float(value) for n, value in enumerate(x)}, x

    def _taste(self, seed: int) -> Callable[[Array, int], Array]:
        rng = np.random.default_rng(seed)
        shape = (self.offers, self.numbers)
        before, after = rng.normal(0, self.scale, shape), rng.normal(0, self.scale, shape)
        base = self.base + rng.normal(0, 0.5, self.offers)

        def chance(x: Array, number: int) -> Array:
            moved = 0.8 * min(1.0, max(0.0, number / 2000 - 1)) if self.moves else 0.0
            slopes = (1 - moved) * before + moved * after
            return np.asarray(1 / (1 + np.exp(-(base + slopes @ x))))

        return chance


def _share(offers: int) -> Array:
    """Prices in no order."""
    return np.asarray(np.random.default_rng(offers).permutation(offers) / offers)


class Run(NamedTuple):
    """By decision: worth of the offer, of an even choice, of the best; what was said of it."""

    worth: list[tuple[float, float, float]]
    confidence: list[tuple[float, bool]]
    told: list[tuple[float, float]]

    def __add__(self, other: "Run") -> "Run":  # type: ignore[override]  # no longer tuple
        """Both runs as one."""
        return Run(
            self.worth + other.worth, self.confidence + other.confidence, self.told + other.told
        )

    def gained(self) -> float:
        """The share of the way from an even choice to an oracle, with all that learning cost."""
        got, even, best = np.sum(self.worth, axis=0)
        return float((got - even) / (best - even))

    def miscalibration(self) -> float:
        """Mean gap between confidence and how often it was right, by tenths."""
        told, right = np.array(self.confidence, dtype=float).T
        tenth = np.minimum((told * 10).astype(int), 9)
        gaps = [
            (tenth == n).mean() * abs(told[tenth == n].mean() - right[tenth == n].mean())
            for n in range(10)
            if (tenth == n).any()
        ]
        return float(np.sum(gaps))

    def promised(self) -> float:
        """What was expected over what it was worth, in the second half."""
        told, real = np.array(self.told[len(self.told) // 2 :]).T
        return float(told.sum() / real.sum())
