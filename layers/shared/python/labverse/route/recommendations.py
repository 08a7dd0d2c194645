"""What a month's tasks would have cost less on, at equal outcome: by task class, from counts alone.

Equal outcome: a cheaper model whose tier is enough for all those tasks, and which in the same class
was in time as often. Nothing is recommended on a hunch: see LEAST_TASKS and MARGIN, and the saving
must be there at the low end of its interval as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isqrt

from pydantic import Field

from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.config import CloudModel
from labverse.route.inference import (
    CONFIDENCE_PERCENT,
    Estimate,
    Sums,
    least_difference,
    total,
)
from labverse.route.limits import usd
from labverse.route.models import TIERS
from labverse.route.tally import Tallies, Tally

LEAST_TASKS = 30
"""Answered tasks of either model; fewer say too little of how it usually writes."""
MARGIN = 0.02
"""So much rarer in time still counts as equal; the bound of the difference must be above it."""


class Recommendation(Model):
    """One task class whose tasks could have gone to a cheaper model."""

    task_class: str
    model: str
    instead: str
    tasks: int = Field(description="How many tasks this is about.")
    saving_usd: Usd = Field(description="What they would have cost less, as we expect.")
    low_usd: Usd = Field(description="The interval that holds the saving with this confidence.")
    high_usd: Usd
    confidence: float = Field(examples=[0.95])
    why: str


@dataclass(frozen=True)
class _Used:
    """A model with what it did in one task class."""

    name: str
    tally: Tally
    config: CloudModel | None

    @property
    def in_time(self) -> tuple[int, int]:
        """How often, of how many attempts. Counts may be lost, so they need not fit together."""
        attempts = max(self.tally.attempts, self.tally.answered)
        return min(self.tally.in_time, attempts), attempts


def recommend(
    tallies: Tallies, models: Mapping[str, CloudModel], today: date
) -> list[Recommendation]:
    """For each task class and model, the cheaper model that surely saves most; most first."""
    found = []
    for (task_class, name), tally in tallies.items():
        if tally.answered < LEAST_TASKS:
            continue
        used = _Used(name, tally, models.get(name))
        others = _others(tallies, models, (task_class, name), today)
        better = [told for other in others if (told := _compared(task_class, used, other))]
        found += sorted(better, key=lambda told: -told.low_usd)[:1]
    return sorted(found, key=lambda told: (-told.saving_usd, told.task_class, told.model))


def _others(
    tallies: Tallies, models: Mapping[str, CloudModel], key: tuple[str, str], today: date
) -> Iterator[_Used]:
    """Models that could be asked today and have a record in this class."""
    for (task_class, name), tally in tallies.items():
        model = models.get(name)
        alive = model is not None and model.live(today)
        if alive and task_class == key[0] and name != key[1] and tally.answered >= LEAST_TASKS:
            yield _Used(name, tally, model)


def _compared(task_class: str, used: _Used, other: _Used) -> Recommendation | None:
    if not _strong_enough(used, other):
        return None
    if least_difference(used.in_time, other.in_time) < -MARGIN:
        return None
    most, saving = _saving(used, other)
    low = saving.value - saving.half
    if int(low) <= 0:
        return None
    return Recommendation(
        task_class=task_class,
        model=used.name,
        instead=other.name,
        tasks=used.tally.answered,
        saving_usd=usd(int(min(saving.value, most))),
        low_usd=usd(int(low)),
        high_usd=usd(int(min(saving.value + saving.half, most))),
        confidence=CONFIDENCE_PERCENT / 100,
        why=_why(used, other),
    )


def _strong_enough(used: _Used, other: _Used) -> bool:
    """Whether the other's tier is enough for every task; unknown needs are the tier they got."""
    tally = used.tally
    needs = (tally.needed_basic, tally.needed_standard, tally.needed_strong)
    needed = max((rank for rank, count in enumerate(needs) if count), default=0)
    if sum(needs) < tally.answered:
        given = used.config.tier if used.config else TIERS[-1]
        needed = max(needed, TIERS.index(given))
    return other.config is not None and TIERS.index(other.config.tier) >= needed


def _saving(used: _Used, other: _Used) -> tuple[float, Estimate]:
    """The most that could be saved, and the saving, in micro-dollars.

    What was paid, less the same input at the other's price, less the output that the other writes
    for so much input at its price. What was paid for no answer is nobody's to save, and input
    that the other might have cached is priced in full.
    """
    tally, own = used.tally, other.tally
    paid = float(tally.micro_usd)
    if used.config is not None:
        rates = _rates(used.config, tally)
        paid = min(paid, float(rates[0] * tally.input + rates[1] * tally.output))
    input_rate, output_rate = map(float, _rates(other.config, tally)) if other.config else (0, 0)
    most = paid - input_rate * tally.input
    known = Sums(
        own.answered, own.input, own.output, own.input_squares, own.output_squares, own.products
    )
    written = total(known, tally.answered, tally.input)
    saving = Estimate(most - output_rate * written.value, output_rate * written.half)
    return most, saving


def _rates(model: CloudModel, tally: Tally) -> tuple[Decimal, Decimal]:
    """The dearest rates there may be: no input is longer than the root of the sum of squares."""
    return model.price.dearest(isqrt(tally.input_squares))


def _why(used: _Used, other: _Used) -> str:
    told = [
        f"{one.name} was in time in {one.in_time[0]} of {one.in_time[1]} attempts"
        for one in (other, used)
    ]
    gone = set(used.config.capabilities if used.config else ()) - set(
        other.config.capabilities if other.config else ()
    )
    lacks = f"; tasks that need {', '.join(sorted(gone))} stay where they are" if gone else ""
    return (
        f"{told[0]}, {told[1]}: rarer by {MARGIN:.0%} at most, with {CONFIDENCE_PERCENT} % "
        f"confidence; its tier is enough; cached input is priced in full{lacks}"
    )
