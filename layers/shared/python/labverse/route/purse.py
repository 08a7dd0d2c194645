"""The money of one attempt: how much is asked for before it, and what becomes of that after it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.route.accounts import Bill
from labverse.route.choice import NO_MONEY, TOO_DEAR, Candidate, Size
from labverse.route.ledger import Ask, Denial, Lease, Ledger, Standing
from labverse.route.limits import MONTH, Purpose, micro, usd
from labverse.route.models import Budget, Fate, TaskClass
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.pricing import Price

# An answer that is cut shorter than this is worth no money.
_LEAST_OUTPUT = 64
_TRIES = 8
# Others settle within one call of a model or of the ledger: first looked for after this long.
_FIRST_WAIT = 0.025


@dataclass(frozen=True)
class Want:
    """An attempt that costs money. `left`: what its task may still cost, in micro-dollars."""

    candidate: Candidate
    price: Price
    size: Size
    output: int
    left: int
    key_id: str
    task_class: TaskClass

    @property
    def purpose(self) -> Purpose:
        """What the ledger writes down."""
        return Purpose(self.candidate.provider, self.candidate.model, self.key_id, self.task_class)

    def affordable(self, amount: int) -> int:
        """Tokens that may be written for so many micro-dollars; negative if none."""
        most = self.candidate.most_input(self.size)
        return min(self.output, self.price.affordable_output(most, usd(amount)))

    def worst(self, output: int) -> int:
        """What an answer of so many tokens costs at most, in micro-dollars."""
        return self.price.worst(self.candidate.most_input(self.size), output)


@dataclass(frozen=True)
class Grant:
    """Money for one attempt, and the tokens it may write for it. Free ones have no lease."""

    output: int
    lease: Lease | None = None

    @property
    def standing(self) -> Standing | None:
        """How the month stood with it taken."""
        return self.lease.standing if self.lease else None


@dataclass(frozen=True)
class NoMoney:
    """Why there is none."""

    reason: str
    standing: Standing | None = None


@dataclass(frozen=True)
class Purse:
    """Pays from one ledger; safe from many threads. `pause` sleeps that many seconds.

    `likely` tells how many tokens of output 19 of 20 answers did not exceed, by model and task
    class; None where it does not know.
    """

    ledger: Ledger
    clock: Clock
    new_id: Callable[[], str]
    pause: Callable[[float], None]
    likely: Callable[[str, str], int | None] = lambda _model, _task_class: None

    def grant(self, want: Want, seconds: float) -> Grant | NoMoney:
        """Money for the whole answer; else for as much of it as there is, once nobody gives back.

        Waits a little for leases of others, which hold the worst case and are settled for less;
        after `seconds` nothing more is tried.
        """
        until = self.clock.monotonic() + seconds
        output = want.affordable(want.left)
        if output < 1:
            return NoMoney(f"{TOO_DEAR} is left of the task's limit")
        turn, patience = 0, self.ledger.limits.wait_ms / 1000
        while True:
            found = self._reserve(want, output)
            if isinstance(found, Lease):
                return Grant(output, found)
            if found is None:
                return NoMoney(f"{NO_MONEY}the ledger cannot be asked")
            wait, turn = min(_FIRST_WAIT * 2**turn * self._jitter(), patience), turn + 1
            again = self._again(want, found, wait) if self.clock.monotonic() < until else None
            if again is None or turn == _TRIES:
                return NoMoney(_told(found), found.standing)
            output, waited = again
            patience -= waited

    def close(
        self, grant: Grant, ended: Reply | ProviderFailure, bill: Bill
    ) -> tuple[Fate, Standing | None]:
        """Settle what the attempt cost. Where the ledger cannot be told, it presumes the worst."""
        lease = grant.lease
        if lease is None:
            return "none", None
        try:
            if isinstance(ended, ProviderFailure) and bill.source == "none":
                return self._unpriced(lease, ended)
            return "settled", self._settle(lease, micro(bill.cost_usd))
        except Unavailable:
            return "unsettled", None

    def drop(self, grant: Grant) -> None:
        """Give the money back: the attempt is not made after all."""
        if grant.lease is not None:
            with suppress(Unavailable):  # then it expires, and counts as spent
                self.ledger.release(grant.lease)

    def _reserve(self, want: Want, output: int) -> Lease | Denial | None:
        """None where the ledger cannot be asked, which `grant` gives as the reason."""
        ask = Ask(self.new_id()[:16], want.worst(output), want.purpose)
        try:
            return self.ledger.reserve(ask, self.clock.now())
        except Unavailable:
            return None

    def _again(self, want: Want, denial: Denial, wait: float) -> tuple[int, float] | None:
        """What to ask for next, after how long a wait; None where asking again is no use."""
        shorter = self._shorter(want, denial, may_wait=wait > 0)
        if shorter is not None:
            return shorter, 0.0
        if wait <= 0 or not denial.may_pass(want.worst(min(want.output, _LEAST_OUTPUT))):
            return None
        self.pause(wait)
        return want.affordable(want.left), wait

    def _shorter(self, want: Want, denial: Denial, *, may_wait: bool) -> int | None:
        """Fewer tokens that are affordable; while others may give back, no fewer than is usual."""
        affordable = want.affordable(min(denial.left, want.left))
        usual = self.likely(want.candidate.model, want.task_class)
        least = min(want.output, _LEAST_OUTPUT)
        if usual is not None:
            least = max(least, min(usual, want.output))
        elif may_wait and denial.pending > 0:
            return None
        return affordable if affordable >= least else None

    def _unpriced(self, lease: Lease, failure: ProviderFailure) -> tuple[Fate, Standing | None]:
        if failure.unbilled:
            self.ledger.release(lease)
            return "released", None
        return "presumed", self._settle(lease, lease.ask.amount)

    def _settle(self, lease: Lease, actual: int) -> Standing:
        return self.ledger.settle(lease, actual, self.clock.now())

    def _jitter(self) -> float:
        """Between a half and one and a half, so that those who wait do not come back at once."""
        return 0.5 + int(self.new_id()[-4:], 16) / 0xFFFF


def budget(standing: Standing) -> Budget:
    """A standing as an answer shows it."""
    return Budget(
        limit_usd=usd(standing.limit),
        spent_usd=usd(standing.spent),
        reserved_usd=usd(standing.reserved),
        state=standing.state,
    )


def _told(denial: Denial) -> str:
    part, _, name = denial.limit.partition(":")
    whose = "the month's hard stop" if part == MONTH else f"the month's limit of {part} {name}"
    left = usd(max(denial.left, 0))
    return f"{NO_MONEY}{whose} of {usd(denial.most):f} USD leaves {left:f} USD"
