"""The workflow side of a function: one state's input in, one model out, errors by class name."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model

M = TypeVar("M", bound=Model)


class TaskInput(Model):
    """What a workflow hands to a task: the request, and the execution it belongs to."""

    trace_id: str
    request: dict[str, Any]


def run(event: dict[str, Any], request: type[M], use_case: Callable[[M, str], Model]) -> Any:
    """Parse, call one use case, respond with JSON-ready data.

    Raises InvalidInput naming every bad field, and whatever LabverseError the use case raises:
    the state machine's Retry and Catch name those classes.
    """
    try:
        task = TaskInput.model_validate(event)
        parsed = request.model_validate(task.request)
    except ValidationError as error:
        raise InvalidInput("the request cannot be used", _fields(error)) from None
    return use_case(parsed, task.trace_id).model_dump(mode="json")


def _fields(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(field=".".join(str(part) for part in item["loc"]), message=item["msg"])
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]
