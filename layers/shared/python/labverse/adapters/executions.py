"""`Executions` on Step Functions: an execution is named after its negotiation."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.negotiate.ports import Running

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_THERE = "ExecutionAlreadyExists"
_ABSENT = "ExecutionDoesNotExist"


class NegotiationExecutions:
    """Executions of the state machine with that ARN."""

    def __init__(self, machine: str, client: "SFNClient") -> None:
        self._machine, self._client = machine, client

    def start(self, negotiation_id: str, agents: Sequence[str], phrase: bool) -> None:
        """StartExecution; a name is taken once, so that a second call starts nothing."""
        given = {"negotiation_id": negotiation_id, "agents": list(agents), "ask": phrase}
        self._called(
            "start_execution",
            _THERE,
            stateMachineArn=self._machine,
            name=negotiation_id,
            input=json.dumps(given),
        )

    def stop(self, negotiation_id: str) -> None:
        """StopExecution, whose cause is shown where executions are listed."""
        arn = self._arn(negotiation_id)
        self._called("stop_execution", _ABSENT, executionArn=arn, cause="canceled")

    def look(self, negotiation_id: str) -> Running:
        """DescribeExecution."""
        told = self._called("describe_execution", _ABSENT, executionArn=self._arn(negotiation_id))
        if told is None:
            return Running.ABSENT
        return Running.RUNNING if told["status"] == "RUNNING" else Running.ENDED

    def _arn(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def _called(self, method: str, harmless: str, **arguments: Any) -> Any:
        """The answer; None where it was refused for the `harmless` reason."""
        try:
            return getattr(self._client, method)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] == harmless:
                return None
            raise Unavailable("workflows cannot be reached") from error
        except BotoCoreError as error:
            raise Unavailable("workflows cannot be reached") from error
