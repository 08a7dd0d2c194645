"""Lab-Verse as a library: the whole router in this process."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.library import router
from labverse.route.limits import Limits
from labverse.route.models import AnalyzeRequest
from tests.bench.peers.system import MAX_OUTPUT, PRICE_INPUT, PRICE_OUTPUT, SLA_MS, Pair


class Ours:
    """The primary is the cheaper one. `budget`: micro-dollars to spend; None: the default."""

    def __init__(self, pair: Pair, budget: int | None = None) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "providers.json"
            path.write_text(json.dumps(config(pair)), encoding="utf-8")
            keys = {"primary": "key", "backup": "key"}
            self._router = router(path, keys, None if budget is None else _ledger(budget))

    def ask(self, prompt: str) -> str:
        return self._router.answer(AnalyzeRequest(text=prompt)).text


def config(pair: Pair) -> dict[str, Any]:
    """What `labverse.library.router` reads."""
    names = ("primary", "backup")
    dearer = {"input": "0.20", "output": "0.80"}
    prices = ({"input": PRICE_INPUT, "output": PRICE_OUTPUT}, dearer)
    models = {
        f"{name}-1": {"provider": name, "context_window": 128_000, "price": price}
        for name, price in zip(names, prices, strict=True)
    }
    return {
        "max_latency_ms": SLA_MS,
        "hard_deadline_ms": 25_000,
        "max_output_tokens": MAX_OUTPUT,
        "max_cost_usd_per_task": "0.02",
        "temperatures": {"critical": 0.3, "default": 0.6, "creative": 0.9},
        "routing": {"primary": "primary", "fallbacks": ["backup"]},
        "aliases": {name: f"{name}-1" for name in names},
        "providers": {
            "primary": {"api": "openai", "base_url": pair.primary},
            "backup": {"api": "openai", "base_url": pair.backup},
        },
        "models": models,
        "edge_local": [{"model": "none", "context_window": 4096, "tokens_per_second": 10}],
    }


def _ledger(budget: int) -> MemoryLedger:
    limits = {"per_month_usd": Decimal(budget).scaleb(-6), "stop_percent": 100}
    return MemoryLedger(Limits.model_validate(limits))
