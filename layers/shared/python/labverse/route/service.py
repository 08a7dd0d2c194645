"""Which model answers, and what happens when it does not. Pure: ports and a clock do the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
        attempts: list[Attempt] = []
        for candidate in ranking.order:
            began = self.clock.monotonic()
            left = self.config.hard_deadline_ms / 1000 - (began - started)
            if left <= 0:
                break
            try:
                reply = self._call(request, candidate, left)
            except ProviderFailure as failure:
                attempts.append(_attempt(candidate, failure.outcome, self._ms(began)))
                continue
            attempts.append(_attempt(candidate, "ok", self._ms(began)))
            latency = self._ms(started)
            return Answer(
                text=reply.text,
                provider=candidate.provider,
                model=reply.model,
                tokens=reply.tokens,
                cost_usd=_FREE,
                latency_ms=latency,
                sla_met=latency <= (request.max_latency_ms or self.config.max_latency_ms),
                attempts=attempts,
                refused=list(ranking.refused),
                trace_id=trace_id or self.new_id(),
            )
        raise self._unanswerable(request, ranking, attempts)

    def _call(self, request: AnalyzeRequest, candidate: LocalModel, left: float) -> Reply:
        asked = request.max_output_tokens or self.config.max_output_tokens
        call = Call(
            model=candidate.model,
            text=request.text,
            temperature=self.config.temperatures[request.task_class],
            max_output_tokens=output_limit(asked, candidate.tokens_per_second, left),
            seconds=left,
        )
        return self.providers[candidate.provider].complete(call)

    def _ms(self, since: float) -> int:
        return round((self.clock.monotonic() - since) * 1000)

    def _unanswerable(
        self, request: AnalyzeRequest, ranking: Ranking, attempts: Sequence[Attempt]
    ) -> LabverseError:
        if self.candidates and not ranking.order:
            served = ", ".join(candidate.model for candidate in self.candidates)
            return _unusable("model", f"{request.model!r} is not served here; these are: {served}")
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


def _attempt(candidate: LocalModel, outcome: Outcome, latency_ms: int) -> Attempt:
    return Attempt(
        provider=candidate.provider,
        model=candidate.model,
        outcome=outcome,
        latency_ms=latency_ms,
        cost_usd=_FREE,
    )


def _unusable(field: str, message: str) -> InvalidInput:
    return InvalidInput("no model can take this", [FieldError(field=field, message=message)])
