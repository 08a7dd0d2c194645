"""The attempts of one request: in order, each within its share of two clocks, all on record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError
from labverse.route.accounts import priced
from labverse.route.catalogue import Catalogue
from labverse.route.choice import LOCAL, Candidate, Size, choose, output_limit, task_limit
from labverse.route.clocks import Clocks
from labverse.route.complexity import score
from labverse.route.errors import UnknownModel
from labverse.route.models import AnalyzeRequest, Answer, Refusal, ServedModel, Work
from labverse.route.ports import Call, ProviderFailure, Recorder, Reply, Routed
from labverse.route.purse import Grant, NoMoney, Purse, Want, budget
from labverse.route.task import Ended, Task
from labverse.route.unanswered import refuse_absent, unanswerable


@dataclass(frozen=True)
class Router:
    """Answers a request with the first candidate that can; safe from many threads."""

    catalogue: Catalogue
    clock: Clock
    new_id: Callable[[], str]
    recorder: Recorder
    purse: Purse

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
        order = task.order
        for index, candidate in enumerate(order):
            if self._hard_left(task) <= 0:
                break
            grant = self._grant(task, candidate)
            if grant is None:
                continue
            reply = self._attempt(task, order[index:], grant)
            if reply is not None:
                return Routed(answer=self._answer(task, candidate, reply), reply=reply)
        raise unanswerable(task.ranking, task.attempts, self.catalogue.config.warming_retry_s)

    def models(self, now: datetime) -> list[ServedModel]:
        """The models that a request may name and that would be asked."""
        return self.catalogue.served(now.date())

    def _begin(self, work: Work, trace_id: str, started: float) -> Task:
        if work.model is not None and work.model not in self.catalogue.names():
            known = ", ".join(sorted(self.catalogue.names()))
            message = f"{work.model!r} is not served here; these are: {known}"
            raise UnknownModel("no such model", [FieldError(field="model", message=message)])
        size = Size.of(work)
        candidates, absent = self.catalogue.on(self.clock.now().date())
        refuse_absent(work.model, candidates, absent, self.catalogue.config.aliases)
        ranking = choose(work, candidates, self.catalogue.config, size)
        refused = [*absent, *ranking.refused]
        complexity = score(work.chat.asked)
        return Task(work, trace_id, started, size, complexity, ranking.order, refused)

    def _share(self, task: Task, untried: tuple[Candidate, ...]) -> float:
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

    def _grant(self, task: Task, candidate: Candidate) -> Grant | None:
        """Money for an attempt; None, and a refusal, where there is none."""
        config, work = self.catalogue.config, task.work
        asked = work.max_output_tokens or config.max_output_tokens
        limit, left = task_limit(work, config), self._hard_left(task)
        output = output_limit(candidate, asked, left, limit, task.size)
        if candidate.price is None:
            return Grant(output)
        money = task.left(limit)
        want = Want(
            candidate, candidate.price, task.size, output, money, work.key_id, work.task_class
        )
        found = self.purse.grant(want, left / 2)
        if found.standing is not None:
            task.standings.append(found.standing)
        if isinstance(found, NoMoney):
            task.refused.append(Refusal(model=candidate.alias, reason=found.reason))
            return None
        return found

    def _attempt(self, task: Task, untried: tuple[Candidate, ...], grant: Grant) -> Reply | None:
        """Call the first candidate and record how it went; None if it brought no usable answer."""
        candidate, seconds = untried[0], self._share(task, untried)
        if seconds <= 0:
            self.purse.drop(grant)
            return None
        call = self._call(task, candidate, grant, seconds)
        started_at, began = self.clock.now(), self.clock.monotonic()
        what: Reply | ProviderFailure
        try:
            what = self.catalogue.providers[candidate.provider].complete(call)
        except ProviderFailure as failure:
            what = failure
        latency_ms = self._ms(began)
        bill = priced(candidate, what, task.size, grant.output)
        fate, standing = self.purse.close(grant, what, bill)
        if standing is not None:
            task.standings.append(standing)
        ended = Ended(what, bill, grant, fate, started_at, latency_ms)
        self.recorder.attempt(task.noted(candidate, ended, self.new_id()[:16]))
        return what if isinstance(what, Reply) else None

    def _call(self, task: Task, candidate: Candidate, grant: Grant, seconds: float) -> Call:
        chosen = task.work.temperature
        usual = self.catalogue.config.temperatures[task.work.task_class]
        return Call(
            model=candidate.model,
            chat=task.work.chat,
            temperature=usual if chosen is None else chosen,
            max_output_tokens=grant.output,
            seconds=seconds,
        )

    def _answer(self, task: Task, candidate: Candidate, reply: Reply) -> Answer:
        latency = self._ms(task.started)
        sla = task.work.max_latency_ms or self.catalogue.config.max_latency_ms
        return Answer(
            text=reply.text,
            provider=candidate.provider,
            model=reply.model,
            complexity=task.complexity,
            tokens=reply.tokens,
            cost_usd=task.cost,
            latency_ms=latency,
            sla_met=latency <= sla,
            attempts=task.attempts,
            refused=task.refused,
            budget=budget(task.standings[-1]) if task.standings else None,
            trace_id=task.trace_id,
        )

    def _hard_left(self, task: Task) -> float:
        passed = self.clock.monotonic() - task.started
        return self.catalogue.config.hard_deadline_ms / 1000 - passed

    def _ms(self, since: float) -> int:
        return round((self.clock.monotonic() - since) * 1000)
