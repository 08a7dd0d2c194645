"""What `allocate` recommends, with what it is worth and what holds it back."""

from typing import Literal

from labverse.kernel.model import Model

Status = Literal["move", "hold", "too_thin"]
Binding = Literal["budget", "trust_region", "evidence", "data"]


class Missing(Model):
    """What a channel's history lacks before its budget can be moved."""

    channel: str
    what: str
    have: float
    need: float


class ChannelPlan(Model):
    """One channel's budget per period, before and after."""

    channel: str
    current: float
    """Mean spend of the last 90 periods."""
    same_mix: float
    """What it would get if the budget were split as today."""
    recommended: float
    marginal_before: float | None
    """Revenue that one more unit of money returns at `same_mix`; None where data is too thin."""
    marginal_after: float | None


class Plan(Model):
    """A split of a budget and what it is expected to change against the same mix, per period."""

    status: Status
    """`hold`: today's mix is the best that the data support. `too_thin`: see `missing`."""
    budget: float
    unspent: float
    """The part of the budget that lies outside what the history supports."""
    channels: tuple[ChannelPlan, ...]
    effect: float
    """Expected revenue gained."""
    low: float
    high: float
    """90 % interval of `effect`."""
    probability_of_loss: float
    binding: Binding
    """What keeps the plan from gaining more: the budget itself (marginal returns are even), the
    trust region, too little evidence for a larger move, or channels with too little data."""
    missing: tuple[Missing, ...]

    @property
    def allocation(self) -> dict[str, float]:
        """Recommended spend per period by channel."""
        return {one.channel: one.recommended for one in self.channels}
