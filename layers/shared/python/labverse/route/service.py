"""Which model answers, and what happens when it does not. Pure: ports and a clock do the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError, InvalidInput, LabverseError, Unavailable
from labverse.route.config import LocalModel, RouteConfig
from labverse.route.models import AnalyzeRequest, Answer, Attempt, Outcome, Refusal, TaskRouted
from labverse.route.ports import Announcer, Call, ModelPort, ProviderFailure, Reply

_FREE = Decimal(0)


@dataclass(frozen=True)
class Ranking:
    """The order in which candidates are tried, and why the others are not."""

    order: tuple[LocalModel, ...]
    refused: tuple[Refusal, ...]


def choose(request: AnalyzeRequest, candidates: Sequence[LocalModel]) -> Ranking:
    """Rank the candidates for one request. Every candidate is either in the order or refused."""
    order, refused = [], []
    for candidate in candidates:
        if request.model not in (None, candidate.model):
            refused.append(Refusal(model=candidate.model, reason="another model was asked for"))
        else:
            order.append(candidate)
    return Ranking(tuple(order), tuple(refused))


def output_limit(asked: int, tokens_per_second: int, seconds: float) -> int:
    """Tokens a model may write: what was asked for, or less if it surely could not write that."""
    return max(1, min(asked, int(tokens_per_second * seconds)))


@dataclass(frozen=True)
class _Task:
    """One request on its way: what was decided, and what has been tried so far."""

    request: AnalyzeRequest
    trace_id: str
    started: float
    ranking: Ranking
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True)
class Router:
    """Answers a request with the first candidate that can; safe from many threads."""

    config: RouteConfig
    candidates: tuple[LocalModel, ...]
    providers: Mapping[str, ModelPort]
    clock: Clock
    new_id: Callable[[], str]

    def answer(self, request: AnalyzeRequest, trace_id: str | None = None) -> Answer:
        """The first usable answer within the hard deadline.

        Raises Unavailable, carrying the attempts and refusals, when no candidate answers, and
        InvalidInput when the request is one that no candidate can take.
        """
        started = self.clock.monotonic()
        ranking = choose(request, self.candidates)
        task = _Task(request, trace_id or self.new_id(), started, ranking)
        for candidate in ranking.order:
            left = self.config.hard_deadline_ms / 1000 - (self.clock.monotonic() - started)
            if left <= 0:
                break
            reply = self._attempt(task, candidate, left)
            if reply is not None:
                return self._answer(task, candidate, reply)
        raise self._unanswerable(task)

    def _attempt(self, task: _Task, candidate: LocalModel, left: float) -> Reply | None:
        """Call one candidate and record how that went; None when it brought no usable answer."""
        asked = task.request.max_output_tokens or self.config.max_output_tokens
        call = Call(
            model=candidate.model,
            text=task.request.text,
            temperature=self.config.temperatures[task.request.task_class],
            max_output_tokens=output_limit(asked, candidate.tokens_per_second, left),
            seconds=left,
        )
        began = self.clock.monotonic()
        reply: Reply | None = None
        outcome: Outcome = "ok"
        try:
            reply = self.providers[candidate.provider].complete(call)
        except ProviderFailure as failure:
            outcome = failure.outcome
        task.attempts.append(
            Attempt(
                provider=candidate.provider,
                model=candidate.model,
                outcome=outcome,
                latency_ms=self._ms(began),
                cost_usd=_FREE,
            )
        )
        return reply

    def _answer(self, task: _Task, candidate: LocalModel, reply: Reply) -> Answer:
        latency = self._ms(task.started)
        return Answer(
            text=reply.text,
            provider=candidate.provider,
            model=reply.model,
            tokens=reply.tokens,
            cost_usd=_FREE,
            latency_ms=latency,
            sla_met=latency <= (task.request.max_latency_ms or self.config.max_latency_ms),
            attempts=task.attempts,
            refused=list(task.ranking.refused),
            trace_id=task.trace_id,
        )

    def _unanswerable(self, task: _Task) -> LabverseError:
        attempts, ranking = task.attempts, task.ranking
        if self.candidates and not ranking.order:
            served = ", ".join(candidate.model for candidate in self.candidates)
            message = f"{task.request.model!r} is not served here; these are: {served}"
            return _unusable("model", message)
        if attempts and all(attempt.outcome == "context_exceeded" for attempt in attempts):
            most = max(candidate.context_window for candidate in ranking.order)
            return _unusable("text", f"longer than the largest context window, {most} tokens")
        why = "every candidate failed" if attempts else "no model is configured"
        return Unavailable(
            f"{why}; see `attempts`, and GET /health for what is served",
            extra={
                "attempts": [attempt.model_dump(mode="json") for attempt in attempts],
                "refused": [refusal.model_dump(mode="json") for refusal in ranking.refused],
            },
        )

    def _ms(self, since: float) -> int:
        return round((self.clock.monotonic() - since) * 1000)


@dataclass(frozen=True)
class AnswerTask:
    """The use case of both entries: answer, then tell the bus."""

    router: Router
    announcer: Announcer

    def __call__(self, request: AnalyzeRequest, trace_id: str) -> Answer:
        """As Router.answer; the answer stands even when nobody could be told of it."""
        answer = self.router.answer(request, trace_id)
        self.announcer.announce(
            TaskRouted(
                event_id=self.router.new_id(),
                occurred_at=self.router.clock.now(),
                task_class=request.task_class,
                **answer.model_dump(include=_ANNOUNCED),
            )
        )
        return answer


_ANNOUNCED = TaskRouted.model_fields.keys() & Answer.model_fields.keys()


def _unusable(name: str, message: str) -> InvalidInput:
    return InvalidInput("no model can take this", [FieldError(field=name, message=message)])
