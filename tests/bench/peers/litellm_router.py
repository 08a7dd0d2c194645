"""LiteLLM's Router, as its own page on fallbacks sets it up; runs in an environment of its own."""

import logging
import os
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.bench.peers.system import MAX_OUTPUT, PRICE_INPUT, PRICE_OUTPUT, Pair

# Else importing it asks a server for a table of prices, several times.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

litellm.suppress_debug_info = True
litellm.telemetry = False
logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
logging.getLogger("LiteLLM Router").setLevel(logging.CRITICAL)
_MILLION = 1_000_000


class LiteLLM:
    """Asks the primary once, then the backup: it retries nothing, which would cost seconds.

    `budget`: dollars a day for the provider; asked with `ask_soon`, as only its asynchronous half
    looks at budgets.
    """

    def __init__(self, pair: Pair, budget: float | None = None) -> None:
        tuned: dict[str, Any] = {"allowed_fails": 1, "cooldown_time": 30} if pair.cooldown else {}
        if budget is not None:
            money = {"budget_limit": budget, "time_period": "1d"}
            tuned["provider_budget_config"] = {"openai": money}
        self._router = litellm.Router(
            model_list=[_model("primary", pair.primary), _model("backup", pair.backup)],
            fallbacks=[{"primary": ["backup"]}],
            timeout=pair.attempt_ms / 1000,
            num_retries=0,
            **tuned,
        )

    def ask(self, prompt: str) -> str:
        return _text(self._router.completion(**_asked(prompt)))

    async def ask_soon(self, prompt: str) -> str:
        """The same, asynchronously."""
        return _text(await self._router.acompletion(**_asked(prompt)))


def complexities(prompts: Sequence[str]) -> list[float]:
    """What its complexity router thinks of each, with the weights that it comes with."""
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

    router = litellm.Router(model_list=[_model("primary", "http://127.0.0.1:1/v1")])
    judge = ComplexityRouter("auto", router)
    return [float(judge.classify(prompt)[1]) for prompt in prompts]


def _model(name: str, url: str) -> dict[str, Any]:
    return {
        "model_name": name,
        "litellm_params": {
            "model": f"openai/{name}-1",
            "api_base": url,
            "api_key": "key",
            "input_cost_per_token": float(Decimal(PRICE_INPUT) / _MILLION),
            "output_cost_per_token": float(Decimal(PRICE_OUTPUT) / _MILLION),
        },
    }


def _asked(prompt: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"model": "primary", "messages": messages, "max_tokens": MAX_OUTPUT}


def _text(answer: Any) -> str:
    return str(answer.choices[0].message.content)
