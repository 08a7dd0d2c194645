"""Health probes: one cheap read of each thing we depend on."""

from typing import TYPE_CHECKING, Protocol

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters import sigv4
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.observe.models import ProviderHealth, State
from labverse.route.config import RouteConfig
from labverse.route.health import Breaker
from labverse.route.latency import Latency, milliseconds
from labverse.route.lifecycle import Resolved, resolve
from labverse.route.ports import ProviderKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SECONDS = 1.0


class LocalModelProbe:
    """Asks an OpenAI-compatible server for its models; `url` is `none` where there is no server."""

    def __init__(self, url: str, model: str, client: httpx.Client) -> None:
        self._url, self._model, self._client = url, model, client
        self._sign = sigv4.for_url(url)

    def health(self) -> ProviderHealth:
        """`ok` when the server lists its models within a second; `warming` while it is not up."""
        if self._url == "none":
            return ProviderHealth(state="not_configured", model=None)
        try:
            url = f"{self._url.rstrip('/')}/models"
            headers = self._sign("GET", url, {}, b"") if self._sign else {}
            answer = self._client.get(url, timeout=_SECONDS, headers=headers)
        except (httpx.HTTPError, sigv4.Unsigned) as error:
            return self._down(type(error).__name__)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return self._down(str(answer.status_code), "warming")
        if answer.status_code != httpx.codes.OK:
            return self._down(str(answer.status_code))
        return ProviderHealth(state="ok", model=self._model)

    def _down(self, code: str, state: State = "unreachable") -> ProviderHealth:
        return ProviderHealth(state=state, model=self._model, last_error_code=code)


class Watched(Protocol):
    """What the router knows of a provider and of a model, without asking it again."""

    def breaker(self, provider: str) -> Breaker | None:
        """None: it may be asked."""
        ...

    def latency(self, model: str) -> Latency:
        """How long its calls took lately."""
        ...


class CloudProbe:
    """What an alias means today, whether its provider has a key, and how its calls went. Asks no
    provider: a public route must not be able to spend money.
    """

    def __init__(
        self, alias: str, config: RouteConfig, keys: ProviderKeys, clock: Clock, watched: Watched
    ) -> None:
        self._alias, self._config, self._keys, self._clock = alias, config, keys, clock
        self._watched = watched

    def health(self) -> ProviderHealth:
        """`not_configured` without a key or without a live model."""
        resolved = resolve(self._config, self._alias, self._clock.now().date())
        latency = self._watched.latency(resolved.model_id or "")
        state, code = self._state(resolved, known=latency.calls > 0)
        return ProviderHealth(
            state=state,
            provider=self._config.models[resolved.named_after].provider,
            model=resolved.named_after,
            resolves_to=resolved.model_id,
            retires=resolved.model.retires if resolved.model else None,
            p95_ms=milliseconds(latency, 0.95),
            last_error_code=code,
        )

    def _state(self, resolved: Resolved, *, known: bool) -> tuple[State, str | None]:
        if resolved.model is None:
            return "not_configured", "retired"
        provider = resolved.model.provider
        try:
            if not self._keys.current(provider):
                return "not_configured", None
        except Unavailable:
            return "unreachable", "keys_unreadable"
        breaker = self._watched.breaker(provider)
        if breaker is not None and breaker.state != "closed":
            return breaker.state, breaker.why
        return ("ok" if known else "configured"), None


class TableProbe:
    """Reads a key that is not there: proves the table, the network and our permission."""

    def __init__(self, table_name: str, client: "DynamoDBClient", key: str) -> None:
        self._table, self._client, self._key = table_name, client, key

    def state(self) -> State:
        """`ok` when the table answers."""
        try:
            self._client.get_item(TableName=self._table, Key={self._key: {"S": "health"}})
        except (ClientError, BotoCoreError):
            return "unreachable"
        return "ok"
