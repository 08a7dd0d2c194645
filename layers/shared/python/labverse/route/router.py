"""The attempts of one request: in order, each within its share of two clocks, all on record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError
from labverse.route.accounts import FREE, priced
from labverse.route.catalogue import Catalogue
from labverse.route.choice import LOCAL, Candidate, Ranking, Size, choose, output_limit, task_limit
from labverse.route.clocks import Clocks
from labverse.route.complexity import score
from labverse.route.errors import UnknownModel
from labverse.route.models import (
    AnalyzeRequest,
    Answer,
    Attempt,
    AttemptSpan,
    ServedModel,
    Work,
)
from labverse.route.ports import Call, ProviderFailure, Recorder, Reply, Routed
from labverse.route.unanswered import refuse_absent, unanswerable

_ATTEMPT = Attempt.model_fields.keys() & AttemptSpan.model_fields.keys()


@dataclass(frozen=True)
class _Task:
    """One piece of work on its way: what was decided, and what has been tried so far."""

    work: Work
    trace_id: str
    started: float
    size: Size
    ranking: Ranking
    complexity: float
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True)
class Router:
    """Answers a request with the first candidate that can; safe from many threads."""

    catalogue: Catalogue
    clock: Clock
    new_id: Callable[[], str]
    recorder: Recorder

    def answer(self, request: AnalyzeRequest, trace_id: str | None = None) -> Answer:
        """As `run`, for a single prompt."""
        return self.run(request.as_work(), trace_id).answer

    def run(self, work: Work, trace_id: str | None = None) -> Routed:
        """The first usable answer within the hard deadline.

        Raises Unavailable, carrying the attempts and refusals, when no candidate answers, and
        InvalidInput (UnknownModel) when the work is such that no candidate can take it.
        """
        started = self.clock.monotonic()
        task = self._begin(work, trace_id or self.new_id(), started)
        order = task.ranking.order
        for index, candidate in enumerate(order):
            seconds = self._share(task, order[index:])
            if seconds <= 0:
                break
            reply = self._attempt(task, candidate, seconds)
            if reply is not None:
                return Routed(answer=self._answer(task, candidate, reply), reply=reply)
        raise unanswerable(task.ranking, task.attempts, self.catalogue.config.warming_retry_s)

    def models(self, now: datetime) -> list[ServedModel]:
        """The models that a request may name and that would be asked."""
        return self.catalogue.served(now.date())

    def _begin(self, work: Work, trace_id: str, started: float) -> _Task:
        if work.model is not None and work.model not in self.catalogue.names():
            known = ", ".join(sorted(self.catalogue.names()))
            message = f"{work.model!r} is not served here; these are: {known}"
            raise UnknownModel("no such model", [FieldError(field="model", message=message)])
        size = Size.of(work)
        candidates, absent = self.catalogue.on(self.clock.now().date())
        refuse_absent(work.model, candidates, absent, self.catalogue.config.aliases)
        ranking = choose(work, candidates, self.catalogue.config, size)
        ranking = Ranking(ranking.order, (*absent, *ranking.refused))
        return _Task(work, trace_id, started, size, ranking, score(work.chat.asked))

    def _share(self, task: _Task, untried: tuple[Candidate, ...]) -> float:
        config, passed = self.catalogue.config, self.clock.monotonic() - task.started
        sla = (task.work.max_latency_ms or config.max_latency_ms) / 1000 - passed
        asked = task.work.max_output_tokens or config.max_output_tokens
        # A local model is slow: it counts only if it surely writes the answer in time.
        hopeful = [
            candidate
            for candidate in untried
            if candidate.provider != LOCAL or asked <= candidate.tokens_per_second * sla
        ]
        clocks = Clocks(sla=sla, hard=self._hard_left(task))
        return clocks.share(len(untried), len(hopeful), config.min_attempt_ms / 1000)

    def _attempt(self, task: _Task, candidate: Candidate, seconds: float) -> Reply | None:
        """Call one candidate and record how that went; None when it brought no usable answer."""
        call = self._call(task, candidate, seconds)
        started_at, began = self.clock.now(), self.clock.monotonic()
        ended: Reply | ProviderFailure
        try:
            ended = self.catalogue.providers[candidate.provider].complete(call)
        except ProviderFailure as failure:
            ended = failure
        span = self._span(task, candidate, ended, (started_at, self._ms(began)))
        task.attempts.append(
            Attempt.model_validate(span.model_dump(include=_ATTEMPT) | {"model": candidate.model})
        )
        self.recorder.attempt(span)
        return ended if isinstance(ended, Reply) else None

    def _call(self, task: _Task, candidate: Candidate, seconds: float) -> Call:
        config, work = self.catalogue.config, task.work
        asked = work.max_output_tokens or config.max_output_tokens
        chosen = work.temperature
        return Call(
            model=candidate.model,
            chat=work.chat,
            temperature=config.temperatures[work.task_class] if chosen is None else chosen,
            max_output_tokens=output_limit(
                candidate, asked, self._hard_left(task), task_limit(work, config), task.size
            ),
            seconds=seconds,
        )

    def _span(
        self,
        task: _Task,
        candidate: Candidate,
        ended: Reply | ProviderFailure,
        when: tuple[datetime, int],
    ) -> AttemptSpan:
        bill = priced(candidate, ended, task.size)
        reply = ended if isinstance(ended, Reply) else None
        return AttemptSpan(
            trace_id=task.trace_id,
            span_id=self.new_id()[:16],
            started_at=when[0],
            provider=candidate.provider,
            request_model=candidate.model,
            response_model=reply.model if reply else None,
            outcome="ok" if isinstance(ended, Reply) else ended.outcome,
            finish=reply.finish if reply else None,
            latency_ms=when[1],
            tokens=bill.tokens,
            cost_usd=bill.cost_usd,
            cost_source=bill.source,
            refused=list(task.ranking.refused),
        )

    def _answer(self, task: _Task, candidate: Candidate, reply: Reply) -> Answer:
        latency = self._ms(task.started)
        sla = task.work.max_latency_ms or self.catalogue.config.max_latency_ms
        return Answer(
            text=reply.text,
            provider=candidate.provider,
            model=reply.model,
            complexity=task.complexity,
            tokens=reply.tokens,
            cost_usd=sum((attempt.cost_usd for attempt in task.attempts), start=FREE),
            latency_ms=latency,
            sla_met=latency <= sla,
            attempts=task.attempts,
            refused=list(task.ranking.refused),
            trace_id=task.trace_id,
        )

    def _hard_left(self, task: _Task) -> float:
        passed = self.clock.monotonic() - task.started
        return self.catalogue.config.hard_deadline_ms / 1000 - passed

    def _ms(self, since: float) -> int:
        return round((self.clock.monotonic() - since) * 1000)
