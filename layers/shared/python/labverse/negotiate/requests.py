"""What a negotiation is opened with: a goal and platforms of the config, or positions in full."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, PlainValidator, WithJsonSchema

from labverse.kernel.model import Model
from labverse.negotiate.adcp import PricingModel, Unit
from labverse.negotiate.models import Money
from labverse.negotiate.states import Mode

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
LARGEST = 1e15
"""Of any number: products and sums of such numbers are still numbers."""
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Cost = Annotated[Money, Field(ge=0)]
_LONGEST = 120
FEWEST, MOST = 2, 8
"""Agents."""


def _value(given: Any) -> str | bool | int | Decimal:
    """A value of an issue as it is said in terms: text, yes or no, or an exact number."""
    if isinstance(given, bool):
        return given
    if isinstance(given, int | float | Decimal):
        exact = given if isinstance(given, int) else Decimal(str(given))
        if isinstance(exact, Decimal) and not exact.is_finite():
            raise ValueError("must be a finite number")
        if abs(exact) > LARGEST or (exact and abs(exact) < 1 / LARGEST):
            raise ValueError("must be 0, or a number from 1e-15 to 1e15 in size")
        return exact
    if isinstance(given, str) and 0 < len(given) <= _LONGEST:
        return given
    raise ValueError(f"must be a text of 1 to {_LONGEST} characters, a number, or true or false")


Value = Annotated[
    str | bool | int | Decimal,
    PlainValidator(_value),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]


class Issue(Model):
    """One thing that is negotiated, and what it may be."""

    name: Name
    values: tuple[Value, ...] = Field(min_length=1, max_length=10_000)
    owner: Name | None = Field(default=None, description="The agent who alone sets it.")
    cost: tuple[Cost, ...] | None = Field(
        default=None, description="Money of each value, major units; costs add up over issues."
    )


class Quote(Model):
    """A price, so that its eCPM can be compared: choices do not show a wrong unit."""

    pricing_model: PricingModel
    price: Annotated[Money, Field(gt=0)] = Field(description="In the position's unit.")
    rates: dict[str, Number | tuple[Number, ...]] = Field(
        default_factory=dict,
        description="viewability, ctr, cvr, completion, view_rate (shares), ltv (in the "
        "position's unit), audience: one number, or one per scenario.",
    )
    impressions: Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)] | None = Field(
        default=None, description="That a flat rate or a time is for."
    )


class Position(Model):
    """What one agent wants, scenario by scenario, in money of its currency and unit."""

    agent: Name
    currency: str = Field(description="ISO 4217.", examples=["USD"])
    unit: Unit
    as_of: AwareDatetime
    utilities: tuple[tuple[Number, ...], ...] | None = Field(
        default=None, description="[scenario][outcome], outcomes in C order."
    )
    tables: tuple[tuple[tuple[Number, ...], ...], ...] | None = Field(
        default=None, description="[issue][value][scenario]: utilities that add up over issues."
    )
    reserve: tuple[Number, ...] = Field(description="Without a deal, scenario by scenario.")
    weight: float = Field(default=1, gt=0, le=1e6, allow_inf_nan=False)
    quote: Quote | None = None


class Scenarios(Model):
    """How likely each scenario is; never renormalised."""

    probabilities: tuple[Share, ...] = Field(min_length=1)


class NegotiationRequest(Model):
    """The body of POST /api/v2/negotiations: platforms, or issues with positions and scenarios."""

    goal: str = Field(min_length=1, max_length=200)
    platforms: tuple[Name, ...] | None = Field(
        default=None, description="Two with a profile in config; the first buys from the second."
    )
    profiles: dict[str, dict[str, Any]] | None = Field(
        default=None, description="By platform, members of its profile to use instead of config's."
    )
    issues: tuple[Issue, ...] | None = Field(default=None, min_length=1)
    positions: tuple[Position, ...] | None = Field(
        default=None,
        # Counted by PositionChecks: pydantic does not count an item that has a fault.
        json_schema_extra={"minItems": FEWEST, "maxItems": MOST},
    )
    scenarios: Scenarios | None = None
    budget: Cost | None = Field(default=None, description="What a deal may cost, major units.")
    risk_aversion: Share | None = Field(default=None, description="0 = the mean, 1 = the tail.")
    tail: Share | None = Field(default=None, description="Share of the world that is the tail.")
    nash_equilibrium: bool = False
    epsilon: float = Field(default=0, ge=0, le=LARGEST, allow_inf_nan=False)
    mode: Mode = Mode.SINGLE

    @property
    def agents(self) -> tuple[str, ...]:
        """Who negotiates, in order."""
        return self.platforms or tuple(one.agent for one in self.positions or ())
