"""What a function does about an event: every reaction to its type, each on its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labverse.kernel.errors import FieldError, InvalidInput
from labverse.platform import telemetry
from labverse.platform.event import Consumer, Envelope

Reaction = Callable[[Envelope], object]


def events(consumer: Consumer, reactions: Mapping[str, Sequence[Reaction]]) -> telemetry.Handler:
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
