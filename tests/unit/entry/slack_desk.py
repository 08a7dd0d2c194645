"""A desk made of fakes, and requests as Slack would send them."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from labverse.approve.deciding import Shown
from labverse.approve.interacting import Desk, Interactions, Vouchers
from labverse.approve.replies import Reply
from labverse.approve.signature import signed
from labverse.kernel.errors import LabverseError
from tests.unit.approve.test_clicks import payload
from tests.unit.approve.test_replies import Approvals, Seen
from tests.unit.platform.fakes import FakeClock

SECRET, OTHER = "current", "the-next-one"


@dataclass
class Held:
    secrets: tuple[str, ...]
    replies: str = "https://hooks.slack.com"

    def signing(self, now: datetime) -> tuple[str, ...]:
        return self.secrets


class Secret:
    """`kept` is what the secret holds; `known`, what was read of it."""

    def __init__(self, *secrets: str) -> None:
        self.known = self.kept = Held(secrets)
        self.reads = 0

    def current(self) -> Vouchers:
        return self.known

    def again(self) -> Vouchers:
        self.reads += 1
        self.known = self.kept
        return self.known


@dataclass
class Replies:
    """Fails as told; `seconds` is how long each may take."""

    clock: FakeClock
    failure: LabverseError | None = None
    sent: list[Reply] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def send(self, reply: Reply, seconds: float) -> None:
        self.seconds.append(seconds)
        if self.failure is not None:
            self.clock.seconds += seconds
            raise self.failure
        self.sent.append(reply)


@dataclass
class Later:
    failure: LabverseError | None = None
    kept: list[Reply] = field(default_factory=list)

    def hand_over(self, reply: Reply, reply_id: str, now: datetime) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept.append(reply)


class Office:
    """The desk, and everything that it was made of."""

    def __init__(self, shown: Shown | None = Shown.APPROVED) -> None:
        self.clock, self.secret = FakeClock(), Secret(SECRET)
        self.approvals, self.seen = Approvals(shown), Seen()
        self.replies, self.later = Replies(self.clock), Later()

    @property
    def desk(self) -> Desk:
        interactions = Interactions(self.approvals, self.seen)
        return Desk(
            self.secret, interactions, self.replies, self.later, self.clock, lambda: "a-new-id"
        )

    def request(
        self, *, secret: str = SECRET, age: float = 0, encoded: bool = False, **form: str
    ) -> dict[str, Any]:
        """An HTTP API event; `form` replaces the form's fields."""
        text = urlencode(form or {"payload": payload()})
        stamp = str(int(self.clock.now().timestamp() - age))
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signed(secret, stamp, text.encode()),
        }
        body = base64.b64encode(text.encode()).decode() if encoded else text
        return {"headers": headers, "body": body, "isBase64Encoded": encoded}
