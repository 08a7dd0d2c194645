"""The stream side of a function: a batch of records in, each counted or kept, none in the way.

What may pass by itself (Unavailable) is raised, so that the stream delivers the whole batch again.
A record that will not pass goes to the dead letters from here, and harms no other of its batch.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.metrics import MetricUnit

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.platform import telemetry
from labverse.platform.event import Letter, Letters

T = TypeVar("T")
Record = dict[str, Any]


class Consumer:
    """One function's way of taking records."""

    def __init__(self, name: str, letters: Letters) -> None:
        """`name` is the function's, so that a replay finds it."""
        self._name, self._letters = name, letters

    def take(self, event: Record, work: "Work[T]") -> None:
        """Hand all records to `work` together, or, if that fails, each by itself.

        Letters are written last: what is delivered again is not buried twice. Raises Unavailable,
        and InvalidInput for what is no batch.
        """
        if not isinstance(event.get("Records"), list):
            raise InvalidInput("this is no batch of a stream")
        poison: list[tuple[Record, Exception]] = []
        good: list[tuple[Record, T]] = []
        for record in event["Records"]:
            try:
                good.append((record, work.read(record)))
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is in a record, its batch goes on
                poison.append((record, error))
        poison += self._done(good, work.use)
        for record, why in poison:
            self._bury(record, why)

    def _done(
        self, good: Sequence[tuple[Record, T]], use: Callable[[Sequence[T]], object]
    ) -> list[tuple[Record, Exception]]:
        """Those that `use` failed on."""
        if not good:
            return []
        try:
            use([value for _, value in good])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours: told, and its record kept
            if len(good) > 1:
                return [failed for one in good for failed in self._done([one], use)]
            telemetry.fault(error, consumer=self._name)
            return [(good[0][0], error)]
        return []

    def _bury(self, record: Record, error: Exception) -> None:
        name, event = type(error).__name__, {"Records": [record]}
        self._letters.bury(Letter(kind="unhandled", consumer=self._name, event=event, error=name))
        told = {"why": name, "event_id": record.get("eventID")}
        telemetry.logger().error("record buried", extra=told)
        telemetry.record({"consumer": self._name}, {"EventsBuried": (MetricUnit.Count, 1)})


class Work(Generic[T]):
    """How a record is read, and what is done with those that can be."""

    def __init__(self, read: Callable[[Record], T], use: Callable[[Sequence[T]], object]) -> None:
        """`use` is idempotent: a batch may come again, as a whole or record by record."""
        self.read, self.use = read, use
