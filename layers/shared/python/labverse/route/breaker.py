"""The rules of a breaker: what opens it, for how long, who tries again, and what closes it.

The first fault of a provider opens it, so that a dead one is called once, and the window doubles
with each try that failed. What the provider itself asks for (Retry-After) is kept, and of two such
times the later one wins. Faults of the request say nothing of the provider, and prove it alive; so
does a refused key, which may be stale in one process and good in all others.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import Field

from labverse.kernel.model import Model
from labverse.route.health import Breaker, State
from labverse.route.models import Outcome
from labverse.route.ports import ProviderFailure, Reply

_FAULTS: tuple[Outcome, ...] = (
    "timeout", "unreachable", "rate_limited", "overloaded", "server_error", "bad_response",
    "truncated", "empty", "quota_exhausted",
)  # fmt: skip
_MOST_DOUBLINGS = 16


class HealthPolicy(Model):
    """How long a provider that failed is left alone, in seconds."""

    window_s: float = Field(default=5, gt=0, description="After its first fault.")
    longest_s: float = Field(default=120, gt=0, description="However often it failed again.")
    quota_s: float = Field(default=300, gt=0, description="After the first one for want of quota.")
    longest_quota_s: float = Field(default=3600, gt=0, description="The same, at most.")
    longest_asked_s: float = Field(
        default=3600, gt=0, description="At most, where the provider asks for it."
    )
    trial_s: float = Field(
        default=30, gt=0, description="Then another one may try what somebody was trying."
    )


@dataclass(frozen=True)
class Circuit:
    """What is kept of one provider. `until` None: it may be asked.

    `failures`: how often in a row. `trial_until`: until then somebody tries it for everybody.
    `alive_at`: when the call began that closed it. `version` grows with every change.
    """

    provider: str
    failures: int = 0
    opened_at: datetime | None = None
    until: datetime | None = None
    why: Outcome | None = None
    ordered: bool = False
    trial_until: datetime | None = None
    version: int = 0
    alive_at: datetime | None = None

    def seen(self, now: datetime) -> Breaker:
        """The breaker as callers see it."""
        if self.until is None:
            return Breaker(self.provider)
        trying = self.trial_until is not None and now < self.trial_until
        state: State = "open" if now < self.until or trying else "half_open"
        until = max(self.until, self.trial_until or self.until)
        return Breaker(self.provider, state, self.why, until, self.ordered)


def is_fault(ended: Reply | ProviderFailure) -> bool:
    """Whether the provider is to blame, rather than our request or our key."""
    return isinstance(ended, ProviderFailure) and ended.outcome in _FAULTS


def failed(
    circuit: Circuit, failure: ProviderFailure, now: datetime, policy: HealthPolicy, began: datetime
) -> Circuit:
    """After a fault of a call that began at `began`.

    Only a call that began when the window was over is a try that failed. Others were under way, or
    of processes that had not heard of it: they only add what the provider asked for. One that
    began before a call that did succeed, and asks for nothing, is old news.
    """
    asked = _asked(failure, now, policy)
    if circuit.until is not None and began < circuit.until:
        return circuit if asked is None else _left_alone(circuit, asked)
    if asked is None and circuit.alive_at is not None and began < circuit.alive_at:
        return circuit
    failures = circuit.failures + 1
    quota = failure.outcome == "quota_exhausted"
    times = [now + _window(policy, failures, quota=quota), circuit.until, asked]
    return Circuit(
        provider=circuit.provider,
        failures=failures,
        opened_at=now,
        until=max(time for time in times if time is not None),
        why=failure.outcome,
        ordered=quota or asked is not None,
        version=circuit.version + 1,
    )


def succeeded(circuit: Circuit, began: datetime) -> Circuit:
    """After a call that proved it alive.

    One that began before it opened proves nothing; nor does one, of a process that had not heard of
    it, that began while the provider asked to be left alone: it may serve some and not others.
    """
    if circuit.until is None or circuit.opened_at is None:
        return circuit
    if began < (circuit.until if circuit.ordered else circuit.opened_at):
        return circuit
    return Circuit(circuit.provider, version=circuit.version + 1, alive_at=began)


def admitted(circuit: Circuit, now: datetime, policy: HealthPolicy) -> Circuit | None:
    """With the caller's trial in it; None where it is not half-open."""
    if circuit.seen(now).state != "half_open":
        return None
    until = now + timedelta(seconds=policy.trial_s)
    return replace(circuit, trial_until=until, version=circuit.version + 1)


def _left_alone(circuit: Circuit, asked: datetime) -> Circuit:
    """Of two times that it asked for, the later one; whoever was trying it is not waited for."""
    if circuit.until is not None and asked <= circuit.until and circuit.ordered:
        return circuit
    until = max(asked, circuit.until or asked)
    version = circuit.version + 1
    return replace(circuit, until=until, ordered=True, trial_until=None, version=version)


def _asked(failure: ProviderFailure, now: datetime, policy: HealthPolicy) -> datetime | None:
    if failure.retry_after is None:
        return None
    return now + timedelta(seconds=min(failure.retry_after, policy.longest_asked_s))


def _window(policy: HealthPolicy, failures: int, *, quota: bool) -> timedelta:
    first, longest = (
        (policy.quota_s, policy.longest_quota_s) if quota else (policy.window_s, policy.longest_s)
    )
    return timedelta(seconds=min(longest, first * 2 ** min(failures - 1, _MOST_DOUBLINGS)))
