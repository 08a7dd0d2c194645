"""How the revenue table of a stage is laid out, and what its readers and writers share.

pk                      sk              holds
event#<id>              event           one event, under its customer's kept name
event#<id>              reversed        that a reversal came before the event did
name#<customer>         name            the kept name: the only place that names the customer
customer#<kept name>    head            a timeline, and what it owes; `version` guards it
customer#<kept name>    page#<n>        older entries of it, written once
days#<dimension>        <value>#<day>   sums of a day, in millionths by `<currency>#<kind>`
paths                   <digest>        how many customers came by a path, and how many did not
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from labverse.adapters import clock
from labverse.kernel.errors import Unavailable
from labverse.revenue.models import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PK, SK, EXPIRES = "pk", "sk", "expires_at"
EVENT, REVERSED, HEAD, NAME = "event", "reversed", "head", "name"
RECORD = "record"
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_GOT, _TRIES, _WAIT = 100, 8, 0.01


def table_of(stage: str) -> str:
    """The table of `stage`, by the name that infra_cdk/constructs/table.py gives it."""
    return f"labverse-{stage}-revenue"


def key(partition: str, sort: str) -> dict[str, Any]:
    """An item's key."""
    return {PK: {"S": partition}, SK: {"S": sort}}


def event_item(event: Event) -> dict[str, Any]:
    """An event as it is kept."""
    return {**key(f"event#{event.id}", EVENT), RECORD: {"S": event.model_dump_json()}}


def event_of(item: Any) -> Event:
    """The event in an item. Raises KeyError and pydantic's ValidationError where there is none."""
    return _EVENT.validate_json(item[RECORD]["S"])


@contextmanager
def unavailable(what: str) -> Iterator[None]:
    """AWS's errors in our word for what may pass."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"{what} at the moment") from error


def got(client: "DynamoDBClient", table: str, keys: Sequence[dict[str, Any]]) -> list[Any]:
    """The items that there are under `keys`, read consistently. Raises Unavailable."""
    found: list[Any] = []
    for start in range(0, len(keys), _GOT):
        left: Any = {table: {"Keys": list(keys[start : start + _GOT]), "ConsistentRead": True}}
        for attempt in range(_TRIES):
            with unavailable("revenue cannot be read"):
                answer: Any = client.batch_get_item(RequestItems=left)
            found += answer["Responses"].get(table, [])
            left = answer.get("UnprocessedKeys")
            if not left:
                break
            clock.pause(_WAIT * 2**attempt)
        else:
            raise Unavailable("revenue cannot be read that fast")
    return found


def queried(
    client: "DynamoDBClient", table: str, partition: str, prefix: str = ""
) -> Iterator[Any]:
    """The items of a partition whose sort keys begin with `prefix`, in order."""
    values = {":pk": {"S": partition}}
    condition = "#pk = :pk"
    if prefix:
        values[":sk"] = {"S": prefix}
        condition += " AND begins_with(#sk, :sk)"
    query: Any = {
        "TableName": table,
        "ConsistentRead": True,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#pk": PK, **({"#sk": SK} if prefix else {})},
        "ExpressionAttributeValues": values,
    }
    while True:
        with unavailable("revenue cannot be read"):
            page: Any = client.query(**query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def refusals(error: ClientError) -> list[dict[str, Any]]:
    """Why each item of a transaction was refused; raises `error` where it was something else."""
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        raise error
    reasons: Any = error.response.get("CancellationReasons", [])
    return list(reasons)


PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons that are gone when the transaction is tried again."""
