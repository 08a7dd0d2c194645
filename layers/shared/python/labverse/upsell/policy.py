"""Which offer a customer gets: contextual Thompson sampling that keeps account of itself.

Probabilities are estimated first, from samples of what is believed, and the offer is then drawn by
exactly these: the recorded propensity is the one used, which a log needs to be worth anything. New
policies follow an incumbent until they are proven better at any look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import PCG64, Generator

from labverse.kernel.errors import InvalidInput
from labverse.upsell import codec
from labverse.upsell.arrays import Floats
from labverse.upsell.belief import Belief, Outlook
from labverse.upsell.codec import State
from labverse.upsell.lead import Lead
from labverse.upsell.rules import Decision, Expectation, Mode, Rules
from labverse.upsell.space import Context, Space

__all__ = ["Decision", "Expectation", "Mode", "Policy", "Rules", "held_out"]

_HONEST = 0.7
"""Scales deviations for `confidence`. A normal posterior of logits has too heavy an upper tail for
offers that were seldom tried; this is where confidence was right as often as it says, over
simulations of few and of many offers, with rare and with frequent rewards."""


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
        outlook = self._outlook(context, names)
        draws = rng.standard_normal((2, self.rules.samples, len(names)))
        shifts = self._shifts(names, stated)
        own = self._own(outlook.sampled(draws * self.rules.exploration, shifts))
        mode = self._mode(context, names)
        chances = self._followed(own, names, mode)
        chosen = min(int(np.searchsorted(np.cumsum(chances), rng.random())), len(names) - 1)
        means = outlook.means()
        return Decision(
            offer=names[chosen],
            propensity=float(chances[chosen]),
            probabilities=dict(zip(names, chances.tolist(), strict=True)),
            own=dict(zip(names, own.tolist(), strict=True)),
            expected=float(means[chosen]),
            gain=float(means[chosen] - self._base(means, names)),
            confidence=outlook.best(chosen, draws * _HONEST),
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
        if decision.mode in ("holdout", "off"):
            return replace(self, state=state)
        space = self._space().seen(decision.context)
        unit = self.rules.unit(decision.offer)
        first = state.unit or (abs(reward) if unit is None else 0.0)
        measure = unit or first
        told = reward / measure if measure else 0.0
        x = space.vector(decision.context)
        belief = self._belief(decision.offer).after(x, told, self.rules.restless)
        beliefs = {**state.beliefs, decision.offer: belief}
        lead = self._lead(decision, reward)
        learned = replace(state, known=space, unit=first, beliefs=beliefs, lead=lead)
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
        return cls(rules, codec.decode(data, rules.width, rules.pairs))

    def _space(self) -> Space:
        return self.state.known or Space(self.rules.width, pairs=self.rules.pairs)

    def _belief(self, name: str) -> Belief:
        """Of an offer; before any outcome, what was expected of it."""
        known = self.rules.expected.get(name)
        if name in self.state.beliefs:
            return self.state.beliefs[name]
        if known is None:
            return Belief.prior(self.rules.width)
        return Belief.prior(self.rules.width, known.chance, float(np.sign(known.size)))

    def _outlook(self, context: Context, names: list[str]) -> Outlook:
        beliefs = [self._belief(name) for name in names]
        units = np.array([self.rules.unit(name) or self.state.unit or 1.0 for name in names])
        return Outlook.of(beliefs, self._space().vector(context), units)

    def _shifts(self, names: list[str], stated: str | None) -> Floats:
        """What stating an offer adds to its logit when offers are drawn; nothing is told of it."""
        trials = self.rules.stated_trials
        tried = np.array([self._belief(name).learned for name in names])
        fading = self.rules.stated_logit * trials / (trials + tried)
        return np.asarray(fading * np.array([name == stated for name in names]))

    def _own(self, sampled: Floats) -> Floats:
        """(offers,): the share of samples in which each is the best, and the floor."""
        count = sampled.shape[1]
        best = np.bincount(sampled.argmax(axis=1), minlength=count) / len(sampled)
        return np.asarray(self.rules.floor / count + (1 - self.rules.floor) * best)

    def _mode(self, context: Context, names: list[str]) -> Mode:
        customer = context.get("customer_id")
        if not self._led(names):
            return "learning"
        if isinstance(customer, str) and held_out(customer, self.rules.holdout):
            return "holdout"
        return "apprentice" if self.rules.apprentice and not self.proven else "learning"

    def _followed(self, own: Floats, names: list[str], mode: Mode) -> Floats:
        share = {"learning": 1.0, "apprentice": self.rules.own_share}.get(mode, 0.0)
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
