"""A budget of ten calls' cost, and many more calls at once: how often is it spent?"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx

from tests.bench.peers.quick import ANSWER, INPUT, OUTPUT
from tests.bench.peers.speed import PROMPT
from tests.bench.peers.system import PRICE_INPUT, PRICE_OUTPUT, Pair

# Of one call, in micro-dollars.
COST = int(INPUT * Decimal(PRICE_INPUT) + OUTPUT * Decimal(PRICE_OUTPUT))
AFFORDABLE = 10
# A provider takes a moment, during which nothing is known of what the call costs.
PROVIDER = "after20ms"


def overspent(name: str, url: str, at_once: int) -> dict[str, Any]:
    """What the providers at `url` billed, of a budget of ten calls, for so many calls at once."""
    pair = Pair(f"{url}/{PROVIDER}-{name}/v1", f"{url}/{PROVIDER}-{name}/v1")
    before = _calls(name, url)
    served = _SPENDERS[name](pair, at_once)
    billed = _calls(name, url) - before
    return {
        "at_once": at_once,
        "affordable": AFFORDABLE,
        "served": served,
        "billed_calls": billed,
        "times_spent": billed / AFFORDABLE,
    }


def _ours(pair: Pair, at_once: int) -> int:
    from tests.bench.peers.ours import Ours

    system = Ours(pair, COST * AFFORDABLE)
    with ThreadPoolExecutor(at_once) as pool:
        return sum(pool.map(lambda _: _served(system.ask), range(at_once)))


def _litellm(pair: Pair, at_once: int) -> int:
    from tests.bench.peers.litellm_router import LiteLLM

    quick, money = replace(pair, attempt_ms=30_000), Decimal(COST * AFFORDABLE).scaleb(-6)

    async def all_at_once() -> int:
        system = LiteLLM(quick, float(money))
        asked = (system.ask_soon(PROMPT) for _ in range(at_once))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return sum(answer == ANSWER for answer in answers)

    return asyncio.run(all_at_once())


def _served(ask: Callable[[str], str]) -> bool:
    try:
        return ask(PROMPT) == ANSWER
    except Exception:  # noqa: BLE001 - refused for want of money, in the system's own words
        return False


def _calls(name: str, url: str) -> int:
    told = httpx.get(f"{url}/_calls", trust_env=False).raise_for_status().json()
    return int(told.get(f"{PROVIDER}-{name}", 0))


_SPENDERS = {"labverse": _ours, "litellm": _litellm}
