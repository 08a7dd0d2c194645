"""One attempt after the other; and, where one is likely to be late, others beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from labverse.route.attempting import Attempts
from labverse.route.clocks import Turn
from labverse.route.purse import Grant
from labverse.route.ranking import Ranked
from labverse.route.task import Ended, Task

Attempt = Callable[[], Ended | None]


class Racing(Protocol):
    """Runs work beside other work."""

    def race(self, first: Attempt, patience: float, second: Attempt) -> Ended | None:
        """The first end that is an answer; the last one, where neither is.

        `first` begins at once. After `patience` seconds without its end `second` begins as well;
        None of it means that there was nothing to do. What has not ended goes on, unheard.
        """
        ...


@dataclass(frozen=True)
class Course:
    """How the candidates of one task are tried, until one answers."""

    attempts: Attempts
    racing: Racing
    task: Task

    def run(self, order: Sequence[Ranked]) -> Ended | None:
        """The end that is an answer; the last one, or None, where nobody answers."""
        left, last = list(order), None
        while left and self.attempts.hard_left(self.task) > 0:
            one = left.pop(0)
            ended = self._turn(one, left)
            last = ended or last
            if ended is not None and ended.reply is not None:
                break
        self.task.end()
        return last

    def _turn(self, one: Ranked, left: list[Ranked]) -> Ended | None:
        grant = self.attempts.grant(self.task, one)
        if grant is None:
            return None
        turn = self.attempts.turn(self.task, one, left)
        if turn.seconds <= 0:
            self.attempts.purse.drop(grant)
            return None
        if turn.beside is None:
            return self._made(one, grant, turn)
        return self.racing.race(
            lambda: self._made(one, grant, turn), turn.beside, lambda: self._beside(left)
        )

    def _made(self, one: Ranked, grant: Grant, turn: Turn) -> Ended:
        self.task.began(one, grant, self.attempts.clock.monotonic())
        ended = self.attempts.make(self.task, one, grant, turn)
        self.task.noted(ended)
        return ended

    def _beside(self, left: list[Ranked]) -> Ended | None:
        """The others in their turns, while one is still under way: for each there must be money
        beside what that one holds. Who is not tried for want of it stays in `left`.
        """
        rest, last = list(left), None
        left.clear()
        while rest and not self.task.over:
            one = rest.pop(0)
            grant = self.attempts.grant(self.task, one, beside=True)
            if grant is None:
                left.append(one)
                continue
            turn = self.attempts.turn(self.task, one, rest)
            cut = turn if turn.beside is None else Turn(turn.beside)
            last = self._made(one, grant, cut)
            if last.reply is not None:
                break
        left += rest
        return last
