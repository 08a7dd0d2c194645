"""Replies that did not arrive, handed to the function `event`: Lambda calls it until they do."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.adapters import time_left
from labverse.approve.replies import REPLY_DUE, Reply
from labverse.kernel.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_SECONDS = 0.8


def function_of(stage: str) -> str:
    """The function that takes them, by the name that infra_cdk/constructs/function.py gives it."""
    return f"labverse-{stage}-approve-event:live"


class LambdaReplies:
    """An asynchronous invocation each: not on the bus, as an address is nobody else's business."""

    def __init__(self, function: str, client: "LambdaClient") -> None:
        self._function, self._client = function, client

    def hand_over(self, reply: Reply, reply_id: str, now: datetime) -> None:
        """Have it sent later. Raises Unavailable, soon, where that cannot be had."""
        event = {
            "id": reply_id,
            "source": "labverse.approve",
            "detail-type": REPLY_DUE,
            "time": now.isoformat(),
            "detail": reply.model_dump(),
        }
        payload = json.dumps(event).encode()

        def invoke() -> None:
            self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=payload
            )

        try:
            with time_left.within(_SECONDS):
                time_left.in_time(invoke)
        except (ClientError, BotoCoreError, TimeoutError) as error:
            raise Unavailable("the reply cannot be handed over") from error
