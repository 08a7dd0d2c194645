"""Read the dead-letter queue, and send what is in it where it was going.

Three kinds arrive there: our own letters (platform/event.py), what Lambda gave up on after its
retries (its destination record names the function), and what EventBridge could not deliver to a
target (the event itself, with the target in the message's attributes).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_BATCH = 10
_LIVE = "live"


class Unreadable(Exception):
    """A message of none of the kinds above: somebody has to look at it."""


@dataclass(frozen=True)
class DeadLetter:
    """One message. `function` is empty where the event goes back onto the bus."""

    message_id: str
    receipt: str
    function: str
    event: dict[str, Any]
    error: str
    since: int
    """When it came into the queue, epoch milliseconds."""

    @property
    def kind(self) -> str:
        """What happened, in the event's own word: `TaskRouted`, `INSERT` of a stream."""
        if self.event.get("Records"):
            return str(self.event["Records"][0].get("eventName", "?"))
        return str(self.event.get("DetailType") or self.event.get("detail-type") or "?")


@dataclass(frozen=True)
class DeadLetters:
    """The queue at `url`, and the clients that a replay needs; botocore's errors pass through."""

    url: str
    sqs: "SQSClient"
    events: "EventBridgeClient"
    lambda_: "LambdaClient"

    def read(self, seconds: int) -> Iterator["MessageTypeDef"]:
        """Messages until none is left; each is hidden from other readers for `seconds`."""
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=seconds,
                WaitTimeSeconds=1,
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return
            yield from answer["Messages"]

    def replay(self, letter: DeadLetter) -> None:
        """Send it again, then take it out of the queue: it may arrive twice, and is never lost."""
        if letter.function:
            payload = json.dumps(letter.event).encode()
            name, _, qualifier = letter.function.partition(":")
            self.lambda_.invoke(
                FunctionName=name,
                Qualifier=qualifier or _LIVE,
                InvocationType="Event",
                Payload=payload,
            )
        else:
            answer = self.events.put_events(Entries=[letter.event])  # type: ignore[list-item]
            if answer["FailedEntryCount"]:
                raise Unreadable(answer["Entries"][0].get("ErrorMessage", "the bus refuses it"))
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)

    def release(self, receipt: str) -> None:
        """Let other readers see it again at once."""
        self.sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0
        )


def decoded(message: "MessageTypeDef") -> DeadLetter:
    """What `message` holds. Raises Unreadable."""
    try:
        body = json.loads(message["Body"])
        function, event, error = _contents(body, message)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Unreadable(f"{type(problem).__name__}: {problem}") from problem
    return DeadLetter(
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        function=function,
        event=event,
        error=error,
        since=int(message.get("Attributes", {}).get("SentTimestamp", 0)),
    )


def _contents(body: dict[str, Any], message: "MessageTypeDef") -> tuple[str, dict[str, Any], str]:
    """The function to call (`name` or `name:alias`), the event, and what went wrong."""
    if body.get("kind") in ("unhandled", "undelivered"):
        return body["consumer"], body["event"], body["error"]
    if "requestContext" in body:
        context = body["requestContext"]
        why = (body.get("responsePayload") or {}).get("errorType") or context["condition"]
        return _function(context["functionArn"]), body["requestPayload"], str(why)
    attributes = message.get("MessageAttributes", {})
    target = attributes["TARGET_ARN"]["StringValue"]
    return _function(target), body, attributes["ERROR_CODE"]["StringValue"]


def _function(arn: str) -> str:
    """`name:alias` of `arn:aws:lambda:region:account:function:name:alias`."""
    service, kind, name = arn.split(":")[2], arn.split(":")[5], ":".join(arn.split(":")[6:])
    if (service, kind) != ("lambda", "function"):
        raise ValueError(f"{arn} is no function")
    return name
