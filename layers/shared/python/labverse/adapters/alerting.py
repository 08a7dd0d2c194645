"""What people are warned of, over what a stage has on AWS: the bus, its table, and Slack."""

from collections.abc import Callable

from labverse.adapters import aws, clock
from labverse.adapters.dynamodb_marks import DynamoDeliveries, DynamoMarks
from labverse.adapters.slack import SlackRooms
from labverse.platform import telemetry
from labverse.platform.event import Envelope
from labverse.route.alerting import Alerting
from labverse.route.alerts import AlertsPolicy, alert
from labverse.route.config import RouteConfig
from labverse.route.ports import Announcer
from labverse.route.retirement import Retirements
from labverse.route.settings import RouteSettings


def teller(have: RouteSettings, policy: AlertsPolicy) -> Callable[[Envelope], None]:
    """Tells people of an event; the log says how that went, and where nobody is there to tell."""
    secrets, table = aws.client("secretsmanager"), aws.client("dynamodb")
    rooms = SlackRooms(have.STAGE, policy.cost_channel, secrets, clock.pause)
    deliveries = DynamoDeliveries(have.CAPACITY_TABLE, table)
    alerting = Alerting(rooms, deliveries, clock.SystemClock())

    def tell(event: Envelope) -> None:
        told = alerting(alert(event.detail_type, event.detail))
        telemetry.logger().info("alert", extra={"detail_type": event.detail_type, "told": told})

    return tell


def retirements(
    have: RouteSettings, policy: AlertsPolicy, config: RouteConfig, announcer: Announcer
) -> Retirements:
    """Announces what retires soon."""
    marks = DynamoMarks(have.CAPACITY_TABLE, aws.client("dynamodb"))
    return Retirements(config, policy.warn_retirement_days, marks, announcer, clock.SystemClock())
