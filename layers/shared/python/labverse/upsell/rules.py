"""What people decide about a policy, and what a policy decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from labverse.upsell.space import Context

Mode = Literal["learning", "apprentice", "holdout", "off"]
"""`off`: nothing was computed, the incumbent was offered, and nothing is learnt from it."""


class Expectation(NamedTuple):
    """What is known of an offer before any outcome: how many take it, what it brings then."""

    chance: float
    size: float


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
    restless: float = 1e-4
    """How far doubts return to what they were at first, by outcome: what was learnt long ago may
    hold no longer."""
    pairs: int = 0
    """So many numbers of a context also count by their products, squares with them."""
    stated_logit: float = 0.5
    """What stating an offer is worth, fading once it has been tried `stated_trials` times."""
    stated_trials: float = 20.0
    width: int = 48
    """Most features, the constant with them."""
    expected: Mapping[str, Expectation] = field(default_factory=dict)
    """By offer, where anything is known; sizes in the unit of rewards."""

    def unit(self, offer: str) -> float | None:
        """What rewards of an offer are measured in; None where nothing is known of it."""
        known = self.expected.get(offer)
        if known is None:
            return None
        sizes = [abs(other.size) for other in self.expected.values() if other.size]
        return abs(known.size) or min(sizes, default=1.0)


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
    """Probability that no other of the offers has a larger expected reward here: of decisions with
    confidence c, a share of about c is the best there was."""
    mode: Mode
    model_version: int
    context: Context
