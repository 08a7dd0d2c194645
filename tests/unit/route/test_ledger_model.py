"""The ledger against a model of it: whatever happens in whatever order, the money is right.

Crashes are leases that nobody settles; a write that was sent twice is a call made again. Processes
share the pages, and one of them is configured with another number of shards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from labverse.route.ledger import Ask, Denial, Lease, seconds
from labverse.route.limits import MONTH, Purpose, period_of
from labverse.route.paged_ledger import PagedLedger
from tests.unit.route import ledgers

STOP = 1000
PURPOSES = [
    Purpose(provider, f"{provider}-1", key, "default")
    for provider in ("openai", "dashscope")
    for key in ("alice", "bob")
]
BOUNDS = {"per_provider": {"openai": "0.0007"}, "per_key": {"alice": "0.0009"}}
AMOUNTS = st.integers(0, 400)
PROCESS = st.integers(0, 2)


@dataclass
class Known:
    """What the model knows of one lease: until it is settled, it counts in full."""

    period: str
    purpose: Purpose
    counts: int
    expires: int
    billed: int = 0
    open: bool = True


class Ledgers(RuleBasedStateMachine):
    kind, shards, others = "memory", 1, 3
    leases: Bundle[Lease] = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self.limits = ledgers.limits(STOP, self.shards, **BOUNDS)
        first = ledgers.ledger(self.kind, self.limits)
        other = PagedLedger(first.store, ledgers.limits(STOP, self.others, **BOUNDS))
        restarted = PagedLedger(first.store, self.limits)
        self.processes = (first, other, restarted)
        self.now = datetime(2026, 1, 30, tzinfo=UTC)
        self.known: dict[str, Known] = {}
        self.asked = 0

    @rule(
        target=leases,
        amount=AMOUNTS,
        purpose=st.sampled_from(PURPOSES),
        again=st.booleans(),
        process=PROCESS,
    )
    def reserve(
        self, amount: int, purpose: Purpose, again: bool, process: int
    ) -> Lease | MultipleResults[Lease]:
        self.asked += 1
        # Spread over the shards by a hash of sorts: the ids of real leases are random.
        ask = Ask(f"{self.asked * 2654435761 % 2**32:08x}{self.asked}", amount, purpose)
        lines = self.limits.on(purpose.lines)
        room = all(self.used(line) + amount <= limit for line, limit in lines.items())
        found = self.processes[process].reserve(ask, self.now)
        assert isinstance(found, Lease) == room, "given out exactly where it is there"
        if isinstance(found, Denial):
            tightest = min(lines, key=lambda line: lines[line] - self.used(line))
            assert found.left == lines[tightest] - self.used(tightest) < amount
            return multiple()
        self.known[ask.lease_id] = self._known(purpose, amount)
        if again:
            assert isinstance(self.processes[process].reserve(ask, self.now), Lease), (
                "its own lease again"
            )
        return found

    def _known(self, purpose: Purpose, amount: int) -> Known:
        expires = seconds(self.now) + self.limits.lease_seconds
        return Known(period_of(self.now), purpose, amount, expires)

    @rule(lease=leases, share=st.floats(0, 1), again=st.booleans(), process=PROCESS)
    def settle(self, lease: Lease, share: float, again: bool, process: int) -> None:
        known = self.known[lease.ask.lease_id]
        actual = int(lease.ask.amount * share)
        for _ in range(2 if again else 1):
            self.processes[process].settle(lease, actual, self.now)
        if known.open:
            known.counts, known.open = actual, False

    @rule(lease=consumes(leases))
    def release(self, lease: Lease) -> None:
        self.processes[0].release(lease)
        known = self.known[lease.ask.lease_id]
        if known.open:
            known.counts, known.open = 0, False

    @rule(lease=leases, share=st.floats(0, 1))
    def bill(self, lease: Lease, share: float) -> None:
        """The provider bills; whether anybody lives to settle it is another rule's business."""
        known = self.known[lease.ask.lease_id]
        if known.open:
            known.billed = int(lease.ask.amount * share)

    @rule(target=leases)
    def many_die_on_one_page(self) -> MultipleResults[Lease]:
        """So many that they are taken off their page once they are long dead."""
        return multiple(*(found for _ in range(17) if (found := self._dies()) is not None))

    def _dies(self) -> Lease | None:
        self.asked += 1
        ask = Ask(f"00000000{self.asked}", 1, PURPOSES[3])
        found = self.processes[0].reserve(ask, self.now)
        if isinstance(found, Denial):
            return None
        self.known[ask.lease_id] = self._known(PURPOSES[3], 1)
        return found

    @rule(hours=st.sampled_from([0.01, 1, 12, 24 * 20]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def used(self, line: str, period: str | None = None) -> int:
        month = period or period_of(self.now)
        return sum(
            one.counts
            for one in self.known.values()
            if one.period == month and line in one.purpose.lines
        )

    def unsettled(self, line: str, period: str, at: int) -> int:
        return sum(
            one.counts
            for one in self.known.values()
            if one.open and one.period == period and one.expires <= at and line in one.purpose.lines
        )

    @invariant()
    def every_counter_is_exact_and_within_its_limit(self) -> None:
        at = seconds(self.now)
        for period in {one.period for one in self.known.values()}:
            pages, *others = [process.pages(period) for process in self.processes]
            assert all(pages == other for other in others), "all count the same pages"
            for line in {line for purpose in PURPOSES for line in purpose.lines}:
                spent = sum(page.spent(line, at) for page in pages)
                reserved = sum(page.reserved(line, at) for page in pages)
                assert spent + reserved == self.used(line, period), (period, line)
                assert spent + reserved <= self.limits.on([line]).get(line, STOP)
                assert reserved >= 0
                presumed = sum(page.presumed(line, at) for page in pages)
                assert presumed == self.unsettled(line, period, at)
            shares = ledgers.limits(STOP, len(pages))
            for shard, page in enumerate(pages):
                assert page.used.get(MONTH, 0) <= shares.share(STOP, shard)

    @invariant()
    def never_less_than_what_is_billed(self) -> None:
        for one in self.known.values():
            assert not one.open or one.counts >= one.billed


class Sixteen(Ledgers):
    shards, others = 16, 1


class Dynamo(Ledgers):
    kind = "dynamodb"


class DynamoSixteen(Ledgers):
    kind, shards, others = "dynamodb", 16, 5


EXAMPLES = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMemory, TestMemorySixteen = Ledgers.TestCase, Sixteen.TestCase
TestDynamo, TestDynamoSixteen = Dynamo.TestCase, DynamoSixteen.TestCase
TestMemory.settings = TestMemorySixteen.settings = EXAMPLES
TestDynamo.settings = TestDynamoSixteen.settings = EXAMPLES
