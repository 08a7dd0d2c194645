"""`Book` on DynamoDB: events by transactions, customers under names that mean nothing."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labverse.adapters import dynamodb_revenue as layout
from labverse.kernel.errors import Unavailable
from labverse.revenue.models import Event
from labverse.revenue.ports import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE, _TRIES = 100, 12
_REFUSED = "ConditionalCheckFailedException"
_NEW = f"attribute_not_exists({layout.PK})"
_ALL_OLD = "ReturnValuesOnConditionCheckFailure"
# A name that is in use has its end put off when a tenth of its time is gone: rarely, and for sure.
_RENEWED = 0.9


class DynamoBook:
    """Events and names in `table`."""

    def __init__(
        self,
        table: str,
        client: "DynamoDBClient",
        *,
        kept: timedelta,
        new_name: Callable[[], str],
        pause: Callable[[int], None],
    ) -> None:
        """`kept`: how long a name outlives the last batch that it was needed for."""
        self._table, self._client = table, client
        self._kept, self._new_name, self._pause = kept, new_name, pause

    def names(self, customers: Sequence[str], now: datetime) -> Mapping[str, str]:
        """One read of all of them; one write for each who is new."""
        found: dict[str, str] = {}
        until = math.ceil((now + self._kept).timestamp())
        for item in layout.got(self._client, self._table, [_name(one) for one in customers]):
            expires = int(item[layout.EXPIRES]["N"])
            if expires <= now.timestamp():
                continue  # DynamoDB removes what has expired when it has the time
            customer = item[layout.PK]["S"].removeprefix("name#")
            found[customer] = item["name"]["S"]
            if expires - now.timestamp() < _RENEWED * self._kept.total_seconds():
                self._renew(customer, until)
        for customer in customers:
            if customer not in found:
                found[customer] = self._named(customer, now, until)
        return found

    def add(self, events: Sequence[Event]) -> Mapping[str, Event]:
        """Transactions of 100 puts; what is there already is left out of the next try."""
        there: dict[str, Event] = {}
        for start in range(0, len(events), _AT_ONCE):
            self._put({one.id: one for one in events[start : start + _AT_ONCE]}, there)
        return there

    def page(self, after: str | None) -> Page:
        """Pages of a scan, until there is an event on one: most items are something else."""
        scan: Any = {
            "TableName": self._table,
            "ConsistentRead": True,
            "FilterExpression": "#sk = :event",
            "ExpressionAttributeNames": {"#sk": layout.SK},
            "ExpressionAttributeValues": {":event": {"S": layout.EVENT}},
        }
        if after is not None:
            scan["ExclusiveStartKey"] = layout.key(f"event#{after}", layout.EVENT)
        while True:
            with layout.unavailable("revenue cannot be read"):
                found: Any = self._client.scan(**scan)
            more = found.get("LastEvaluatedKey")
            if found["Items"] or not more:
                return _page(found["Items"], more=bool(more))
            scan["ExclusiveStartKey"] = more

    def forget(self, customer: str) -> bool:
        """One delete: no event and no sum names a customer."""
        with layout.unavailable("nobody can be forgotten"):
            answer = self._client.delete_item(
                TableName=self._table, Key=_name(customer), ReturnValues="ALL_OLD"
            )
        return "Attributes" in answer

    def _put(self, left: dict[str, Event], there: dict[str, Event]) -> None:
        for attempt in range(_TRIES):
            if not left:
                return
            ids = list(left)
            refused = self._refused([left[id_] for id_ in ids])
            if not refused:
                return
            known = {
                id_: layout.event_of(why["Item"])
                for id_, why in zip(ids, refused, strict=True)
                if why.get("Code") == "ConditionalCheckFailed"
            }
            there |= known
            left = {id_: left[id_] for id_ in ids if id_ not in known}
            if not known:
                self._pause(attempt)
        raise Unavailable("events cannot be kept that fast", retry_after=1)

    def _refused(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """Empty where all were put; else why each was not."""
        puts: Any = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": layout.event_item(one),
                    "ConditionExpression": _NEW,
                    _ALL_OLD: "ALL_OLD",
                }
            }
            for one in events
        ]
        with layout.unavailable("events cannot be kept"):
            try:
                self._client.transact_write_items(TransactItems=puts)
            except ClientError as error:
                return layout.refusals(error)
        return []

    def _named(self, customer: str, now: datetime, until: int) -> str:
        """A new name, or the one that somebody else gave in the meantime."""
        item = {
            **_name(customer),
            "name": {"S": self._new_name()},
            layout.EXPIRES: {"N": str(until)},
        }
        with layout.unavailable("customers cannot be named"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=f"{_NEW} OR #expires <= :now",
                    ExpressionAttributeNames={"#expires": layout.EXPIRES},
                    ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != _REFUSED:
                    raise
                there: Any = error.response["Item"]  # type: ignore[typeddict-item]
                return str(there["name"]["S"])
        return str(item["name"]["S"])

    def _renew(self, customer: str, until: int) -> None:
        with layout.unavailable("customers cannot be named"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_name(customer),
                    UpdateExpression="SET #expires = :until",
                    ConditionExpression=f"attribute_exists({layout.PK})",
                    ExpressionAttributeNames={"#expires": layout.EXPIRES},
                    ExpressionAttributeValues={":until": {"N": str(until)}},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != _REFUSED:  # forgotten meanwhile: stays so
                    raise


def _page(items: Sequence[Any], *, more: bool) -> Page:
    """Goes on after the last event, not where the scan stopped: that item may name a customer."""
    ids = [item[layout.PK]["S"].removeprefix("event#") for item in items]
    events, unreadable = [], []
    for id_, item in zip(ids, items, strict=True):
        try:
            events.append(layout.event_of(item))
        except (KeyError, ValueError):
            unreadable.append(id_)
    return Page(events, unreadable, ids[-1] if ids and more else None)


def _name(customer: str) -> dict[str, Any]:
    return layout.key(f"name#{customer}", layout.NAME)
