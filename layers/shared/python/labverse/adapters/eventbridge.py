"""Announce a model as an EventBridge event named after its class."""

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.kernel.model import Model
from labverse.platform import telemetry
from labverse.platform.event import Letter, Letters

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeAnnouncer:
    """Events of one capability (`source` is `labverse.<word>`) on one bus."""

    def __init__(
        self, client: "EventBridgeClient", bus: str, source: str, letters: Letters
    ) -> None:
        self._client, self._bus, self._source = client, bus, source
        self._letters = letters

    def announce(self, event: Model) -> None:
        """Publish `event`. Never raises.

        An event that the bus does not take is kept in the dead letters and counted in the metric
        EventsUndelivered; where those cannot be reached either, it is logged whole (events carry
        no prompt, answer or secret).
        """
        entry = {
            "EventBusName": self._bus,
            "Source": self._source,
            "DetailType": type(event).__name__,
            "Detail": event.model_dump_json(),
        }
        try:
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        except (ClientError, BotoCoreError) as error:
            self._undelivered(entry, type(error).__name__)
            return
        if answer["FailedEntryCount"]:
            self._undelivered(entry, answer["Entries"][0].get("ErrorCode", "unknown"))

    def _undelivered(self, entry: dict[str, str], why: str) -> None:
        told: dict[str, object] = {"detail_type": entry["DetailType"], "why": why}
        try:
            self._letters.bury(Letter(kind="undelivered", event=dict(entry), error=why))
        except Unavailable:
            told["detail"] = entry["Detail"]
        telemetry.logger().error("event undelivered", extra=told)
        telemetry.record(
            {"detail_type": entry["DetailType"]}, {"EventsUndelivered": (MetricUnit.Count, 1)}
        )
