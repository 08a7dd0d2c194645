"""HTTP routes, the workflow task and the events of `approve`: parse, call one use case, respond."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import ConfigDict, Field

from labverse.approve.asking import Ask, Asker
from labverse.approve.deciding import Shown
from labverse.approve.models import Answer, Click, State
from labverse.approve.seen import Seen
from labverse.approve.service import Answered, Approvals
from labverse.kernel.errors import Conflict, Refused
from labverse.kernel.model import Model
from labverse.platform import task, telemetry
from labverse.platform.api import Api, RouteDoc
from labverse.platform.event import Envelope, Reaction, parsed
from labverse.platform.keys import APPROVE, KeyRecord

TICK, DECIDED, STATUS = (
    "Scheduled Event",
    "ApprovalDecided",
    "Step Functions Execution Status Change",
)
# What whoever answers over HTTP is told where it changes nothing.
REFUSED = {
    Shown.WRONG_TEAM: "your team may not answer this",
    Shown.NOT_ALLOWED: "you may not answer this",
    Shown.OWN_REQUEST: "you asked for this yourself: somebody else has to approve it",
}
TOO_LATE = {
    Shown.OTHER_TERMS: "its terms are others by now: look at it again",
    Shown.ALREADY_DECIDED: "it is decided already",
    Shown.ABANDONED: "it is no longer open: what asked for it has ended",
    Shown.EXPIRED: "its time is over, which counts as a veto",
}
State_ = Annotated[State | None, Query(alias="state", description="Only those; without it, all.")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_LIST = RouteDoc(
    summary="What people are asked to decide, and what they decided; the newest first",
    tag="approve",
    problems={503: "Approvals cannot be read"},
)
_DECIDE = RouteDoc(
    summary="Approve or veto, as the person whose key this is",
    tag="approve",
    problems={
        403: "Not your decision (`shown` says why), or a key that is nobody's",
        404: "There is no such approval",
        409: "Decided or over already, or the terms are others (`shown`, `approval`)",
        503: "Nothing was decided; try again",
    },
)


class Decision(Model):
    """A person's answer to exactly these terms."""

    answer: Answer
    terms_digest: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="The one that was shown: nothing else is agreed to."
    )


class Decided(Model):
    """What the answer came to."""

    shown: Shown
    approval: Seen


class Listed(Model):
    """Approvals, the newest first."""

    approvals: tuple[Seen, ...]


class Asking(task.TaskInput):
    """The input of the state that asks: its token, and where it belongs to."""

    token: str
    execution: str


class _Of(Model):
    """What is read of an event of others."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Decided(_Of):
    approval_id: str


class _Status(_Of):
    executionArn: str  # noqa: N815 - AWS's name
    status: str


def routes(api: Api, approvals: Callable[[], Approvals]) -> None:
    """Put the routes for people with a key on `api`; `approvals` is only called by a request."""

    @api.route("GET", "/api/v2/approvals", scope=APPROVE, doc=_LIST)
    def listed(state: State_ = None) -> Listed:
        found = approvals().list(state)
        return Listed(approvals=tuple(Seen.of(each.approval, each.question) for each in found))

    @api.route("POST", "/api/v2/approvals/<approval_id>", scope=APPROVE, doc=_DECIDE)
    def decide(approval_id: Id, decision: Annotated[Decision, Body()]) -> Decided:
        click = _click(approval_id, decision, api.caller)
        return _decided(approvals().answer(click))


def task_ask(event: dict[str, Any], approvals: Approvals) -> Any:
    """The state that asks; it goes on when its token is answered. Errors by class name."""
    asking = task.parsed(event, Asking)
    ask = task.parsed(asking.request, Ask)
    asker = task.parsed({"token": asking.token, "execution": asking.execution}, Asker)
    asked = approvals.ask(ask, asker)
    telemetry.logger().info("asked", extra={"approval_id": asked.id, "state": str(asked.state)})
    return {"approval_id": asked.id, "state": asked.state, "expires_at": str(asked.expires_at)}


def reactions(approvals: Callable[[], Approvals]) -> Mapping[str, Sequence[Reaction]]:
    """By type of event."""

    def sweep(_event: Envelope) -> None:
        telemetry.logger().info("swept", extra=approvals().sweep().model_dump())

    def refresh(event: Envelope) -> None:
        approvals().refresh(parsed(event, _Decided).approval_id)

    def ended(event: Envelope) -> None:
        told = parsed(event, _Status)
        if told.status not in ("RUNNING", "PENDING_REDRIVE"):
            closed = approvals().ended(told.executionArn)
            telemetry.logger().info("execution ended", extra={"closed": closed})

    return {TICK: (sweep,), DECIDED: (refresh,), STATUS: (ended,)}


def _click(approval_id: str, decision: Decision, key: KeyRecord | None) -> Click:
    if key is None or key.person is None:
        raise Refused(
            "this key is nobody's, so it cannot decide: make one for a person "
            "(kimi keys create --person TEAM/USER --scopes approve)"
        )
    team, _, user = key.person.partition("/")
    return Click(
        approval_id=approval_id,
        terms_digest=decision.terms_digest,
        answer=decision.answer,
        team=team,
        user=user,
    )


def _decided(answered: Answered) -> Decided:
    """Raises Refused for whoever may not answer, who learns nothing of it, and Conflict."""
    shown = answered.shown
    if shown in REFUSED:
        raise Refused(REFUSED[shown], extra={"shown": str(shown)})
    decided = Decided(shown=shown, approval=Seen.of(answered.approval, answered.question))
    if shown in TOO_LATE:
        raise Conflict(TOO_LATE[shown], extra=decided.model_dump(mode="json"))
    return decided
