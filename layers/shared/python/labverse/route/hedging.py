"""A second candidate, asked beside a first one that is likely to be late."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from labverse.route.attempting import Attempts
from labverse.route.clocks import Turn
from labverse.route.purse import Grant
from labverse.route.ranking import Ranked
from labverse.route.task import Ended, Task

Attempt = Callable[[], Ended | None]


class Racing(Protocol):
    """Runs work beside other work."""

    def race(self, first: Attempt, patience: float, second: Attempt) -> Sequence[Ended]:
        """What ended, in the order of ending, until one of them is an answer.

        `first` begins at once. After `patience` seconds without its end `second` begins as well;
        None of it means that there was nothing to do. What has not ended goes on, unheard.
        """
        ...


@dataclass
class Hedge:
    """One race of a task. Both attempts are paid for, whoever wins."""

    attempts: Attempts
    racing: Racing
    task: Task
    _running: list[tuple[Ranked, Grant, float]] = field(default_factory=list)

    def run(self, one: Ranked, grant: Grant, turn: Turn, left: list[Ranked]) -> Ended | None:
        """How the better of both ended; the last one to fail where neither answered.

        Takes the second candidate out of `left` if there is money for it.
        """
        first = self._attempt(one, grant, turn)
        patience = turn.seconds if turn.beside is None else turn.beside
        all_ended = self.racing.race(first, patience, lambda: self._second(left))
        for ended in all_ended:
            self.task.noted(ended)
        heard = {id(ended.one) for ended in all_ended}
        for other, held, began in self._running:
            if id(other) not in heard:
                passed = self.attempts.clock.monotonic() - began
                self.task.outrun(other, held, round(passed * 1000))
        return all_ended[-1]

    def _second(self, left: list[Ranked]) -> Ended | None:
        other = left[0]
        grant = self.attempts.grant(self.task, other, beside=True)
        if grant is None:
            return None
        left.pop(0)
        self.task.began(grant)
        turn = Turn(self.attempts.hard_left(self.task))
        return self._attempt(other, grant, turn)()

    def _attempt(self, one: Ranked, grant: Grant, turn: Turn) -> Callable[[], Ended]:
        self._running.append((one, grant, self.attempts.clock.monotonic()))
        return lambda: self.attempts.make(self.task, one, grant, turn)
