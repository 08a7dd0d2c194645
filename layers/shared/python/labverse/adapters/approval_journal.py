"""`Journal` of approve: what happened, in the log, and counted."""

from aws_lambda_powertools.metrics import MetricUnit

from labverse.approve.models import Approval
from labverse.platform import telemetry


class ApprovalJournal:
    """Ids, states and classes of errors; neither what was asked nor who answered."""

    def decided(self, approval: Approval) -> None:
        """One line and the metric ApprovalsDecided, by what came of it."""
        what = {"approval_id": approval.id, "state": str(approval.state)}
        telemetry.logger().info("approval decided", extra=what)
        telemetry.record({"state": what["state"]}, {"ApprovalsDecided": (MetricUnit.Count, 1)})

    def unasked(self, approval_id: str, room: str) -> None:
        """A line, and the metric ApprovalsUnasked."""
        told = {"approval_id": approval_id, "room": room}
        telemetry.logger().warning("nobody is asked: no chat is set up", extra=told)
        telemetry.record({}, {"ApprovalsUnasked": (MetricUnit.Count, 1)})

    def trouble(self, what: str, approval_id: str, error: Exception) -> None:
        """A line with our error's own words, and the metric ApprovalTrouble."""
        told = {"what": what, "approval_id": approval_id, "why": str(error)}
        telemetry.logger().error("approval trouble", extra=told)
        telemetry.record({"what": what}, {"ApprovalTrouble": (MetricUnit.Count, 1)})
