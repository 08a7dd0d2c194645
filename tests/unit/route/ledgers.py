"""Ledgers to test with: each adapter, empty, with the limits and shards that a test wants."""

from decimal import Decimal
from typing import Any

from labverse.adapters.dynamodb_ledger import DynamoLedger
from labverse.adapters.memory_ledger import MemoryLedger
from labverse.route.limits import Limits, Purpose
from labverse.route.paged_ledger import PagedLedger
from tests.unit.route.table import Table

OPENAI = Purpose("openai", "gpt-6-luna", "alice", "default")
QWEN = Purpose("dashscope", "qwen3.8-flash", "bob", "critical")


def limits(stop: int, shards: int = 1, **more: Any) -> Limits:
    """Limits whose hard stop is `stop` micro-dollars."""
    budget = {"per_month_usd": Decimal(stop).scaleb(-6), "stop_percent": 100}
    return Limits.model_validate({**budget, "shards": shards, **more})


def ledger(kind: str, bounds: Limits) -> PagedLedger:
    """An empty one."""
    if kind == "memory":
        return MemoryLedger(bounds)
    client: Any = Table()
    return DynamoLedger("ledger", client, bounds)
