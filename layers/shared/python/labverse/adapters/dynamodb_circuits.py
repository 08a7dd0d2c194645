"""`Circuits` on DynamoDB: one item for all providers, read in the background.

Each provider has one attribute, a circuit as JSON, and another one for its version, which a write
is conditional on: of two that change a circuit at once, one does, and the other sees what it did.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters.refreshed import Refreshed
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry
from labverse.route.breaker import Circuit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY: Any = {"name": {"S": "health"}}
_REFUSED = "ConditionalCheckFailedException"
_CIRCUIT, _VERSION = "circuit:", "version:"
_PLAIN = ("failures", "why", "ordered")
_TIMES = ("opened_at", "until", "trial_until", "alive_at")
# Half of what an open breaker is open at the shortest; a new process waits for its first look.
_SECONDS, _PATIENCE_SECONDS = 2.0, 0.15


class DynamoCircuits:
    """The item `health` of `table_name`."""

    def __init__(self, table_name: str, client: "DynamoDBClient", clock: Clock) -> None:
        self._table, self._client = table_name, client
        self._read: Refreshed[Mapping[str, Circuit]] = Refreshed(
            self.read, {}, clock, seconds=_SECONDS, patience=_PATIENCE_SECONDS
        )

    def known(self) -> Mapping[str, Circuit]:
        """Every circuit there is, a few seconds old at most while somebody asks."""
        return self._read.value()

    def read(self) -> Mapping[str, Circuit]:
        """Every circuit as it is now. Raises Unavailable."""
        try:
            item = self._client.get_item(TableName=self._table, Key=_KEY).get("Item", {})
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the health of providers cannot be read") from error
        return _circuits(item)

    def swap(self, old: Circuit, new: Circuit) -> Circuit | None:
        """One conditional UpdateItem."""
        name = new.provider
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET #circuit = :circuit, #version = :new",
                ConditionExpression="#version = :old"
                if old.version
                else "attribute_not_exists(#version)",
                ExpressionAttributeNames={
                    "#circuit": f"{_CIRCUIT}{name}",
                    "#version": f"{_VERSION}{name}",
                },
                ExpressionAttributeValues=_values(old, new),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise Unavailable("the health of providers cannot be written") from error
            there: Any = error.response.get("Item", {})
            return _circuits(there).get(name) or Circuit(name)
        except BotoCoreError as error:
            raise Unavailable("the health of providers cannot be written") from error
        return None


def _values(old: Circuit, new: Circuit) -> Any:
    values = {":circuit": {"S": _written(new)}, ":new": {"N": str(new.version)}}
    return values | ({":old": {"N": str(old.version)}} if old.version else {})


def _written(circuit: Circuit) -> str:
    fields: dict[str, Any] = {name: getattr(circuit, name) for name in _PLAIN}
    times = {name: getattr(circuit, name) for name in _TIMES}
    fields |= {name: at.timestamp() for name, at in times.items() if at is not None}
    return json.dumps(fields)


def _circuits(item: Mapping[str, Any]) -> dict[str, Circuit]:
    names = [key.removeprefix(_CIRCUIT) for key in item if key.startswith(_CIRCUIT)]
    return {name: _circuit(name, item) for name in names}


def _circuit(name: str, item: Mapping[str, Any]) -> Circuit:
    """As it was written. What another version of this code wrote closes it, and may be replaced."""
    version = int(item[f"{_VERSION}{name}"]["N"])
    try:
        fields = json.loads(item[f"{_CIRCUIT}{name}"]["S"])
        known: dict[str, Any] = {key: fields[key] for key in _PLAIN}
        times = {key: datetime.fromtimestamp(fields[key], UTC) for key in _TIMES if key in fields}
        known |= times
    except (ValueError, KeyError, TypeError) as error:
        telemetry.logger().warning("not understood", extra={"circuit": name, "why": str(error)})
        return Circuit(name, version=version)
    return Circuit(name, version=version, **known)
