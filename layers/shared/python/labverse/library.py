"""The product in one process, without AWS: for notebooks, benchmarks and other services."""

import json
from collections.abc import Mapping
from pathlib import Path
from random import SystemRandom
from typing import Any

from labverse.adapters import clock as system
from labverse.adapters.deadline import Client
from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.adapters.memory_ledger import MemoryLedger
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.adapters.providers import adapters
from labverse.adapters.racing import Threads
from labverse.kernel.clock import Clock
from labverse.route.breaker import HealthPolicy
from labverse.route.catalogue import Catalogue
from labverse.route.choice import LOCAL
from labverse.route.config import ChoicePolicy, RouteConfig
from labverse.route.experience import Experience
from labverse.route.ledger import Ledger
from labverse.route.models import AttemptSpan
from labverse.route.purse import Purse
from labverse.route.router import Means, Router
from labverse.route.watch import Watch


def router(
    config: Path,
    keys: Mapping[str, str],
    ledger: Ledger | None = None,
    clock: Clock | None = None,
) -> Router:
    """The whole router over real HTTP, safe from many threads.

    `config` is a file like config/ai_providers.yaml (YAML or JSON); any provider in it may carry
    its own `base_url`, and a provider named `ollama` says where the local models answer. `keys`
    are the providers' keys by name: a provider without one is not asked, except `ollama`, which
    needs none. Without `ledger` this router has one of its own, with the limits that
    `labverse.route.limits.Limits` has by default; `adapters.dynamodb_ledger.DynamoLedger` is shared
    with other processes. Raises pydantic's ValidationError naming what config gets wrong.
    """
    known = RouteConfig.model_validate(_read(config))
    local = known.providers.get(LOCAL)
    held = _Keys(keys)
    url = local.base_url if local else "none"
    client = Client()
    ports = adapters(known, held, client, url)
    if local and keys.get(LOCAL):
        ports[LOCAL] = OpenAICompatible(url, client, LOCAL, held)
    catalogue = Catalogue(known, known.edge_local if local else (), ports, held)
    return _over(catalogue, ledger or MemoryLedger(), clock or system.SystemClock())


def _over(catalogue: Catalogue, ledger: Ledger, clock: Clock) -> Router:
    """What this router learns, and the health of its providers, are its own."""
    learnt = Experience(clock.now)
    purse = Purse(ledger, clock, system.new_id, system.pause, learnt.likely_output)
    health = Watch(MemoryCircuits(), clock, HealthPolicy(), system.new_id)
    means = Means(health, learnt, Threads(), SystemRandom(), ChoicePolicy())
    return Router(catalogue, clock, system.new_id, _NoRecord(), purse, means)


def _read(config: Path) -> Any:
    text = config.read_text(encoding="utf-8")
    if config.suffix == ".json":
        return json.loads(text)
    import yaml  # JSON needs no YAML reader, and a function's layers hold none

    # libyaml reads ten times as fast; a wheel for a rare machine may lack it.
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _Keys:
    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)

    def current(self, provider: str) -> str | None:
        return self._keys.get(provider) or None

    again = current


class _NoRecord:
    def attempt(self, span: AttemptSpan) -> None:
        """The attempts are in the answer; a process without AWS has nowhere else to put them."""
