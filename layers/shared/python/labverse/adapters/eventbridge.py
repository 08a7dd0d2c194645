"""Announce a model as an EventBridge event named after its class."""

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.model import Model
from labverse.platform import telemetry

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeAnnouncer:
    """Events of one capability (`source` is `labverse.<word>`) on one bus."""

    def __init__(self, client: "EventBridgeClient", bus: str, source: str) -> None:
        self._client, self._bus, self._source = client, bus, source

    def announce(self, event: Model) -> None:
        """Publish `event`. Never raises.

        An event that the bus does not take is logged whole (events carry no prompt, answer or
        secret) and counted in the metric EventsUndelivered, so that it can be sent again.
        """
        name, detail = type(event).__name__, event.model_dump_json()
        entry = {
            "EventBusName": self._bus,
            "Source": self._source,
            "DetailType": name,
            "Detail": detail,
        }
        try:
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        except (ClientError, BotoCoreError) as error:
            self._undelivered(name, detail, type(error).__name__)
            return
        if answer["FailedEntryCount"]:
            self._undelivered(name, detail, answer["Entries"][0].get("ErrorCode", "unknown"))

    def _undelivered(self, name: str, detail: str, why: str) -> None:
        telemetry.logger().error(
            "event undelivered", extra={"detail_type": name, "detail": detail, "why": why}
        )
        telemetry.record({"detail_type": name}, {"EventsUndelivered": (MetricUnit.Count, 1)})
