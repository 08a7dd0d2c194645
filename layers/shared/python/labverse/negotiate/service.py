"""Negotiations: opened once under their id, looked at, waited for, and taken back."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Conflict, NotFound
from labverse.negotiate import opening
from labverse.negotiate.closing import Closing
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.models import ID, Negotiation, ObjectRef
from labverse.negotiate.ports import Announcer, Deals, Executions, Objects, Stored
from labverse.negotiate.requests import NegotiationRequest
from labverse.negotiate.states import Mode, Reason, State

_POLL_SECONDS = 0.25
_FULL_RETRY_SECONDS = 60


@dataclass(frozen=True)
class Asker:
    """Who opens a negotiation, and in which of his conversations."""

    requester: str
    """team/user, or key:<key id>."""
    context_id: str | None = None


@dataclass(frozen=True)
class Means:
    """What negotiations are made with."""

    deals: Deals
    objects: Objects
    executions: Executions
    announcer: Announcer
    clock: Clock
    pause: Callable[[float], None]


class Negotiations:
    """The use cases of whoever asks for a deal."""

    def __init__(self, means: Means, policy: NegotiatePolicy) -> None:
        self._means, self.policy = means, policy
        self._closing = Closing(means.deals, means.announcer, means.clock)

    def open(self, negotiation_id: str, given: Any, asker: Asker) -> Negotiation:
        """Start the negotiation that `given`, parsed JSON, asks for; the same again is the same.

        Raises Unusable and TooManyOutcomes (both InvalidInput, nothing is stored), Conflict where
        the id is another request's, or where autonomous mode has asked enough, and Unavailable.
        """
        now = self._means.clock.now()
        request = opening.read(given, self.policy, now)
        content = request.model_dump_json(exclude_none=True).encode()
        ref = ObjectRef(
            key=f"negotiations/{negotiation_id}/request.json",
            sha256=hashlib.sha256(content).hexdigest(),
        )
        there = self._means.deals.get(negotiation_id)
        if there is None:
            self._refuse_too_many(request.mode)
            made = _opened(negotiation_id, request, asker, now)
            made = made.model_copy(update={"request": ref})
            self._means.deals.create(made)
            there = self._there(negotiation_id)
        if there.record.request != ref:
            raise Conflict(f"{negotiation_id} is another request's", extra={"state": "other"})
        if there.record.state is State.WORKING and there.version == 0:
            # Done again where whoever did it first may have died in between.
            self._means.objects.put(ref.key, content)
            self._means.executions.start(negotiation_id, request.agents, self.policy.rationale)
        return there.record

    def get(self, negotiation_id: str) -> Negotiation:
        """As it is now. Raises NotFound."""
        return self._there(negotiation_id).record

    def list_open(self) -> Sequence[Negotiation]:
        """Those that are not final."""
        return self._means.deals.list_open()

    def wait(self, negotiation_id: str, seconds: float, seen: State | None = None) -> Negotiation:
        """As `get`, once it is final, or waits for a person and did not before; or time is over.

        `seen`: the state that whoever waits knows already; without it, the one at the start.
        """
        clock = self._means.clock
        until = clock.monotonic() + seconds
        found = self.get(negotiation_id)
        known = {State.WORKING, found.state if seen is None else seen}
        while found.state.open and found.state in known:
            left = until - clock.monotonic()
            if left <= 0:
                break
            self._means.pause(min(_POLL_SECONDS, left))
            found = self.get(negotiation_id)
        return found

    def cancel(self, negotiation_id: str) -> Negotiation:
        """Take it back; nobody is asked any more. Raises NotFound, and Conflict once it is final.

        What was canceled before stays so, and is no error.
        """
        record = self.get(negotiation_id)
        if record.state is not State.CANCELED:
            record = self._closing.end(negotiation_id, State.CANCELED, Reason.CANCELED)
        if record.state is not State.CANCELED:
            message = f"{negotiation_id} is {record.state} already"
            raise Conflict(message, extra={"state": record.state})
        self._means.executions.stop(negotiation_id)
        return record

    def _there(self, negotiation_id: str) -> Stored:
        # What is no id is no key of the table's other items either.
        known = re.fullmatch(ID, negotiation_id) is not None
        found = self._means.deals.get(negotiation_id) if known else None
        if found is None:
            raise NotFound(f"there is no negotiation {negotiation_id[:64]!r}")
        return found

    def _refuse_too_many(self, mode: Mode) -> None:
        if mode is not Mode.AUTONOMOUS:
            return
        there = [one for one in self.list_open() if one.mode is Mode.AUTONOMOUS]
        most = self.policy.max_open_approvals
        if len(there) >= most:
            message = f"{len(there)} autonomous negotiations are open, at most {most} may be"
            extra = {"state": "too_many_open"}
            raise Conflict(message, extra=extra, retry_after=_FULL_RETRY_SECONDS)


def _opened(
    negotiation_id: str, request: NegotiationRequest, asker: Asker, now: datetime
) -> Negotiation:
    return Negotiation(
        id=negotiation_id,
        mode=request.mode,
        state=State.WORKING,
        goal=request.goal,
        platforms=request.agents,
        requester=asker.requester,
        created_at=now,
        updated_at=now,
        context_id=asker.context_id,
    )
