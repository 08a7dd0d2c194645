"""Which offer a customer gets: contextual Thompson sampling that keeps account of itself.

Probabilities are estimated first, from samples of what is believed, and the offer is then drawn by
exactly these: the recorded propensity is the one used, which a log needs to be worth anything. New
policies follow an incumbent until they are proven better at any look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.random import PCG64, Generator

from labverse.kernel.errors import InvalidInput
from labverse.upsell import codec
from labverse.upsell.arrays import Floats
from labverse.upsell.belief import Belief, values
from labverse.upsell.codec import State
from labverse.upsell.lead import Lead
from labverse.upsell.space import Context

Mode = Literal["learning", "apprentice", "holdout"]


@dataclass(frozen=True)
class Rules:
    """What people decide about a policy. Shares are of decisions, or of customers for `holdout`."""

    incumbent: str | None = None
    """Offered to the holdout, and followed until the policy is proven ahead of it."""
    holdout: float = 0.0
    apprentice: bool = False
    own_share: float = 0.2
    """Of an apprentice's decisions that are its own."""
    floor: float = 0.01
    """Spread evenly over all offers, so that every one stays measurable."""
    samples: int = 256
    exploration: float = 0.35
    """Scales the deviations that are sampled from. 1 is textbook, and explores more than pays."""
    stated_logit: float = 0.5
    """What stating an offer is worth, fading once it has been tried `stated_trials` times."""
    stated_trials: float = 20.0
    width: int = 48
    """Most features, the constant with them."""


@dataclass(frozen=True)
class Decision:
    """One offer, with all that learning from it and judging it later takes."""

    offer: str
    propensity: float
    probabilities: Mapping[str, float]
    own: Mapping[str, float]
    """What Thompson sampling alone would do; what an apprentice is measured by."""
    expected: float
    """Expected reward of the offer, posterior mean."""
    gain: float
    """The same, less that of the incumbent, or of an even choice where there is none."""
    confidence: float
    """Share of the policy's draws in which no other offer was better here. The draws are narrower
    than the posterior (`exploration`), so it is more confident than a probability would be.
    """
    mode: Mode
    model_version: int
    context: Context


@dataclass(frozen=True)
class Policy:
    """Immutable: learning gives a new one, so that a store can compare and swap versions."""

    rules: Rules = field(default_factory=Rules)
    state: State = field(default_factory=State)

    def act(
        self, context: Context, offers: Sequence[str], rng: Generator, stated: str | None = None
    ) -> Decision:
        """Decide. `stated`: the offer that was asked for, a prior and not an order.

        Raises InvalidInput without offers; any context is answered.
        """
        names = list(dict.fromkeys(offers))
        if not names:
            raise InvalidInput("offers: none is eligible")
        sampled = self._sampled(context, names, rng, stated)
        best = np.bincount(sampled.argmax(axis=1), minlength=len(names)) / len(sampled)
        own = self.rules.floor / len(names) + (1 - self.rules.floor) * best
        mode = self._mode(context, names)
        chances = self._followed(own, names, mode)
        chosen = min(int(np.searchsorted(np.cumsum(chances), rng.random())), len(names) - 1)
        means = sampled.mean(axis=0)
        return Decision(
            offer=names[chosen],
            propensity=float(chances[chosen]),
            probabilities=dict(zip(names, chances.tolist(), strict=True)),
            own=dict(zip(names, own.tolist(), strict=True)),
            expected=float(means[chosen]),
            gain=float(means[chosen] - self._base(means, names)),
            confidence=float(best[chosen]),
            mode=mode,
            model_version=self.state.version,
            context=dict(context),
        )

    def probabilities(self, context: Context, offers: Sequence[str]) -> dict[str, float]:
        """What would be offered with which probability; the same at every call (for evaluation)."""
        return dict(self.act(context, offers, Generator(PCG64(0))).own)

    def learn(self, decision: Decision, reward: float) -> Policy:
        """Having seen what a decision brought: incremental value, 0 for nothing.

        The holdout teaches nothing but what it measures. Raises InvalidInput unless finite.
        """
        if not np.isfinite(reward):
            raise InvalidInput("reward: must be finite")
        state = replace(self.state, version=self.state.version + 1)
        if decision.mode == "holdout":
            return replace(self, state=state)
        space = state.space(self.rules.width).seen(decision.context)
        unit = state.unit or abs(reward)
        old = state.beliefs.get(decision.offer) or Belief.prior(self.rules.width)
        belief = old.after(space.vector(decision.context), reward / unit if unit else 0.0)
        beliefs = {**state.beliefs, decision.offer: belief}
        lead = self._lead(decision, reward)
        learned = replace(state, known=space, unit=unit, beliefs=beliefs, lead=lead)
        return replace(self, state=learned)

    @property
    def proven(self) -> bool:
        """Whether an apprentice has been found better than its incumbent, at whichever look."""
        return self.state.lead.ahead

    def to_bytes(self) -> bytes:
        """The state without its rules, which are configuration."""
        return codec.encode(self.state)

    @classmethod
    def from_bytes(cls, data: bytes, rules: Rules | None = None) -> Policy:
        """Raises InvalidInput for anything but what `to_bytes` gave."""
        rules = rules or Rules()
        return cls(rules, codec.decode(data, rules.width))

    def _sampled(
        self, context: Context, names: list[str], rng: Generator, stated: str | None
    ) -> Floats:
        """(samples, offers): expected rewards under samples of what is believed."""
        x = self.state.space(self.rules.width).vector(context)
        prior = Belief.prior(self.rules.width)
        beliefs = [self.state.beliefs.get(name, prior) for name in names]
        shifts = np.array([
            self.rules.stated_logit * self.rules.stated_trials
            / (self.rules.stated_trials + belief.learned) * (name == stated)
            for name, belief in zip(names, beliefs, strict=True)
        ])  # fmt: skip
        draws = rng.standard_normal((2, self.rules.samples, len(names))) * self.rules.exploration
        return values(beliefs, x, draws, shifts) * (self.state.unit or 1.0)

    def _mode(self, context: Context, names: list[str]) -> Mode:
        customer = context.get("customer_id")
        if not self._led(names):
            return "learning"
        if isinstance(customer, str) and held_out(customer, self.rules.holdout):
            return "holdout"
        return "apprentice" if self.rules.apprentice and not self.proven else "learning"

    def _followed(self, own: Floats, names: list[str], mode: Mode) -> Floats:
        share = {"learning": 1.0, "apprentice": self.rules.own_share, "holdout": 0.0}[mode]
        incumbent = np.array([float(name == self.rules.incumbent) for name in names])
        return share * own + (1 - share) * incumbent

    def _led(self, names: list[str]) -> bool:
        return self.rules.incumbent in names

    def _base(self, means: Floats, names: list[str]) -> float:
        incumbent = self.rules.incumbent
        return float(means[names.index(incumbent)] if incumbent in names else means.mean())

    def _lead(self, decision: Decision, reward: float) -> Lead:
        if decision.mode != "apprentice":
            return self.state.lead
        follows = float(decision.offer == self.rules.incumbent)
        weight = (decision.own[decision.offer] - follows) / decision.propensity
        return self.state.lead.after(weight * reward)


def held_out(customer_id: str, share: float) -> bool:
    """Whether a customer belongs to the holdout: always the same answer, without a table."""
    digest = hashlib.blake2b(customer_id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 < share
