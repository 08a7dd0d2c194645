"""`Workflows` on Step Functions: answers to task tokens. No error of this file quotes a token."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.approve.models import Verdict
from labverse.approve.ports import Fate, Standing
from labverse.kernel.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# Used before, out of time, or no token of an execution that is still there.
_UNWANTED = {"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"}
_UNKNOWN = {"ExecutionDoesNotExist", "InvalidArn"}
# A redrive is pending: it was told to go on from where it failed, and is about to.
_STANDINGS = {
    "RUNNING": Standing.RUNNING,
    "PENDING_REDRIVE": Standing.RUNNING,
    "SUCCEEDED": Standing.SUCCEEDED,
}


class TaskTokens:
    """Executions of one account."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def answer(self, token: str, verdict: Verdict) -> Fate:
        """A veto is an answer as well: a task never fails because somebody said no."""
        try:
            self._client.send_task_success(taskToken=token, output=verdict.model_dump_json())
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _UNWANTED:
                return Fate.UNWANTED
            raise Unavailable(f"the workflow could not be told: {code}") from None
        except BotoCoreError as error:
            raise Unavailable(f"the workflow could not be told: {type(error).__name__}") from None
        return Fate.TAKEN

    def standing(self, execution: str) -> Standing:
        """Whatever it is besides running and succeeded, it is over."""
        try:
            status = self._client.describe_execution(executionArn=execution)["status"]
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _UNKNOWN:
                return Standing.OVER
            raise Unavailable(f"the workflow could not be looked at: {code}") from None
        except BotoCoreError as error:
            why = type(error).__name__
            raise Unavailable(f"the workflow could not be looked at: {why}") from None
        return _STANDINGS.get(status, Standing.OVER)
