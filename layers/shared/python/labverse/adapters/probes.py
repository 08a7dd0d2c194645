"""Health probes: one cheap read of each thing we depend on."""

from typing import TYPE_CHECKING

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters import sigv4
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.observe.models import ProviderHealth, State
from labverse.route.config import RouteConfig
from labverse.route.lifecycle import resolve
from labverse.route.ports import ProviderKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SECONDS = 1.0


class LocalModelProbe:
    """Asks an OpenAI-compatible server for its models; `url` is `none` where there is no server."""

    def __init__(self, url: str, model: str, client: httpx.Client) -> None:
        self._url, self._model, self._client = url, model, client
        self._auth = sigv4.for_url(url)

    def health(self) -> ProviderHealth:
        """`ok` when the server lists its models within a second; `warming` while it is not up."""
        if self._url == "none":
            return ProviderHealth(state="not_configured", model=None)
        try:
            url = f"{self._url.rstrip('/')}/models"
            answer = self._client.get(url, timeout=_SECONDS, auth=self._auth)
        except httpx.HTTPError as error:
            return self._down(type(error).__name__)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return self._down(str(answer.status_code), "warming")
        if answer.status_code != httpx.codes.OK:
            return self._down(str(answer.status_code))
        return ProviderHealth(state="ok", model=self._model)

    def _down(self, code: str, state: State = "unreachable") -> ProviderHealth:
        return ProviderHealth(state=state, model=self._model, last_error_code=code)


class CloudProbe:
    """What an alias means today, and whether its provider has a key. Asks no provider: a public
    route must not be able to spend money.
    """

    def __init__(self, alias: str, config: RouteConfig, keys: ProviderKeys, clock: Clock) -> None:
        self._alias, self._config, self._keys, self._clock = alias, config, keys, clock

    def health(self) -> ProviderHealth:
        """`configured` with a key, `not_configured` without one or without a live model."""
        resolved = resolve(self._config, self._alias, self._clock.now().date())
        code = None if resolved.model else "retired"
        state: State = "not_configured"
        try:
            if resolved.model and self._keys.current(resolved.model.provider):
                state = "configured"
        except Unavailable:
            state, code = "unreachable", "keys_unreadable"
        return ProviderHealth(
            state=state,
            provider=self._config.models[resolved.named_after].provider,
            model=resolved.named_after,
            resolves_to=resolved.model_id,
            retires=resolved.model.retires if resolved.model else None,
            last_error_code=code,
        )


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
