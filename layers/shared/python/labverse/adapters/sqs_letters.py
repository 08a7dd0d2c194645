"""`Letters` on SQS."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.platform.event import Letter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsLetters:
    """The dead-letter queue `name`; asked for its address only when there is a letter."""

    def __init__(self, name: str, client: "SQSClient") -> None:
        self._name, self._client = name, client

    def bury(self, letter: Letter) -> None:
        """Send `letter`. Raises Unavailable when SQS does not take it."""
        try:
            url = self._client.get_queue_url(QueueName=self._name)["QueueUrl"]
            self._client.send_message(QueueUrl=url, MessageBody=letter.model_dump_json())
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the dead-letter queue does not take a letter") from error


def of_stage(stage: str, client: "SQSClient") -> SqsLetters:
    """The queue of `stage`, by the name that infra_cdk/constructs/queue.py gives it."""
    return SqsLetters(f"labverse-{stage}-dead-letters", client)
