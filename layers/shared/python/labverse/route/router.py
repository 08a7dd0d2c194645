"""The attempts of one request: in order, each within its share of two clocks, all on record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError
from labverse.route.accounts import FREE
from labverse.route.attempting import Attempts
from labverse.route.catalogue import Catalogue
from labverse.route.choice import LOCAL, Candidate, Size, task_limit
from labverse.route.choose import choose
from labverse.route.complexity import score
from labverse.route.config import ChoicePolicy
from labverse.route.errors import UnknownModel
from labverse.route.experience import Experience
from labverse.route.health import Health
from labverse.route.hedging import Course, Racing
from labverse.route.models import AnalyzeRequest, Answer, ServedModel, Work
from labverse.route.ports import Recorder, Reply, Routed
from labverse.route.purse import Purse, budget
from labverse.route.ranking import BudgetView, CandidateState, Request, Rng
from labverse.route.task import Ended, Task
from labverse.route.unanswered import Again, refuse_absent, unanswerable


@dataclass(frozen=True)
class Means:
    """What a router decides with, beside config: what is known, a policy, and chance."""

    health: Health
    experience: Experience
    racing: Racing
    rng: Rng
    policy: ChoicePolicy


@dataclass(frozen=True)
class Router:
    """Answers a request with the first candidate that can; safe from many threads."""

    catalogue: Catalogue
    clock: Clock
    new_id: Callable[[], str]
    recorder: Recorder
    purse: Purse
    means: Means

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
        course = Course(self._attempts(), self.means.racing, task)
        ended = course.run(task.chosen.order)
        if ended is None or ended.reply is None:
            raise unanswerable(task.ranking, task.attempts, self._again(task))
        return Routed(answer=self._answer(task, ended, ended.reply), reply=ended.reply)

    def models(self, now: datetime) -> list[ServedModel]:
        """The models that a request may name and that would be asked."""
        return self.catalogue.served(now.date())

    def _attempts(self) -> Attempts:
        means = self.means
        return Attempts(
            self.catalogue,
            self.clock,
            self.new_id,
            self.recorder,
            self.purse,
            means.health,
            means.experience,
        )

    def _begin(self, work: Work, trace_id: str, started: float) -> Task:
        config, now = self.catalogue.config, self.clock.now()
        if work.model is not None and work.model not in self.catalogue.names():
            known = ", ".join(sorted(self.catalogue.names()))
            message = f"{work.model!r} is not served here; these are: {known}"
            raise UnknownModel("no such model", [FieldError(field="model", message=message)])
        candidates, absent = self.catalogue.on(now.date())
        refuse_absent(work.model, candidates, absent, config.aliases)
        request = Request(
            work=work,
            size=Size.of(work),
            complexity=score(work.chat.asked),
            seconds=(work.max_latency_ms or config.max_latency_ms) / 1000,
            output=work.max_output_tokens or config.max_output_tokens,
            policy=self.means.policy,
        )
        money = BudgetView(task_limit(work, config))
        states = self._states(request, candidates)
        ranking = choose(request, states, money, now, self.means.rng)
        return Task(request, trace_id, started, ranking, [*absent, *ranking.refused])

    def _states(self, request: Request, candidates: tuple[Candidate, ...]) -> list[CandidateState]:
        """The candidates as they are at the moment."""
        down, of = self.means.health.look(), self.means.experience.of
        return [
            CandidateState(candidate)
            if candidate.provider == LOCAL
            else CandidateState(
                candidate,
                down.get(candidate.provider),
                of(candidate, request.work.task_class, request.output),
            )
            for candidate in candidates
        ]

    def _again(self, task: Task) -> Again:
        until, now = task.chosen.until, self.clock.now()
        seconds = None if until is None else max(1, ceil((until - now).total_seconds()))
        return Again(self.catalogue.config.warming_retry_s, seconds)

    def _answer(self, task: Task, ended: Ended, reply: Reply) -> Answer:
        latency, now = self._ms(task.started), self.clock.monotonic()
        tried = [*task.attempts, *task.outrun(now)]
        return Answer(
            text=reply.text,
            provider=ended.one.candidate.provider,
            model=reply.model,
            complexity=task.request.complexity,
            tokens=reply.tokens,
            cost_usd=sum((one.cost_usd for one in tried), start=FREE),
            latency_ms=latency,
            sla_met=latency <= task.request.seconds * 1000,
            attempts=tried,
            refused=list(task.refused),
            budget=budget(task.standings[-1]) if task.standings else None,
            trace_id=task.trace_id,
        )

    def _ms(self, since: float) -> int:
        return round((self.clock.monotonic() - since) * 1000)
