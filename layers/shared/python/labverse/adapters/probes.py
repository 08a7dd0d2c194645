"""Health probes: one cheap read of each thing we depend on."""

from typing import TYPE_CHECKING

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from labverse.observe.models import ProviderHealth, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SECONDS = 1.0


class LocalModelProbe:
    """Asks an OpenAI-compatible server for its models; `url` is `none` where there is no server."""

    def __init__(self, url: str, model: str, client: httpx.Client) -> None:
        self._url, self._model, self._client = url, model, client

    def health(self) -> ProviderHealth:
        """`ok` when the server lists its models within a second."""
        if self._url == "none":
            return ProviderHealth(state="not_configured", model=None)
        try:
            answer = self._client.get(f"{self._url.rstrip('/')}/models", timeout=_SECONDS)
        except httpx.HTTPError as error:
            return self._down(type(error).__name__)
        if answer.status_code != httpx.codes.OK:
            return self._down(str(answer.status_code))
        return ProviderHealth(state="ok", model=self._model)

    def _down(self, code: str) -> ProviderHealth:
        return ProviderHealth(state="unreachable", model=self._model, last_error_code=code)


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
