"""`Deals` on DynamoDB: an item per negotiation, per terms that are held, and per month's money.

Everything that must happen together is one TransactWriteItems, each part on its own condition, so
that of any number who try at once one is right and the others are told why they are not.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters import dynamodb_deal_items as items
from labverse.kernel.errors import Conflict, Unavailable
from labverse.negotiate.models import Negotiation
from labverse.negotiate.ports import Change, Stored, Written

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REFUSED = "ConditionalCheckFailedException"
_CANCELLED = "TransactionCanceledException"
_FAILED, _IN_THE_WAY = "ConditionalCheckFailed", "TransactionConflict"
_TRIES = 5


class DynamoDeals:
    """Negotiations in `table`, whose partition key is `deal_id`."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def get(self, negotiation_id: str) -> Stored | None:
        """One consistent read."""
        where: Any = {
            "TableName": self._table,
            "Key": items.key(negotiation_id),
            "ConsistentRead": True,
        }
        item = self._called("get_item", **where).get("Item")
        if item is None or "record" not in item:
            return None
        return Stored(_record(item), int(item["version"]["N"]))

    def create(self, record: Negotiation) -> bool:
        """One conditional PutItem."""
        item: Any = {**items.key(record.id), **items.members(record, 0)}
        put = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(deal_id)",
        }
        try:
            self._client.put_item(**put)
        except ClientError as error:
            if error.response["Error"]["Code"] == _REFUSED:
                return False
            raise _unavailable(error) from error
        except BotoCoreError as error:
            raise _unavailable(error) from error
        return True

    def change(self, change: Change) -> Written:
        """One TransactWriteItems; tried again where another transaction was in the way."""
        parts = items.parts(self._table, change)
        if change.commitment and change.commitment.amount > change.commitment.limit:
            return Written.OVER_BUDGET
        for _ in range(_TRIES):
            reasons = self._transacted([write for _, write in parts])
            if _IN_THE_WAY in reasons:
                continue
            failed = [what for (what, _), why in zip(parts, reasons, strict=True) if why == _FAILED]
            if not failed:
                return Written.DONE
            if failed[0] == "deal":
                raise Conflict(f"{change.record.id} was changed meanwhile")
            return Written.TAKEN if "terms" in failed else Written.OVER_BUDGET
        raise Unavailable("deals are being changed by too many at once")

    def list_open(self) -> Sequence[Negotiation]:
        """One query of the index, page by page."""
        query: Any = {
            "TableName": self._table,
            "IndexName": items.INDEX,
            "KeyConditionExpression": "#todo = :open",
            "ExpressionAttributeNames": {"#todo": items.INDEX},
            "ExpressionAttributeValues": {":open": {"S": items.OPEN}},
        }
        found: list[Negotiation] = []
        while True:
            page = self._called("query", **query)
            found += [_record(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _transacted(self, writes: list[dict[str, Any]]) -> list[str]:
        """Why each part was refused; `None` for one that was not."""
        try:
            self._client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]
        except ClientError as error:
            if error.response["Error"]["Code"] != _CANCELLED:
                raise _unavailable(error) from error
            reasons: Any = error.response.get("CancellationReasons", [])
            if len(reasons) != len(writes):
                raise _unavailable(error) from error
            return [str(reason.get("Code", "None")) for reason in reasons]
        except BotoCoreError as error:
            raise _unavailable(error) from error
        return ["None"] * len(writes)

    def _called(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, method)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(error) from error


def of_stage(stage: str, client: "DynamoDBClient") -> DynamoDeals:
    """The negotiations of `stage`, by the name that infra_cdk/constructs/table.py gives."""
    return DynamoDeals(f"labverse-{stage}-deals", client)


def _record(item: Any) -> Negotiation:
    return Negotiation.model_validate_json(item["record"]["S"])


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"deals cannot be reached: {type(error).__name__}")
