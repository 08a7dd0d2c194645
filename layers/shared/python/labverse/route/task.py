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
class _Begun:
    one: Ranked
    grant: Grant
    at: float

    @property
    def worst(self) -> Decimal:
        lease = self.grant.lease
        return usd(lease.ask.amount) if lease else FREE


@dataclass(frozen=True)
class Task:
    """One piece of work, safe from several threads. `started`: when, by the monotonic clock."""

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
    _under_way: dict[int, "_Begun"] = field(default_factory=dict)
    _ends: list[bool] = field(default_factory=list)

    @property
    def ranking(self) -> Ranking:
        """What was to be tried, and everything that was refused until now."""
        return replace(self.chosen, refused=tuple(self.refused))

    @property
    def over(self) -> bool:
        """Whether it has ended: nobody needs another answer."""
        return bool(self._ends)

    def end(self) -> None:
        """It has ended. What is still under way goes on, unheard."""
        self._ends.append(True)

    def left(self, limit: Decimal) -> int:
        """What the task may still cost, in micro-dollars; what may have been billed is gone."""
        return micro(limit) - sum(self._held.values())

    def began(self, one: Ranked, grant: Grant, at: float) -> None:
        """An attempt begins: until it ends, all that is held for it counts as gone."""
        self._under_way[id(one)] = _Begun(one, grant, at)
        if grant.lease is not None:
            self._held[grant.lease.ask.lease_id] = grant.lease.ask.amount

    def noted(self, ended: Ended) -> None:
        """Keep how an attempt went; who ended after the task did is on record elsewhere."""
        lease = ended.grant.lease
        if lease is not None and ended.fate not in ("presumed", "unsettled"):
            self._held[lease.ask.lease_id] = micro(ended.bill.cost_usd)
        if ended.standing is not None:
            self.standings.append(ended.standing)
        self._under_way.pop(id(ended.one), None)
        told = ended.latency_ms, ended.bill.cost_usd
        self.attempts.append(_attempt(ended.one, _outcome(ended), *told))

    def outrun(self, now: float) -> list[Attempt]:
        """Those that are left behind: they go on, and are charged what they cost."""
        return [
            _attempt(begun.one, "outrun", round((now - begun.at) * 1000), begun.worst)
            for begun in list(self._under_way.values())
        ]

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


def _attempt(one: Ranked, outcome: Outcome, latency_ms: int, cost_usd: Decimal) -> Attempt:
    return Attempt(
        provider=one.candidate.provider,
        model=one.candidate.model,
        outcome=outcome,
        latency_ms=latency_ms,
        cost_usd=cost_usd,
        why=one.why,
    )


def _outcome(ended: Ended) -> Outcome:
    return "ok" if isinstance(ended.what, Reply) else ended.what.outcome
