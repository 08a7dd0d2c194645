"""One piece of work on its way: what was decided, what has been tried, what it has cost so far."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from labverse.route.accounts import FREE, Bill
from labverse.route.choice import Candidate, Ranking, Size
from labverse.route.ledger import Standing
from labverse.route.limits import micro
from labverse.route.models import Attempt, AttemptSpan, Fate, Refusal, Work
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.purse import Grant

_ATTEMPT = Attempt.model_fields.keys() & AttemptSpan.model_fields.keys()


@dataclass(frozen=True)
class Ended:
    """How one attempt went. `fate`: what became of the money that was held for it."""

    what: Reply | ProviderFailure
    bill: Bill
    grant: Grant
    fate: Fate
    started_at: datetime
    latency_ms: int


@dataclass(frozen=True)
class Task:
    """One piece of work. `started`: when, by the monotonic clock."""

    work: Work
    trace_id: str
    started: float
    size: Size
    complexity: float
    order: tuple[Candidate, ...]
    refused: list[Refusal]
    attempts: list[Attempt] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    """How the month stood, whenever the ledger told."""
    _held: list[int] = field(default_factory=list)

    @property
    def ranking(self) -> Ranking:
        """What was to be tried, and everything that was refused until now."""
        return Ranking(self.order, tuple(self.refused))

    @property
    def cost(self) -> Decimal:
        """What providers are known to charge."""
        return sum((attempt.cost_usd for attempt in self.attempts), start=FREE)

    def left(self, limit: Decimal) -> int:
        """What the task may still cost, in micro-dollars; what may have been billed is gone."""
        return micro(limit) - sum(self._held)

    def noted(self, candidate: Candidate, ended: Ended, span_id: str) -> AttemptSpan:
        """The record of an attempt, which is also kept here."""
        lease = ended.grant.lease
        unknown = lease is not None and ended.fate in ("presumed", "unsettled")
        self._held.append(lease.ask.amount if lease and unknown else micro(ended.bill.cost_usd))
        span = _span(self, candidate, ended, span_id)
        self.attempts.append(
            Attempt.model_validate(span.model_dump(include=_ATTEMPT) | {"model": candidate.model})
        )
        return span


def _span(task: Task, candidate: Candidate, ended: Ended, span_id: str) -> AttemptSpan:
    what, bill = ended.what, ended.bill
    reply = what if isinstance(what, Reply) else None
    return AttemptSpan(
        trace_id=task.trace_id,
        span_id=span_id,
        started_at=ended.started_at,
        provider=candidate.provider,
        request_model=candidate.model,
        response_model=reply.model if reply else None,
        outcome="ok" if isinstance(what, Reply) else what.outcome,
        finish=reply.finish if reply else None,
        latency_ms=ended.latency_ms,
        tokens=bill.tokens,
        cost_usd=bill.cost_usd,
        cost_source=bill.source,
        ledger=ended.fate,
        refused=list(task.refused),
    )
