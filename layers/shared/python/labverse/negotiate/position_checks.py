"""What is wrong with positions beside each other, whatever else is wrong with them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import prod
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from labverse.kernel.errors import FieldError
from labverse.negotiate.adcp import AMOUNTS, DIGITS, EVENTS, SHARES
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.requests import FEWEST, MOST
from labverse.negotiate.shapes import listed, mapped, number

_SUM = 1e-6  # how far probabilities may be from 1
_AHEAD = timedelta(minutes=5)  # clocks differ
_WHEN: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
Fault = tuple[str, str]


class PositionChecks:
    """Checks of a request that carries positions, over its JSON."""

    def __init__(self, raw: Mapping[str, Any], policy: NegotiatePolicy, now: datetime) -> None:
        self._raw, self._policy, self._now = raw, policy, now
        self._issues = [mapped(one) for one in listed(raw.get("issues"))]
        self._positions = [mapped(one) for one in listed(raw.get("positions"))]
        self._sizes = [len(listed(issue.get("values"))) for issue in self._issues]
        self._chances = listed(mapped(raw.get("scenarios")).get("probabilities"))

    def faults(self) -> list[FieldError]:
        """All of them."""
        found = [*self._request(), *self._each_issue()]
        for place in range(len(self._positions)):
            found += self._position(place)
        return [FieldError(field=field, message=message) for field, message in found]

    def _request(self) -> Iterator[Fault]:
        for name in ("issues", "scenarios"):
            if self._raw.get(name) is None:
                yield name, "must be given with positions"
        given = self._raw["positions"]
        if isinstance(given, list | tuple) and not FEWEST <= len(given) <= MOST:
            yield "positions", f"must be those of {FEWEST} to {MOST} agents"
        if self._raw.get("profiles") is not None:
            yield "profiles", "belongs to platforms, not to positions"
        numbers = [number(one) for one in self._chances]
        known = [one for one in numbers if one is not None]
        if numbers and len(known) == len(numbers) and abs(sum(known) - 1) > _SUM:
            yield "scenarios.probabilities", f"must sum to 1, sum to {sum(known)!r}"
        costs = any(issue.get("cost") is not None for issue in self._issues)
        if self._raw.get("budget") is not None and not costs:
            yield "budget", "needs costs of issues"
        currency = self._positions[0].get("currency") if self._positions else None
        if costs and currency in DIGITS and currency not in self._policy.monthly_budgets:
            yield "positions.0.currency", f"config has no monthly budget in {currency}"

    def _each_issue(self) -> Iterator[Fault]:
        agents = [position.get("agent") for position in self._positions]
        names = [issue.get("name") for issue in self._issues]
        for place, issue in enumerate(self._issues):
            if issue.get("name") in names[:place]:
                yield f"issues.{place}.name", "is another issue's name as well"
            values = [repr(value) for value in listed(issue.get("values"))]
            if len(set(values)) < len(values):
                yield f"issues.{place}.values", "must be different from each other"
            if issue.get("owner") is not None and issue["owner"] not in agents:
                yield f"issues.{place}.owner", "must be the agent of a position"
            cost = issue.get("cost")
            if cost is not None and len(listed(cost)) != len(values):
                yield f"issues.{place}.cost", f"must be {len(values)} amounts, one per value"

    def _position(self, place: int) -> list[Fault]:
        one, at = self._positions[place], f"positions.{place}"
        found = [*self._identity(place), *self._age(one, at), *self._numbers(one, at)]
        return [*found, *self._quote(mapped(one.get("quote")), f"{at}.quote")]

    def _identity(self, place: int) -> Iterator[Fault]:
        one, at, first = self._positions[place], f"positions.{place}", self._positions[0]
        if one.get("agent") in [other.get("agent") for other in self._positions[:place]]:
            yield f"{at}.agent", f"{one.get('agent')!r} has a position already"
        currency = one.get("currency")
        if isinstance(currency, str) and currency not in DIGITS:
            yield f"{at}.currency", f"{currency[:8]!r} is no currency of ISO 4217"
        elif currency != first.get("currency"):
            yield f"{at}.currency", f"must be {first.get('currency')}, as the first position's is"

    def _age(self, one: Mapping[str, Any], at: str) -> Iterator[Fault]:
        try:
            told = _WHEN.validate_python(one.get("as_of"))
        except ValidationError:
            return  # told already
        oldest = timedelta(minutes=self._policy.max_position_age_minutes)
        if self._now - told > oldest:
            yield f"{at}.as_of", f"is stale: a position may be {oldest} old"
        if told - self._now > _AHEAD:
            yield f"{at}.as_of", "is in the future"

    def _numbers(self, one: Mapping[str, Any], at: str) -> Iterator[Fault]:
        s, utilities, tables = len(self._chances), one.get("utilities"), one.get("tables")
        if s and len(listed(one.get("reserve"))) != s and one.get("reserve") is not None:
            yield f"{at}.reserve", f"must be {s} numbers, one per scenario"
        if (utilities is None) == (tables is None):
            yield f"{at}.utilities", "give either utilities or tables"
            return
        form = "utilities" if tables is None else "tables"
        if self._positions[0].get(form) is None:
            yield f"{at}.{form}", "all positions must have the same form as the first"
        if form == "utilities":
            shape, rows = (s, prod(self._sizes)), listed(utilities)
            yield from _matrix(f"{at}.utilities", rows, shape, ("scenario", "outcome"))
            return
        if len(listed(tables)) != len(self._sizes):
            yield f"{at}.tables", f"must be {len(self._sizes)} tables, one per issue"
            return
        for issue, size in enumerate(self._sizes):
            name, table = f"{at}.tables.{issue}", listed(listed(tables)[issue])
            yield from _matrix(name, table, (size, s), ("value", "scenario"))

    def _quote(self, quote: Mapping[str, Any], at: str) -> Iterator[Fault]:
        model, rates = quote.get("pricing_model"), mapped(quote.get("rates"))
        if model in ("flat_rate", "time") and quote.get("impressions") is None:
            yield f"{at}.impressions", f"must be told with {model}"
        events = ("audience",) if model == "cpp" else EVENTS.get(model, ())  # type: ignore[arg-type]
        for name in events:
            if name not in rates:
                yield f"{at}.rates.{name}", f"must be told with {model}"
        for name, rate in rates.items():
            yield from self._rate(name, rate, f"{at}.rates.{name}")

    def _rate(self, name: str, rate: Any, at: str) -> Iterator[Fault]:
        if name not in (*SHARES, *AMOUNTS):
            yield at, f"must be one of {[*SHARES, *AMOUNTS]}"
            return
        each = listed(rate) if isinstance(rate, list | tuple) else [rate]
        if isinstance(rate, list | tuple) and len(each) != len(self._chances):
            yield at, f"must be one number, or {len(self._chances)}: one per scenario"
        numbers = [known for one in each if (known := number(one)) is not None]
        if name in SHARES and not all(0 <= one <= 1 for one in numbers):
            yield at, "must be a share from 0 to 1"
        if name in AMOUNTS and not all(one > 0 for one in numbers):
            yield at, "must be above 0"


def _matrix(
    name: str, rows: Any, shape: tuple[int, int], words: tuple[str, str]
) -> Iterator[Fault]:
    """Rows of one length; nothing is said while the shape itself is not known."""
    if not all(shape):
        return
    if len(rows) != shape[0]:
        yield name, f"must be {shape[0]} rows, one per {words[0]}"
    for place, row in enumerate(rows):
        if isinstance(row, list | tuple) and len(row) != shape[1]:
            yield f"{name}.{place}", f"must be {shape[1]} numbers, one per {words[1]}"
