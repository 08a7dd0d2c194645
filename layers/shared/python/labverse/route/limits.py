"""How much may be spent, by whom and in which month; micro-dollars (millionths) inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from pydantic import Field

from labverse.kernel.model import Model
from labverse.kernel.money import Usd

MONTH = "month"
_MICRO = 1_000_000


def micro(usd: Decimal) -> int:
    """US dollars as micro-dollars; what is finer is rounded half up."""
    return int((usd * _MICRO).to_integral_value(ROUND_HALF_UP))


def usd(amount: int) -> Decimal:
    """Micro-dollars as US dollars, exactly."""
    return Decimal(amount).scaleb(-6)


def period_of(now: datetime) -> str:
    """The month that money belongs to: `2026-11`, by UTC."""
    return f"{now.year:04}-{now.month:02}"


@dataclass(frozen=True)
class Purpose:
    """What money is for. Each part is a counter of its own, and may carry a limit."""

    provider: str
    model: str
    key: str
    task_class: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The counters that this money is in; the month's is always the first."""
        return (
            MONTH,
            f"provider:{self.provider}",
            f"model:{self.model}",
            f"key:{self.key}",
            f"class:{self.task_class}",
        )


class Limits(Model):
    """What may be spent in a calendar month (UTC). None of these is ever exceeded."""

    per_month_usd: Usd = Field(default=Decimal(500), description="The budget of a month.")
    stop_percent: int = Field(
        default=90, ge=1, le=100, description="No money is given out above this much of it."
    )
    per_provider: dict[str, Usd] = Field(
        default_factory=dict, description="A month's limit in US dollars, by provider."
    )
    per_key: dict[str, Usd] = Field(
        default_factory=dict, description="The same by id of an API key."
    )
    per_class: dict[str, Usd] = Field(default_factory=dict, description="The same by task class.")
    thresholds_percent: tuple[int, ...] = Field(
        default=(50, 75, 90), description="Announced once each in a month."
    )
    lease_seconds: int = Field(
        default=120, gt=0, description="Money not settled by then is presumed spent."
    )
    wait_ms: int = Field(
        default=400, ge=0, description="How long a task waits for others to settle for less."
    )
    shards: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Pages that share a month; a change takes effect with the next one.",
    )

    @property
    def stop(self) -> int:
        """The month's hard stop in micro-dollars."""
        return micro(self.per_month_usd) * self.stop_percent // 100

    def on(self, lines: Iterable[str]) -> dict[str, int]:
        """Those of `lines` that carry a limit, with it in micro-dollars."""
        found = ((line, self._limit(line)) for line in lines)
        return {line: limit for line, limit in found if limit is not None}

    def share(self, limit: int, shard: int) -> int:
        """How much of `limit` a shard may give out on its own; the shares add up to it."""
        return limit // self.shards + (shard < limit % self.shards)

    def _limit(self, line: str) -> int | None:
        if line == MONTH:
            return self.stop
        part, _, name = line.partition(":")
        parts = {"provider": self.per_provider, "key": self.per_key, "class": self.per_class}
        limit = parts.get(part, {}).get(name)
        return None if limit is None else micro(limit)
