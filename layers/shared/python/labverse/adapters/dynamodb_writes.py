"""`Writes` on DynamoDB: one item per write, claimed and kept by one conditional write each."""

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters.dynamodb_answers import EXPIRES, KEPT, KEY, NAME, packed, table_of, unpacked
from labverse.kernel.errors import Conflict, Unavailable
from labverse.platform.idempotency import KEPT_SECONDS, RUNNING_SECONDS, Earlier, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION_FAILED = "ConditionalCheckFailedException"
_IS_OURS = "#owner = :owner"


class DynamoWrites:
    """Writes in `table`, beside the answers of adapters/dynamodb_answers.py."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def begin(self, write: Write, owner: str, now: datetime) -> Earlier | None:
        """One conditional PutItem; a refused one brings along what is there."""
        there = self._taken(write, owner, now)
        # Ours: the SDK has sent it twice, because the answer to the first was lost.
        if there is None or there["owner"]["S"] == owner:
            return None
        kept = there.get(KEPT)
        return Earlier(
            request=there["request"]["S"],
            running=there["state"]["S"] == "running",
            answer=unpacked(kept["B"]) if kept else None,
        )

    def finish(self, write: Write, owner: str, answer: str, now: datetime) -> None:
        """One conditional UpdateItem; too large an answer leaves the claim done without it."""
        small = packed(answer)
        until = {"N": str(math.ceil(now.timestamp()) + KEPT_SECONDS)}
        values: dict[str, Any] = {":owner": {"S": owner}, ":done": {"S": "done"}, ":until": until}
        sets = ["#state = :done", "#expires = :until"]
        names = {"#owner": "owner", "#state": "state", "#expires": EXPIRES}
        if small is not None:
            sets.append("#kept = :kept")
            names["#kept"], values[":kept"] = KEPT, {"B": small}
        update: Any = {
            "Key": _key(write),
            "UpdateExpression": f"SET {', '.join(sets)}",
            "ConditionExpression": _IS_OURS,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if not self._done("update_item", update):
            raise Conflict("somebody else has this write by now")

    def abandon(self, write: Write, owner: str) -> None:
        """One conditional DeleteItem."""
        delete = {
            "Key": _key(write),
            "ConditionExpression": _IS_OURS,
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
        self._done("delete_item", delete)

    def _taken(self, write: Write, owner: str, now: datetime) -> Any:
        claim: Any = {
            **_key(write),
            "request": {"S": write.request},
            "owner": {"S": owner},
            "state": {"S": "running"},
            EXPIRES: {"N": str(math.ceil(now.timestamp()) + RUNNING_SECONDS)},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=claim,
                ConditionExpression="attribute_not_exists(#key) OR #expires <= :now",
                ExpressionAttributeNames={"#key": KEY, "#expires": EXPIRES},
                ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION_FAILED:
                raise Unavailable("no write can be remembered at the moment") from error
            return error.response["Item"]  # type: ignore[typeddict-item]
        except BotoCoreError as error:
            raise Unavailable("no write can be remembered at the moment") from error
        return None

    def _done(self, operation: str, arguments: dict[str, Any]) -> bool:
        """False where the condition does not hold."""
        try:
            getattr(self._client, operation)(TableName=self._table, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                return False
            raise Unavailable("what was remembered of a write cannot be changed") from error
        except BotoCoreError as error:
            raise Unavailable("what was remembered of a write cannot be changed") from error
        return True


def of_stage(stage: str, client: "DynamoDBClient") -> DynamoWrites:
    """The writes of `stage`."""
    return DynamoWrites(table_of(stage), client)


def _key(write: Write) -> dict[str, Any]:
    return {KEY: {"S": write.key_id}, NAME: {"S": f"write#{write.name}"}}
