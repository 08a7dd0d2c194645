"""`Seen` on DynamoDB: one item per request that was acted upon, in the table of approvals."""

import math
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters.clock import new_id
from labverse.kernel.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY, EXPIRES, _CLAIM = "approval_id", "expires_at", "claim"
_FREE = "attribute_not_exists(#key) OR #expires <= :now OR #claim = :ours"
_REFUSED = "ConditionalCheckFailedException"


def table_of(stage: str) -> str:
    """The table of `stage`, by the name that infra_cdk/constructs/table.py gives it."""
    return f"labverse-{stage}-approvals"


class DynamoSeen:
    """Items `seen#<identity>` of `table`; no approval's id has a `#` in it."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self._table, self._client = table, client

    def first(self, identity: str, now: datetime, until: datetime) -> bool:
        """One conditional PutItem. An item that is due to go, but still there, counts as gone.

        The SDK sends it twice where the answer to the first got lost: that is ours all the same.
        """
        ours = {"S": new_id()}
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    KEY: {"S": f"seen#{identity}"},
                    EXPIRES: {"N": str(math.ceil(until.timestamp()))},
                    _CLAIM: ours,
                },
                ConditionExpression=_FREE,
                ExpressionAttributeNames={"#key": KEY, "#expires": EXPIRES, "#claim": _CLAIM},
                ExpressionAttributeValues={
                    ":now": {"N": str(int(now.timestamp()))},
                    ":ours": ours,
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _REFUSED:
                return False
            raise Unavailable("clicks cannot be told apart at the moment") from error
        except BotoCoreError as error:
            raise Unavailable("clicks cannot be told apart at the moment") from error
        return True
