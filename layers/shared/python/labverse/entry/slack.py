"""What Slack sends: a click comes in, counts once, and whoever clicked is told; in three seconds.

Order: signature over the raw body → the click in it → whether it came before → the decision → the
reply, which somebody else sends if it does not arrive at once → 200.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler.api_gateway import Response

from labverse.approve import clicks, signature
from labverse.approve.interacting import Desk, Told, Vouchers
from labverse.approve.models import Click
from labverse.approve.replies import REPLY_DUE, UNRECORDED, Reply
from labverse.kernel.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    Refused,
    Unauthenticated,
    Unavailable,
)
from labverse.platform import telemetry
from labverse.platform.api import PUBLIC, Api, RouteDoc
from labverse.platform.body import RAW, raw_body
from labverse.platform.event import Envelope, Reaction, parsed

PATH = "/slack/interactions"
# Slack waits 3 s. Handing a reply over takes its share, and so does the way here and back.
_DECIDED_AND_TOLD = 2.0
_REPLY, _SHORTEST, _LATE = 1.2, 0.2, 10.0
_MOST_FIELDS = 10
_DOC = RouteDoc(
    summary="What Slack sends when somebody clicks: a form, signed with the app's signing secret",
    tag="approve",
    problems={
        401: "Not signed by Slack within the last five minutes",
        422: "Signed, and no click on a button of ours",
        503: "Neither the click nor the reply could be kept: Slack shows that it failed",
    },
    media="text/plain",
)


def routes(api: Api, desk: Callable[[], Desk]) -> None:
    """Put the route that Slack calls on `api`."""

    @api.route("POST", PATH, scope=PUBLIC, doc=_DOC, body=RAW)
    def post_slack_interactions() -> Response[str]:
        interact(api.resolver.current_event.raw_event, desk())
        return Response(200, content_type="text/plain", body="")


def interact(event: Mapping[str, Any], desk: Desk) -> None:
    """Handle one request, an HTTP API event as it came. Once it returns, Slack gets its 200.

    Raises Unauthenticated, InvalidInput, and Unavailable where whoever clicked can be told by
    nothing but Slack's own warning.
    """
    begun, now, body = desk.clock.monotonic(), desk.clock.now(), raw_body(dict(event))
    identity = _vouched(desk, event.get("headers") or {}, body, now)
    click = clicks.read(_payload(body), desk.secret.current().replies)
    told = _decided(desk, click, identity, now)
    line = {"approval_id": click.approval_id, "outcome": str(told.outcome)}
    telemetry.logger().info("click", extra=line)
    if click.reply_url is None:
        telemetry.logger().warning("nowhere to reply", extra={"approval_id": click.approval_id})
        return
    left = _DECIDED_AND_TOLD - (desk.clock.monotonic() - begun)
    _tell(desk, Reply(url=click.reply_url, text=told.text), left)


def reactions(desk: Callable[[], Desk]) -> Mapping[str, Sequence[Reaction]]:
    """By type of event: what `interact` handed over is sent; Lambda calls again until it is."""

    def send_reply(envelope: Envelope) -> None:
        try:
            desk().replies.send(parsed(envelope, Reply), _LATE)
        except Refused as error:
            telemetry.logger().warning("reply not taken", extra={"why": str(error)})

    return {REPLY_DUE: (send_reply,)}


def _vouched(desk: Desk, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The identity of the request. Raises Unauthenticated.

    What no secret that we remember has signed is judged once more by what is kept now: somebody
    may just have changed it.
    """
    try:
        return signature.verified(_signing(desk.secret.current, now), headers, body, now)
    except Unauthenticated:
        return signature.verified(_signing(desk.secret.again, now), headers, body, now)


def _signing(read: Callable[[], Vouchers], now: datetime) -> tuple[str, ...]:
    try:
        return read().signing(now)
    except Refused as error:
        telemetry.logger().error("no click can be believed", extra={"why": str(error)})
        return ()


def _payload(body: bytes) -> str:
    """The one field of the form that holds anything."""
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="strict")
        (payload,) = form["payload"]
    except (KeyError, ValueError):
        # Not as its cause: that quotes the body.
        field = FieldError(field="payload", message="must be there once, in a form")
        raise InvalidInput("The click cannot be read", [field]) from None
    return payload


def _decided(desk: Desk, click: Click, identity: str, now: datetime) -> Told:
    try:
        return desk.interactions(click, identity, now)
    except (Conflict, Unavailable) as error:
        telemetry.logger().error("click not recorded", extra={"why": str(error)})
        return Told(UNRECORDED)


def _tell(desk: Desk, reply: Reply, left: float) -> None:
    try:
        if left >= _SHORTEST:
            desk.replies.send(reply, min(_REPLY, left))
            return
        why = "no time left"
    except Refused as error:
        telemetry.logger().warning("reply not taken", extra={"why": str(error)})
        return
    except Unavailable as error:
        why = str(error)
    telemetry.logger().warning("reply handed over", extra={"why": why})
    desk.later.hand_over(reply, desk.new_id(), desk.clock.now())
