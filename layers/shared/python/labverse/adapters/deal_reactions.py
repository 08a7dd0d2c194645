"""What the function `event` of negotiate does, by type of event."""

from collections.abc import Callable, Mapping, Sequence

from labverse.negotiate.asking import Decided, Ended
from labverse.negotiate.watching import Watching
from labverse.platform import telemetry
from labverse.platform.event import Envelope, Reaction, parsed

TICK = "Scheduled Event"
DECIDED = "ApprovalDecided"
ENDED = "Step Functions Execution Status Change"
CYCLE = "cycle"
"""`do` in the detail of a scheduled event: open what autonomous mode negotiates."""


def of_negotiate(
    watching: Callable[[], Watching], machine: str
) -> Mapping[str, Sequence[Reaction]]:
    """`machine` is the ARN of our own state machine: others' executions are told as well."""

    def tick(event: Envelope) -> None:
        if event.detail.get("do") == CYCLE:
            opened = watching().cycle(event.time.timestamp())
            telemetry.logger().info("cycle", extra={"opened": len(opened)})
            return
        failed = watching().reconcile()
        if failed:
            telemetry.logger().warning("interrupted", extra={"ids": [one.id for one in failed]})

    def decided(event: Envelope) -> None:
        watching().decided(parsed(event, Decided))

    def ended(event: Envelope) -> None:
        watching().ended(parsed(event, Ended), machine)

    return {TICK: (tick,), DECIDED: (decided,), ENDED: (ended,)}
