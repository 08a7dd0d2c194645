"""One piece of work on its way: what was decided, what has been tried, what it has cost so far."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from labverse.route.accounts import FREE, Bill
from labverse.route.ledger import Standing
from labverse.route.limits import micro, usd
from labverse.route.models import Attempt, AttemptSpan, Fate, Outcome, Refusal
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.purse import Grant
from labverse.route.ranking import Ranked, Ranking, Request


@dataclass(frozen=True)
class Ended:
    """How one attempt went. `fate`: what became of the money that was held for it."""

    one: Ranked
    what: Reply | ProviderFailure
    bill: Bill
    grant: Grant
    fate: Fate
    standing: Standing | None
    started_at: datetime
    latency_ms: int

    @property
    def reply(self) -> Reply | None:
        """The usable answer, where it brought one."""
        return self.what if isinstance(self.what, Reply) else None


@dataclass(frozen=True)
class Task:
    """One piece of work. `started`: when, by the monotonic clock."""

    request: Request
    trace_id: str
    started: float
    chosen: Ranking
    refused: list[Refusal]
    attempts: list[Attempt] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    """How the month stood, whenever the ledger told."""
    _held: dict[str, int] = field(default_factory=dict)
    """Micro-dollars by lease: what the task may have cost until now."""

    @property
    def ranking(self) -> Ranking:
        """What was to be tried, and everything that was refused until now."""
        return replace(self.chosen, refused=tuple(self.refused))

    @property
    def cost(self) -> Decimal:
        """What providers are known to charge, and the worst that one left behind may."""
        return sum((attempt.cost_usd for attempt in self.attempts), start=FREE)

    def left(self, limit: Decimal) -> int:
        """What the task may still cost, in micro-dollars; what may have been billed is gone."""
        return micro(limit) - sum(self._held.values())

    def began(self, grant: Grant) -> None:
        """An attempt begins: until it ends, all that is held for it counts as gone."""
        if grant.lease is not None:
            self._held[grant.lease.ask.lease_id] = grant.lease.ask.amount

    def noted(self, ended: Ended) -> None:
        """Keep how an attempt went."""
        lease = ended.grant.lease
        if lease is not None and ended.fate not in ("presumed", "unsettled"):
            self._held[lease.ask.lease_id] = micro(ended.bill.cost_usd)
        if ended.standing is not None:
            self.standings.append(ended.standing)
        self._keep(ended.one, _outcome(ended), ended.latency_ms, ended.bill.cost_usd)

    def outrun(self, one: Ranked, grant: Grant, latency_ms: int) -> None:
        """Keep that an attempt was left behind: it goes on, and is charged what it costs."""
        lease = grant.lease
        self._keep(one, "outrun", latency_ms, usd(lease.ask.amount) if lease else FREE)

    def span(self, ended: Ended, span_id: str) -> AttemptSpan:
        """The record of an attempt."""
        reply, bill, candidate = ended.reply, ended.bill, ended.one.candidate
        return AttemptSpan(
            trace_id=self.trace_id,
            span_id=span_id,
            started_at=ended.started_at,
            provider=candidate.provider,
            request_model=candidate.model,
            response_model=reply.model if reply else None,
            outcome=_outcome(ended),
            finish=reply.finish if reply else None,
            latency_ms=ended.latency_ms,
            tokens=bill.tokens,
            cost_usd=bill.cost_usd,
            cost_source=bill.source,
            ledger=ended.fate,
            why=ended.one.why,
            refused=list(self.refused),
        )

    def _keep(self, one: Ranked, outcome: Outcome, latency_ms: int, cost_usd: Decimal) -> None:
        candidate = one.candidate
        self.attempts.append(
            Attempt(
                provider=candidate.provider,
                model=candidate.model,
                outcome=outcome,
                latency_ms=latency_ms,
                cost_usd=cost_usd,
                why=one.why,
            )
        )


def _outcome(ended: Ended) -> Outcome:
    return "ok" if isinstance(ended.what, Reply) else ended.what.outcome
