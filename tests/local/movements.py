"""Events of one run of a test: its own plans, channels and segment, so that runs do not mix."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from labverse.revenue.config import RevenuePolicy
from labverse.revenue.rates import Rates
from tests.cloud import ROOT

CUSTOMERS, DAYS = 60, 30
FIRST = date(2026, 3, 1)
KINDS = ("new", "expansion", "contraction", "churn", "reactivation")
Given = list[dict[str, Any]]


def events(run: str, number: int) -> Given:
    """Movements of `run`'s own plan, channel and segment; every 20th is taken back."""
    dice, made = random.Random(number), []
    for at in range(number):
        day = FIRST + timedelta(days=dice.randrange(DAYS))
        made.append(
            {
                "id": f"{run}-{at}",
                "kind": dice.choice(KINDS),
                "customer": f"{run}-{dice.randrange(CUSTOMERS)}",
                "plan": f"{run}-{dice.choice(['basic', 'pro'])}",
                "channel": f"{run}-{dice.choice(['ads', 'mail', 'web'])}",
                "segment": f"{run}-all",
                "amount": str(Decimal(dice.randrange(1, 50_000)) / 100),
                "currency": dice.choice(["USD", "EUR"]),
                "effective_at": f"{day}T12:00:00Z",
            }
        )
    undone = [{"id": f"{one['id']}-r", "kind": "reversal", "reverses": one["id"]} for one in made]
    return made + undone[::20]


def policy() -> Rates:
    text = (ROOT / "config" / "policy" / "revenue.json").read_text(encoding="utf-8")
    return RevenuePolicy.model_validate_json(text).rates
