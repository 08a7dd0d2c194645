"""A write that carries an Idempotency-Key happens once: the same again gets the first answer.

A write is claimed before it runs and kept after it. What was refused or failed is not kept, so that
it can be tried again. Whoever dies at work holds the claim for RUNNING_SECONDS, which is longer
than a function can live: two never work on the same write at a time.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from pydantic_core import from_json

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Conflict, FieldError, InvalidInput, Unavailable
from labverse.platform import telemetry

HEADER = "idempotency-key"
NAME = "Idempotency-Key"
REPLAYED = "idempotency-replayed"
LONGEST = 255
RUNNING_SECONDS = 30
KEPT_SECONDS = 24 * 3600

Response = dict[str, Any]
_USABLE = re.compile(f"[ -~]{{1,{LONGEST}}}")
# Most writes take about a second.
_RETRY_AFTER = 1


@dataclass(frozen=True)
class Write:
    """One request to write. `name` says which write it is, `request` what it asks for; hashed."""

    key_id: str
    name: str
    request: str

    @classmethod
    def of(cls, key_id: str, claimed: str, event: dict[str, Any]) -> Self:
        """Of an HTTP API event with a JSON body. Raises InvalidInput for an unusable header."""
        if not _USABLE.fullmatch(claimed):
            raise _refused(f"must be 1 to {LONGEST} printable ASCII characters")
        where = [event["requestContext"]["http"]["method"], event["rawPath"], claimed]
        asked = [event.get("rawQueryString") or "", from_json(event["body"])]
        return cls(key_id, _digest(where), _digest(asked))


@dataclass(frozen=True)
class Earlier:
    """The write of that name which was there first. `answer`: None if it was too large to keep."""

    request: str
    running: bool
    answer: str | None = None


class Writes(Protocol):
    """Where writes are remembered. Every method raises Unavailable when it cannot be asked."""

    def begin(self, write: Write, owner: str, now: datetime) -> Earlier | None:
        """Claim the write for `owner`; None if it now is, else what was there and has not expired.

        The claim lasts RUNNING_SECONDS.
        """
        ...

    def finish(self, write: Write, owner: str, answer: str, now: datetime) -> None:
        """Keep the answer for KEPT_SECONDS. Raises Conflict if the claim is not the owner's."""
        ...

    def abandon(self, write: Write, owner: str) -> None:
        """Free the write, if the claim is the owner's."""
        ...


@dataclass(frozen=True)
class Once:
    """Runs each write once. `new_id` makes names for those who are at work."""

    writes: Writes
    clock: Clock
    new_id: Callable[[], str]

    def __call__(self, write: Write, work: Callable[[], Response]) -> Response:
        """What `work` answers, or what it answered the first time.

        Raises Conflict, Unavailable where nothing can be remembered, and whatever `work` raises.
        """
        owner = self.new_id()
        earlier = self.writes.begin(write, owner, self.clock.now())
        if earlier is not None:
            return _replayed(write, earlier)
        try:
            answer = work()
        except BaseException:
            self._abandon(write, owner)
            raise
        if answer["statusCode"] >= 400:
            self._abandon(write, owner)
        else:
            self._finish(write, owner, answer)
        return answer

    def _finish(self, write: Write, owner: str, answer: Response) -> None:
        """An answer is given even if it cannot be kept: what it cost is spent."""
        try:
            self.writes.finish(write, owner, json.dumps(answer), self.clock.now())
        except (Conflict, Unavailable) as error:
            telemetry.logger().error("write not kept", extra={"why": str(error)})

    def _abandon(self, write: Write, owner: str) -> None:
        try:
            self.writes.abandon(write, owner)
        except Unavailable as error:
            telemetry.logger().warning("write not freed", extra={"why": str(error)})


def run(once: Once | None, write: Write, work: Callable[[], Response]) -> Response:
    """As `once`; without it nothing may be kept, so nothing can be repeated: InvalidInput."""
    if once is None:
        raise _refused("this deployment keeps no answers (store_answers in its config)")
    return once(write, work)


def _replayed(write: Write, earlier: Earlier) -> Response:
    if earlier.request != write.request:
        raise _conflict("other_request", "was used for another request")
    if earlier.running:
        told = "belongs to a request that is still running; ask again"
        raise _conflict("running", told, retry_after=_RETRY_AFTER)
    if earlier.answer is None:
        raise _conflict("not_kept", "is done; its answer was too large to be kept")
    answer: Response = json.loads(earlier.answer)
    telemetry.logger().info("replayed")
    return answer | {"headers": {**answer.get("headers", {}), REPLAYED: "true"}}


def _conflict(state: str, told: str, retry_after: int | None = None) -> Conflict:
    return Conflict(f"this {NAME} {told}", extra={"state": state}, retry_after=retry_after)


def _refused(message: str) -> InvalidInput:
    return InvalidInput("the request cannot be used", [FieldError(field=NAME, message=message)])


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
