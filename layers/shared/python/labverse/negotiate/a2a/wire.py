"""Params of A2A 1.0, as far as this agent reads them."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from labverse.kernel.errors import FieldError
from labverse.negotiate.a2a.faults import INVALID_PARAMS, Fault, invalid

Text = Annotated[str, Field(min_length=1, max_length=256)]
TaskState = Literal[
    "TASK_STATE_UNSPECIFIED", "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_COMPLETED",
    "TASK_STATE_FAILED", "TASK_STATE_CANCELED", "TASK_STATE_INPUT_REQUIRED",
    "TASK_STATE_REJECTED", "TASK_STATE_AUTH_REQUIRED",
]  # fmt: skip
MOST_TASKS = 100
_DEFAULT_TASKS = 50
_INT32 = 2**31


class Wire(BaseModel):
    """A message of A2A. In its JSON null is the same as absent, and unknown names are ignored, so
    that a newer client is understood."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


def _empty_is_absent(given: Any) -> Any:
    return None if given == "" else given


OptionalText = Annotated[Text | None, BeforeValidator(_empty_is_absent)]


class Part(Wire):
    """One part of a message: exactly one of the first four."""

    text: str | None = None
    data: Any = None
    raw: str | None = None
    url: str | None = None
    media_type: str = ""

    @model_validator(mode="after")
    def _one_content(self) -> "Part":
        given = self.model_fields_set & {"text", "data", "raw", "url"}
        if len(given) != 1:
            raise ValueError("must have exactly one of text, data, raw and url")
        return self


class Message(Wire):
    """What somebody says to this agent."""

    message_id: Text
    role: Literal["ROLE_USER"]
    parts: list[Part] = Field(min_length=1, max_length=100)
    context_id: OptionalText = None
    task_id: OptionalText = None


class Configuration(Wire):
    """How the answer to a message is to come."""

    accepted_output_modes: list[str] = Field(default=[])
    task_push_notification_config: Any = None
    history_length: int | None = Field(default=None, ge=0, lt=_INT32)
    return_immediately: bool = False


class SendParams(Wire):
    """Of SendMessage."""

    message: Message
    configuration: Configuration = Configuration()


class GetParams(Wire):
    """Of GetTask."""

    id: Text
    history_length: int | None = Field(default=None, ge=0, lt=_INT32)


class IdParams(Wire):
    """Of CancelTask."""

    id: Text


class ListParams(Wire):
    """Of ListTasks."""

    context_id: OptionalText = None
    status: TaskState = "TASK_STATE_UNSPECIFIED"
    page_size: int = Field(default=_DEFAULT_TASKS, ge=1, le=MOST_TASKS)
    page_token: str = Field(default="", max_length=256)
    history_length: int | None = Field(default=None, ge=0, lt=_INT32)
    status_timestamp_after: AwareDatetime | None = Field(default=None, strict=False)
    include_artifacts: bool = False


W = TypeVar("W", bound=Wire)


def parsed(model: type[W], params: Any) -> W:
    """The params as `model` has them. Raises Fault with every field that cannot be used."""
    if not isinstance(params, dict):
        raise invalid("params", "must be an object: parameters are named")
    try:
        return model.model_validate(params)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        fields = [
            FieldError(field=".".join(map(str, one["loc"])) or "params", message=one["msg"])
            for one in found
        ]
        raise Fault(INVALID_PARAMS, "these params cannot be used", fields) from None
