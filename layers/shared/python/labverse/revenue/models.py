"""Revenue events at the door: every bad field is named, and a bad event harms only itself."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, ValidationError

from labverse.kernel.model import Model

Kind = Literal["new", "expansion", "contraction", "churn", "reactivation"]
KINDS: tuple[Kind, ...] = ("new", "expansion", "contraction", "churn", "reactivation")
SIGNS: dict[str, int] = {
    "new": 1, "expansion": 1, "contraction": -1, "churn": -1, "reactivation": 1,
}  # fmt: skip

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def _utc(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        raise ValueError(f"year must be from {_FIRST_YEAR} to {_LAST_YEAR - 1}")
    return moment.astimezone(UTC)


Id = Annotated[str, Field(min_length=1, max_length=128)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=6, allow_inf_nan=False)]


class Movement(Model):
    """A change of one customer's monthly recurring revenue, from `effective_at` on."""

    id: Id = Field(description="The same id twice is the same event.")
    kind: Kind
    customer: Id
    plan: Name
    channel: Name = "unknown"
    segment: Name = "unknown"
    amount: Amount = Field(
        description="By how much MRR changes, in the currency's main unit and never negative: the "
        "kind says which way. A churn's amount is all the MRR that is lost."
    )
    currency: Currency = "USD"
    effective_at: Moment


class Reversal(Model):
    """A correction: what it names counts as if it had never happened, on its own day.

    What should have been said instead is a new event. A reversal cannot be reversed.
    """

    id: Id
    kind: Literal["reversal"]
    reverses: Id = Field(description="The id of any other event, which may arrive later.")


class Touchpoint(Model):
    """A customer met a channel: what attribution shares conversions out by. Never money."""

    id: Id
    kind: Literal["touchpoint"]
    customer: Id
    channel: Name
    effective_at: Moment


class Spend(Model):
    """What a channel cost on one day: what budgets are learnt from. Never part of MRR."""

    id: Id
    kind: Literal["spend"]
    channel: Name
    amount: Amount
    currency: Currency = "USD"
    effective_at: Moment = Field(description="Its day in UTC is the day that it is counted on.")


Event = Movement | Reversal | Touchpoint | Spend
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


class Rejected(Model):
    """One bad field of one event of a batch; `index` counts from 0."""

    index: int
    field: str
    message: str


class Parsed(Model):
    """A batch, sorted: what can be used and what is wrong with the rest."""

    accepted: tuple[Event, ...]
    rejected: tuple[Rejected, ...]
    indexes: tuple[int, ...] = ()
    """Of each accepted event: its place in the batch."""


def parse(batch: Iterable[Any]) -> Parsed:
    """Every event of `batch` looked at by itself. Never raises for what an event holds."""
    accepted: list[Event] = []
    indexes: list[int] = []
    rejected: list[Rejected] = []
    for index, given in enumerate(batch):
        try:
            accepted.append(_EVENT.validate_python(given))
            indexes.append(index)
        except ValidationError as error:
            rejected += [
                Rejected(index=index, field=_field(one["loc"]), message=one["msg"])
                for one in error.errors(include_url=False, include_input=False)
            ]
    return Parsed.model_construct(
        accepted=tuple(accepted), rejected=tuple(rejected), indexes=tuple(indexes)
    )


def _field(location: tuple[int | str, ...]) -> str:
    """`amount` for ("new", "amount"): the first part only says which model it was."""
    return ".".join(str(part) for part in location[1:]) or "kind"
