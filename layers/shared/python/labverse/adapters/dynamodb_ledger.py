"""`Pages` on DynamoDB: one item per page, changed by one conditional UpdateItem.

An item's attributes are the page's lines by name (`month`, `provider:openai`), what it lent of one
(`lent:month`) and its open leases (`lease:<id>`), so no nested map has to be there first. Several
pages are changed by one TransactWriteItems.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry
from labverse.route.limits import Limits
from labverse.route.page import Change, Changed, Opened, Page
from labverse.route.paged_ledger import PagedLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LEASE, _LENT = "lease:", "lent:"
_NOT_LINES = ("page", "expires_at")
_REFUSED = "ConditionalCheckFailedException"
# A plain write that meets a transaction on the same item is turned away, and has done nothing.
_IN_THE_WAY = "TransactionConflictException"
_CANCELLED = "TransactionCanceledException"
_TRIES = 5


class DynamoPages:
    """Pages in the table `table`, whose partition key is `page`."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def change(self, change: Change) -> Changed:
        """One UpdateItem; a refused one brings the page as it is along."""
        update: Any = {**_update(self._table, change), "ReturnValues": "ALL_NEW"}
        for last in (*[False] * (_TRIES - 1), True):
            try:
                item = self._client.update_item(**update).get("Attributes", {})
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == _REFUSED:
                    return Changed(False, self._refused(change, error))
                if code != _IN_THE_WAY or last:
                    raise Unavailable("the ledger cannot be written") from error
            except BotoCoreError as error:
                raise Unavailable("the ledger cannot be written") from error
            else:
                return Changed(True, _page(change.page, item))
        raise AssertionError("the last try returns or raises")

    def change_all(self, changes: Sequence[Change]) -> bool:
        """One TransactWriteItems; False where a condition or another writer is in the way."""
        items: Any = [{"Update": _update(self._table, change)} for change in changes]
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if error.response["Error"]["Code"] == _CANCELLED:
                return False
            raise Unavailable("the ledger cannot be written") from error
        except BotoCoreError as error:
            raise Unavailable("the ledger cannot be written") from error
        return True

    def read(self, ids: Sequence[str]) -> list[Page]:
        """Consistently, and in one request unless the pages are large: a month has few of them."""
        found: dict[str, Mapping[str, Any]] = {}
        keys: Any = [{"page": {"S": name}} for name in ids]
        try:
            while keys:
                asked: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
                answer: Any = self._client.batch_get_item(RequestItems=asked)
                items = answer["Responses"].get(self._table, [])
                found |= {item["page"]["S"]: item for item in items}
                keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the ledger cannot be read") from error
        return [_page(name, found.get(name, {})) for name in ids]

    def _refused(self, change: Change, error: ClientError) -> Page:
        item: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
        return _page(change.page, item)


class DynamoLedger(PagedLedger):
    """The ledger that every process with the same table and limits shares."""

    def __init__(self, table: str, client: "DynamoDBClient", limits: Limits) -> None:
        super().__init__(DynamoPages(table, client), limits)

    def heard(self, period: str, shards: int) -> None:
        """Log it: what is configured takes effect with the next month."""
        told = {"period": period, "shards": shards, "configured": self.limits.shards}
        telemetry.logger().warning("shards of an open month stay", extra=told)


def of_stage(stage: str, client: "DynamoDBClient", limits: Limits) -> DynamoLedger:
    """The ledger of `stage`, by the name that infra_cdk/constructs/table.py gives its table."""
    return DynamoLedger(f"labverse-{stage}-ledger", client, limits)


class _Expression:
    """Attribute names and values behind placeholders, as names here hold any character."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}

    def name(self, attribute: str) -> str:
        return self._placed(self.names, f"#n{len(self.names)}", attribute)

    def value(self, value: dict[str, Any]) -> str:
        return self._placed(self.values, f":v{len(self.values)}", value)

    def number(self, amount: int) -> str:
        return self.value({"N": str(amount)})

    @staticmethod
    def _placed(places: dict[str, Any], new: str, what: Any) -> str:
        for place, there in places.items():
            if there == what:
                return place
        places[new] = what
        return new


def _update(table: str, change: Change) -> dict[str, Any]:
    made = _Expression()
    clauses = {
        "ADD": [
            *(f"{made.name(line)} {made.number(by)}" for line, by in change.add.items()),
            *(f"{made.name(_LENT + line)} {made.number(by)}" for line, by in change.lend.items()),
        ],
        "SET": [
            f"{made.name(_LEASE + name)} = {made.value(_written(one))}"
            for name, one in change.opens.items()
        ],
        "REMOVE": [made.name(_LEASE + name) for name in change.closes],
    }
    if change.until is not None:
        clauses["SET"].append(f"{made.name('expires_at')} = {made.number(change.until)}")
    expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
    update = {
        "TableName": table,
        "Key": {"page": {"S": change.page}},
        "UpdateExpression": expression,
        "ConditionExpression": " AND ".join(_conditions(change, made)) or None,
        "ExpressionAttributeNames": made.names,
        "ExpressionAttributeValues": made.values or None,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return {name: value for name, value in update.items() if value is not None}


def _conditions(change: Change, made: _Expression) -> list[str]:
    found = [f"attribute_not_exists({made.name(_LEASE + name)})" for name in change.opens]
    found += [f"attribute_exists({made.name(_LEASE + name)})" for name in change.closes]
    for line, bound in change.most.items():
        within = f"{made.name(line)} <= {made.number(bound)}"
        # Nothing in use yet is zero, which a bound below zero does not allow.
        fresh = f"attribute_not_exists({made.name(line)}) OR {within}"
        found.append(f"({fresh})" if bound >= 0 else within)
    return found


def _written(one: Opened) -> dict[str, Any]:
    numbers = [{"N": str(one.amount)}, {"N": str(one.expires)}]
    return {"L": [*numbers, *({"S": line} for line in one.lines)]}


def _page(name: str, item: Mapping[str, Any]) -> Page:
    used, lent, leases = {}, {}, {}
    for attribute, value in item.items():
        if attribute.startswith(_LEASE):
            amount, expires, *lines = value["L"]
            named = tuple(line["S"] for line in lines)
            leases[attribute[len(_LEASE) :]] = Opened(int(amount["N"]), int(expires["N"]), named)
        elif attribute.startswith(_LENT):
            lent[attribute[len(_LENT) :]] = int(value["N"])
        elif attribute not in _NOT_LINES:
            used[attribute] = int(value["N"])
    return Page(name, used, lent, leases)
