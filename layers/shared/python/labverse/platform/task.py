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
    task = parsed(event, TaskInput)
    return use_case(parsed(task.request, request), task.trace_id).model_dump(mode="json")


def parsed(event: dict[str, Any], model: type[M]) -> M:
    """`event` as `model`. Raises InvalidInput naming every bad field, and quoting none."""
    try:
        return model.model_validate(event)
    except ValidationError as error:
        raise InvalidInput("the request cannot be used", _fields(error)) from None


def _fields(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(field=".".join(str(part) for part in item["loc"]), message=item["msg"])
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]
