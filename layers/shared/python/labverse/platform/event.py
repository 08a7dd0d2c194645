"""The asynchronous side of a function: one event in, nobody waiting, nothing lost.

What may pass by itself (Unavailable) is raised, so that Lambda tries again and, after its last
try, sends the event to the dead letters. What will not pass goes there at once, from here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ConfigDict, Field, ValidationError

from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.kernel.model import Model
from labverse.platform import telemetry

M = TypeVar("M", bound=Model)


class Letter(Model):
    """An event that did not reach its end, and what it takes to send it again."""

    kind: Literal["unhandled", "undelivered"]
    """`unhandled`: `consumer` could not use it; `undelivered`: the bus did not take it."""
    consumer: str = ""
    event: dict[str, Any]
    error: str
    """The class of what went wrong; its message may quote the event."""


class Letters(Protocol):
    """The dead-letter queue."""

    def bury(self, letter: Letter) -> None:
        """Keep `letter`. Raises Unavailable when that fails, so that the event is tried again."""
        ...


class Envelope(Model):
    """What EventBridge puts around an event; `id` is the same however often it is delivered."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str
    source: str
    detail_type: str = Field(alias="detail-type")
    time: datetime
    detail: dict[str, Any]


class Consumer:
    """One function's way of taking events."""

    def __init__(self, name: str, letters: Letters) -> None:
        """`name` is the function's, so that a replay finds it: `labverse-dev-route-event`."""
        self._name, self._letters = name, letters

    def take(self, event: dict[str, Any], use_case: Callable[[Envelope], object]) -> None:
        """Hand `event` to `use_case`, which parses the detail it consumes (`parsed`).

        Raises Unavailable for what may pass, and when a letter cannot be kept.
        """
        try:
            use_case(Envelope.model_validate(event))
        except Unavailable:
            raise
        except (LabverseError, ValidationError) as error:
            self._bury(event, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours: told, and its event kept
            telemetry.fault(error, consumer=self._name)
            self._bury(event, error)

    def _bury(self, event: dict[str, Any], error: Exception) -> None:
        name = type(error).__name__
        self._letters.bury(Letter(kind="unhandled", consumer=self._name, event=event, error=name))
        telemetry.logger().error("event buried", extra={"why": name, "event_id": event.get("id")})
        telemetry.record({"consumer": self._name}, {"EventsBuried": (MetricUnit.Count, 1)})


def parsed(envelope: Envelope, model: type[M]) -> M:
    """The detail as the consumer's own `model`. Raises pydantic's ValidationError."""
    return model.model_validate(envelope.detail)


Reaction = Callable[[Envelope], object]


def reacting(consumer: Consumer, reactions: Mapping[str, Sequence[Reaction]]) -> telemetry.Handler:
    """Takes one event as it comes; a type without a reaction is buried by its name."""

    def react(envelope: Envelope) -> None:
        if envelope.detail_type not in reactions:
            message = f"{envelope.detail_type!r} is nothing that this function reacts to"
            field = FieldError(field="detail-type", message=message)
            raise InvalidInput("not an event of this function", [field])
        failures = []
        for reaction in reactions[envelope.detail_type]:
            try:
                reaction(envelope)
            except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
                failures.append(error)
        if failures:
            # Delivered again, what was done is done once more: every reaction is idempotent.
            raise failures[0]

    def take(event: dict[str, Any], _context: Any) -> None:
        consumer.take(event, react)

    return take
