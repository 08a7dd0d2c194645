"""The request of `POST /v1/chat/completions`: the part of OpenAI's that every provider can serve.

A member that is not here is refused by name. Members at the end are known, but only what they mean
by default is served: another value is refused rather than ignored.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BeforeValidator, Field

from labverse.entry.openai.messages import Message
from labverse.entry.openai.wire import Wire
from labverse.kernel.money import Usd
from labverse.route.members import MOST_CACHE_SECONDS
from labverse.route.models import TaskClass

AUTO = "auto"
"""The model's name that leaves the choice to us."""

_NAME = r"^[a-zA-Z0-9_-]{1,64}$"
_OutputLimit = Annotated[int, Field(ge=1, le=32_768)]
_Zero = Annotated[float, Field(ge=0, le=0)]
_One = Annotated[float, Field(ge=1, le=1)]


class Function(Wire):
    """A function the model may ask for; `parameters` is a JSON Schema."""

    name: str = Field(pattern=_NAME)
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = Field(default=None, description="Not enforced: check the arguments.")


class Tool(Wire):
    """Functions are the only tools there are."""

    type: Literal["function"]
    function: Function


class ToolName(Wire):
    """The one function that must be called."""

    name: str


class ToolChoice(Wire):
    """`"auto"`, `"none"`, `"required"`, or `{"type": "function", "function": {"name"}}`."""

    type: Literal["auto", "none", "required", "function"]
    function: ToolName | None = None


class JsonFormat(Wire):
    """The JSON Schema that the answer is asked to follow."""

    name: str = Field(pattern=_NAME)
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    description: str | None = None
    strict: bool | None = None


class ResponseFormat(Wire):
    """Text, any JSON object, or JSON of a schema."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonFormat | None = None


class StreamOptions(Wire):
    """`include_usage` adds a last chunk with the tokens of the whole answer."""

    include_usage: bool | None = None


def _as_choice(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class ChatRequest(Wire):
    """A conversation, and how its answer must be."""

    model: str = Field(
        min_length=1, max_length=128, description="`auto`, or a name of GET /v1/models."
    )
    messages: list[Message] = Field(min_length=1)
    tools: list[Tool] | None = Field(default=None, min_length=1, max_length=128)
    tool_choice: Annotated[
        ToolChoice | None,
        BeforeValidator(
            _as_choice,
            json_schema_input_type=Literal["auto", "none", "required"] | ToolChoice | None,
        ),
    ] = None
    response_format: ResponseFormat | None = None
    stop: Annotated[
        list[Annotated[str, Field(min_length=1)]] | None,
        Field(max_length=4),
        BeforeValidator(_as_list, json_schema_input_type=str | list[str] | None),
    ] = None
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: _OutputLimit | None = None
    max_completion_tokens: _OutputLimit | None = Field(
        default=None, description="Wins over `max_tokens`."
    )
    stream: bool | None = Field(default=None, description="The whole stream comes at once.")
    stream_options: StreamOptions | None = None
    user: str | None = Field(default=None, description="Neither used nor kept.")

    n: Literal[1] | None = None
    top_p: _One | None = None
    presence_penalty: _Zero | None = None
    frequency_penalty: _Zero | None = None
    logprobs: Literal[False] | None = None
    parallel_tool_calls: Literal[True] | None = None
    store: Literal[False] | None = None


class Limits(NamedTuple):
    """What this product adds, in headers: clients that know only OpenAI's API send none of it."""

    task_class: TaskClass
    max_latency_ms: int | None
    max_cost_usd: Decimal | None
    cache_seconds: int | None = None


TaskClassHeader = Annotated[TaskClass, Header(alias="x-labverse-task-class")]
LatencyHeader = Annotated[
    int | None, Header(ge=1, le=25_000, alias="x-labverse-max-latency-ms", description="The SLA.")
]
CacheHeader = Annotated[
    int | None,
    Header(
        ge=1,
        le=MOST_CACHE_SECONDS,
        alias="x-labverse-cache-seconds",
        description="Keep the answer that long, and take a kept one that is no older, for nothing.",
    ),
]
CostHeader = Annotated[
    Usd | None, Header(alias="x-labverse-max-cost-usd", description="At most this many US dollars.")
]
