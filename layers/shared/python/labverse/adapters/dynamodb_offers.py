"""`Store` of upsell on DynamoDB: decisions in one table, one item per segment in another.

A decision about a named customer is two items: itself, and a link under the customer's hash, by
which it is found to be erased. An outcome and what it taught are one transaction.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.upsell.models import DecisionRecord, Erased, Kept, Learnt, Outcome
from labverse.upsell.ports import Settled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ID, NAME, EXPIRES = "id", "name", "expires_at"
_ITSELF = "decision"
_MOST = 2500  # decisions in one call: some seconds of work
_BATCH, _TRIES = 25, 5
_CANCELLED = "TransactionCanceledException"
_BUSY = ("TransactionConflict", "TransactionConflictException", "TransactionInProgressException")
Item = dict[str, Any]


class DynamoOffers:
    """Decisions by id, what was learnt by segment."""

    def __init__(self, decisions: str, segments: str, client: "DynamoDBClient") -> None:
        self._decisions, self._segments, self._client = decisions, segments, client

    def learnt(self, segment: str, *, exact: bool) -> Learnt:
        """One read."""
        item = self._read(self._segments, {"segment": {"S": segment}}, exact)
        if item is None:
            return Learnt()
        return Learnt(int(item["version"]["N"]), bytes(item["state"]["B"]))

    def keep(self, record: DecisionRecord, customer: str | None, expires_at: int) -> None:
        """One write; the link comes first, as a decision without one could not be erased."""
        expires = {EXPIRES: {"N": str(expires_at)}}
        body = {"record": {"S": record.model_dump_json()}}
        item = {**_key(record.decision_id, _ITSELF), **body, **expires}
        if customer:
            self._put({**_key(_customer(customer), record.decision_id), **expires})
        self._put(item)

    def decision(self, decision_id: str) -> Kept | None:
        """One consistent read."""
        item = self._read(self._decisions, _key(decision_id, _ITSELF), True)
        if item is None:
            return None
        outcome = item.get("outcome")
        return Kept(
            DecisionRecord.model_validate_json(item["record"]["S"]),
            Outcome.model_validate_json(outcome["S"]) if outcome else None,
            int(item[EXPIRES]["N"]),
        )

    def settle(self, kept: Kept, outcome: Outcome, ahead: Learnt | None) -> Settled:
        """One transaction, or one write where nothing is learnt."""
        writes = [self._outcome(kept.record.decision_id, outcome)]
        if ahead is not None:
            writes.append(self._ahead(kept.record.segment, ahead))
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            return _why(error)
        except BotoCoreError as error:
            raise Unavailable("the outcome cannot be recorded at the moment") from error
        return "done"

    def erase(self, customer: str) -> Erased:
        """Decisions first: what is left of a link finds nothing, and is found again."""
        gone = 0
        try:
            for links in self._links(customer):
                for start in range(0, len(links), _BATCH):
                    batch = links[start : start + _BATCH]
                    self._delete([_key(link[NAME]["S"], _ITSELF) for link in batch])
                    self._delete([{ID: link[ID], NAME: link[NAME]} for link in batch])
                gone += len(links)
                if gone >= _MOST:
                    return Erased(erased=gone, complete=False)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("decisions cannot be erased at the moment") from error
        return Erased(erased=gone, complete=True)

    def _read(self, table: str, key: Item, exact: bool) -> Item | None:
        try:
            answer = self._client.get_item(TableName=table, Key=key, ConsistentRead=exact)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("decisions cannot be read at the moment") from error
        return answer.get("Item")

    def _put(self, item: Item) -> None:
        try:
            self._client.put_item(TableName=self._decisions, Item=item)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the decision cannot be kept at the moment") from error

    def _outcome(self, decision_id: str, outcome: Outcome) -> Any:
        return {
            "Update": {
                "TableName": self._decisions,
                "Key": _key(decision_id, _ITSELF),
                "UpdateExpression": "SET #outcome = :outcome",
                # Erased in the meantime: an update would bring half of it back.
                "ConditionExpression": "attribute_exists(#record) AND "
                "attribute_not_exists(#outcome)",
                "ExpressionAttributeNames": {"#outcome": "outcome", "#record": "record"},
                "ExpressionAttributeValues": {":outcome": {"S": outcome.model_dump_json()}},
            }
        }

    def _ahead(self, segment: str, ahead: Learnt) -> Any:
        first = ahead.version == 1
        values: Item = {
            ":version": {"N": str(ahead.version)},
            ":state": {"B": ahead.state},
            ":before": {"N": str(ahead.version - 1)},
        }
        if first:
            del values[":before"]
        return {
            "Update": {
                "TableName": self._segments,
                "Key": {"segment": {"S": segment}},
                "UpdateExpression": "SET #version = :version, #state = :state",
                "ConditionExpression": "attribute_not_exists(#version)"
                if first
                else "#version = :before",
                "ExpressionAttributeNames": {"#version": "version", "#state": "state"},
                "ExpressionAttributeValues": values,
            }
        }

    def _links(self, customer: str) -> Iterator[list[Item]]:
        query: Any = {
            "TableName": self._decisions,
            "ConsistentRead": True,
            "KeyConditionExpression": "#id = :id",
            "ExpressionAttributeNames": {"#id": ID},
            "ExpressionAttributeValues": {":id": {"S": _customer(customer)}},
        }
        while True:
            page: Any = self._client.query(**query)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _delete(self, keys: list[Item]) -> None:
        left: Any = {self._decisions: [{"DeleteRequest": {"Key": key}} for key in keys]}
        for _ in range(_TRIES):
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                return
        raise Unavailable("decisions cannot be erased that fast")


def _why(error: ClientError) -> Settled:
    """What a refused transaction means. Raises Unavailable for anything but a lost race."""
    code = error.response["Error"]["Code"]
    if code in _BUSY:
        return "moved"
    reasons: Any = error.response.get("CancellationReasons") or [{}]
    codes = [reason.get("Code") for reason in reasons]
    if code != _CANCELLED or not {"ConditionalCheckFailed", *_BUSY} & set(codes):
        raise Unavailable("the outcome cannot be recorded at the moment") from error
    return "settled" if codes[0] == "ConditionalCheckFailed" else "moved"


def _key(id_: str, name: str) -> Item:
    return {ID: {"S": id_}, NAME: {"S": name}}


def _customer(hashed: str) -> str:
    return f"customer#{hashed}"
