"""Candidates and requests for rules that need no router."""

from decimal import Decimal
from typing import Any

from labverse.route.choice import LOCAL, Candidate, Size
from labverse.route.config import ChoicePolicy
from labverse.route.models import AnalyzeRequest
from labverse.route.pricing import Price
from labverse.route.ranking import BudgetView, Request

MONEY = BudgetView(Decimal("0.02"))


def candidate(name: str = "alpha", price: str | None = "1", **more: Any) -> Candidate:
    """A cloud model; its output costs what its input does."""
    fields: dict[str, Any] = {
        "provider": name,
        "alias": name,
        "model": f"{name}-1",
        "context_window": 100_000,
        "tokens_per_second": 60,
        "capabilities": frozenset(),
        "price": None if price is None else Price(input=Decimal(price), output=Decimal(price)),
    }
    return Candidate(**{**fields, **more})


LOCAL_CANDIDATE = candidate("small", None, provider=LOCAL, tokens_per_second=20, tier="basic")


def request(
    text: str = "What is the capital of France?",
    *,
    complexity: float = 0.5,
    seconds: float = 1.2,
    **policy: Any,
) -> Request:
    """Work of a stated complexity."""
    work = AnalyzeRequest(text=text).as_work()
    return Request(work, Size.of(work), complexity, seconds, 512, ChoicePolicy(**policy))
