"""One attempt: its money, its call, and what everybody learns from how it ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labverse.kernel.clock import Clock
from labverse.route.accounts import priced
from labverse.route.catalogue import Catalogue
from labverse.route.choice import DOWN, LOCAL, output_limit, task_limit
from labverse.route.clocks import Clocks, Turn
from labverse.route.experience import Experience
from labverse.route.health import Health
from labverse.route.models import Refusal
from labverse.route.ports import Call, ProviderFailure, Recorder, Reply
from labverse.route.purse import Grant, NoMoney, Purse, Want
from labverse.route.ranking import Ranked
from labverse.route.tally import Tally
from labverse.route.task import Ended, Task

# A call that has not ended when so many have is not slow: something is wrong.
_BLAMED = 0.95


@dataclass(frozen=True)
class Attempts:
    """Makes the attempts of tasks; safe from many threads, also for one task."""

    catalogue: Catalogue
    clock: Clock
    new_id: Callable[[], str]
    recorder: Recorder
    purse: Purse
    health: Health
    experience: Experience

    def turn(self, task: Task, one: Ranked, others: Sequence[Ranked]) -> Turn:
        """How long it may take."""
        config = self.catalogue.config
        passed = self.clock.monotonic() - task.started
        clocks = Clocks(
            sla=task.request.seconds - passed,
            hard=config.hard_deadline_ms / 1000 - passed,
            least=config.min_attempt_ms / 1000,
            output=task.request.output,
            hedge=task.request.policy.hedge,
        )
        return clocks.turn(one, others)

    def grant(self, task: Task, one: Ranked, *, beside: bool = False) -> Grant | None:
        """Money for an attempt, and leave to make it; None, and a refusal, where there is none.

        `beside` another one: it is not waited for, and its turn may come again.
        """
        found = self._granted(task, one, beside=beside)
        if isinstance(found, Grant):
            return found
        if not beside:
            task.refused.append(Refusal(model=one.candidate.alias, reason=found.reason))
        return None

    def _granted(self, task: Task, one: Ranked, *, beside: bool) -> Grant | NoMoney:
        found = self._paid(task, one, beside=beside)
        if isinstance(found, NoMoney) or not one.trial:
            return found
        # Last: whoever is admitted and cannot pay would keep all others from trying it.
        provider = one.candidate.provider
        if self.health.admit(provider):
            return found
        self.purse.drop(found)
        return NoMoney(f"{DOWN}{provider} was down, and another request tries it")

    def _paid(self, task: Task, one: Ranked, *, beside: bool) -> Grant | NoMoney:
        candidate, request = one.candidate, task.request
        limit, left = task_limit(request.work, self.catalogue.config), self.hard_left(task)
        output = output_limit(candidate, request.output, left, limit, request.size)
        if candidate.price is None:
            return Grant(output)
        want = Want(
            candidate,
            candidate.price,
            request.size,
            output,
            task.left(limit),
            request.work.key_id,
            request.work.task_class,
        )
        found = self.purse.grant(want, 0 if beside else left / 2)
        if found.standing is not None:
            task.standings.append(found.standing)
        return found

    def make(self, task: Task, one: Ranked, grant: Grant, turn: Turn) -> Ended:
        """Call the candidate; pay, and record how it went."""
        candidate = one.candidate
        call = self._call(task, one, grant, turn.seconds)
        started_at, began = self.clock.now(), self.clock.monotonic()
        what: Reply | ProviderFailure
        try:
            what = self.catalogue.providers[candidate.provider].complete(call)
        except ProviderFailure as failure:
            what = failure
        seconds = self.clock.monotonic() - began
        bill = priced(candidate, what, task.request.size, grant.output)
        fate, standing = self.purse.close(grant, what, bill)
        ended = Ended(one, what, bill, grant, fate, standing, started_at, round(seconds * 1000))
        self._learn(task, ended, seconds, turn)
        # One id names the lease and the span, where there is a lease: it is new for each attempt.
        span_id = grant.lease.ask.lease_id if grant.lease else self.new_id()[:16]
        self.recorder.attempt(task.span(ended, span_id))
        return ended

    def hard_left(self, task: Task) -> float:
        """Seconds until the request ends."""
        passed = self.clock.monotonic() - task.started
        return self.catalogue.config.hard_deadline_ms / 1000 - passed

    def _call(self, task: Task, one: Ranked, grant: Grant, seconds: float) -> Call:
        work = task.request.work
        usual = self.catalogue.config.temperatures[work.task_class]
        return Call(
            model=one.candidate.model,
            chat=work.chat,
            temperature=usual if work.temperature is None else work.temperature,
            max_output_tokens=grant.output,
            seconds=seconds,
        )

    def _learn(self, task: Task, ended: Ended, seconds: float, turn: Turn) -> None:
        """What it says of the model and of its provider."""
        candidate, task_class = ended.one.candidate, task.request.work.task_class
        reply, tokens = ended.reply, ended.bill.tokens
        if reply is not None:
            self.experience.answered(candidate, task_class, seconds, tokens.output)
        elif isinstance(ended.what, ProviderFailure) and ended.what.outcome == "timeout":
            self.experience.cut(candidate, task_class, seconds)
        self.experience.came_to(task_class, candidate.model, _tally(task, ended, seconds))
        if candidate.provider != LOCAL and not _impatient(ended, turn):
            self.health.report(candidate.provider, ended.what, ended.started_at)


def _impatient(ended: Ended, turn: Turn) -> bool:
    """Whether a call was given up before its provider could be blamed for it: it is only slow."""
    known = ended.one.known.latency
    timed_out = isinstance(ended.what, ProviderFailure) and ended.what.outcome == "timeout"
    return timed_out and ended.one.measured and known.within(turn.seconds) < _BLAMED


def _tally(task: Task, ended: Ended, seconds: float) -> Tally:
    """The part of a month's tally that an attempt is."""
    tokens, answered = ended.bill.tokens, ended.reply is not None
    read, written = (tokens.input or 0, tokens.output or 0) if answered else (0, 0)
    return Tally(
        attempts=1,
        answered=int(answered),
        in_time=int(answered and seconds <= task.request.seconds),
        input=read,
        output=written,
        input_squares=read * read,
        output_squares=written * written,
        products=read * written,
        micro_usd=int(ended.bill.cost_usd.scaleb(6)) if answered else 0,
        **({f"needed_{task.request.tier}": 1} if answered else {}),
    )
