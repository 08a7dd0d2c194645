"""The router and its money: reserved before, settled after, and said to the caller."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.kernel.errors import Unavailable
from labverse.route.ledger import Ask, Denial, Lease, Standing
from labverse.route.limits import MONTH, Purpose, micro
from labverse.route.models import Budget, Outcome, Tokens
from labverse.route.ports import Call, Reply
from tests.unit.route.fakes import ASK, CLOUD, TOKENS, FakeKeys, FakeProvider, World
from tests.unit.route.ledgers import limits

# What the fake providers count: 1000 tokens at 0.10 and 100 at 0.40 dollars per million.
COST = 140


def used(world: World, line: str = MONTH) -> int:
    return world.ledger.pages("2026-01")[0].used.get(line, 0)


def test_an_answer_is_settled_at_what_it_cost_and_says_how_the_month_stands() -> None:
    world = World()
    answer = world.router.run(ASK.as_work("alice")).answer
    assert [
        used(world, line) for line in Purpose("alpha", "alpha-1", "alice", "default").lines
    ] == [COST] * 5
    assert answer.budget is not None
    nothing, cost = Decimal(0), answer.cost_usd
    assert answer.budget == Budget(
        limit_usd=Decimal(500), spent_usd=cost, reserved_usd=nothing, state="ok"
    )
    assert [span.ledger for span in world.recorder.spans] == ["settled"]


@dataclass(frozen=True)
class Watched(MemoryLedger):
    """Knows what was asked for, and what was in use at the moment of each call."""

    def __init__(self, stop: int = 10**9) -> None:
        super().__init__(limits(stop))
        object.__setattr__(self, "asks", [])

    asks: list[Ask] = field(default_factory=list)

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        self.asks.append(ask)
        return super().reserve(ask, now)


def test_the_worst_case_is_reserved_before_the_call() -> None:
    book = Watched()
    world = World(ledger=book)
    seen: list[int] = []

    class Looking(FakeProvider):
        def complete(self, call: Call) -> Reply:
            seen.append(used(world))
            return super().complete(call)

    world.fleet["alpha"] = Looking(world.clock)
    world.router.answer(ASK)
    (ask,) = book.asks
    assert seen == [ask.amount]
    (call,) = world.fleet["alpha"].calls
    assert ask.amount >= call.max_output_tokens * Decimal("0.4"), "all that it may write"


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        ("rate_limited", "released"), ("overloaded", "released"), ("server_error", "released"),
        ("unauthorized", "released"), ("rejected", "released"), ("quota_exhausted", "released"),
        ("timeout", "presumed"), ("truncated", "presumed"), ("bad_response", "presumed"),
        ("empty", "presumed"), ("wrong_format", "presumed"), ("unreachable", "presumed"),
    ],
)  # fmt: skip
def test_what_may_have_been_billed_counts_and_what_surely_was_not_does_not(
    outcome: Outcome, fate: str
) -> None:
    book = Watched()
    world = World(ledger=book).sick(outcome, "alpha")
    world.router.answer(ASK)
    held = book.asks[0].amount if fate == "presumed" else 0
    assert (world.recorder.spans[0].ledger, used(world, "provider:alpha")) == (fate, held)
    assert used(world) == held + 1400, "and beta's answer: ten times alpha's price"


def test_past_the_hard_stop_the_local_model_answers_and_says_so() -> None:
    world = World(ledger=MemoryLedger(limits(0)))
    answer = world.router.answer(ASK)
    assert (answer.provider, answer.cost_usd) == ("ollama", Decimal(0))
    assert answer.budget is not None
    assert answer.budget.state == "stopped"
    reasons = {refused.model: refused.reason for refused in answer.refused}
    assert reasons["first"] == "no money: the month's hard stop of 0.000000 USD leaves 0.000000 USD"
    assert [world.fleet[name].calls for name in CLOUD] == [[], [], []]


def test_past_the_hard_stop_without_a_local_model_nothing_is_answered_and_it_may_be_later() -> None:
    with pytest.raises(Unavailable) as caught:
        World(ledger=MemoryLedger(limits(0)), local=()).router.answer(ASK)
    assert len(caught.value.extra["refused"]) == 3


def test_a_providers_own_limit_leaves_the_others() -> None:
    book = MemoryLedger(limits(10**9, per_provider={"alpha": "0"}))
    answer = World(ledger=book).router.answer(ASK)
    assert answer.provider == "beta"
    assert answer.refused[0].reason.startswith("no money: the month's limit of provider alpha of")


def test_one_task_spends_no_more_than_its_limit_over_all_its_attempts() -> None:
    world = World().sick("empty", *CLOUD)
    limit = Decimal("0.003000")
    answer = world.router.answer(ASK.model_copy(update={"max_cost_usd": limit}))
    assert used(world) <= micro(limit)
    assert answer.provider == "ollama"


def test_a_ledger_that_cannot_be_asked_costs_nobody_money() -> None:
    class Down(MemoryLedger):
        def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
            raise Unavailable("no table today")

    world = World(ledger=Down())
    answer = world.router.answer(ASK)
    assert answer.provider == "ollama"
    assert answer.budget is None
    assert answer.refused[0].reason == "no money: the ledger cannot be asked"


def test_a_paid_answer_survives_a_ledger_that_cannot_be_told() -> None:
    class Deaf(MemoryLedger):
        def settle(self, lease: Lease, actual: int, now: datetime) -> Standing:
            raise Unavailable("no table today")

    world = World(ledger=Deaf())
    assert world.router.answer(ASK).text == "Paris"
    assert world.recorder.spans[0].ledger == "unsettled"
    assert used(world) >= COST, "presumed at its worst case"


def test_little_money_is_waited_for_while_others_may_give_some_back() -> None:
    book = MemoryLedger(limits(500))
    world = World(ledger=book)
    other = book.reserve(Ask("0", 450, Purpose("x", "y", "z", "default")), world.clock.now())
    assert isinstance(other, Lease)
    real = world.clock.pause

    def settled_meanwhile(seconds: float) -> None:
        real(seconds)
        book.settle(other, 10, world.clock.now())

    object.__setattr__(world.router.purse, "pause", settled_meanwhile)
    answer = world.router.answer(ASK)
    assert answer.provider == "alpha"
    assert world.clock.seconds > 0.1, "it waited, then called"


def test_what_is_left_buys_a_shorter_answer_when_nobody_gives_back() -> None:
    world = World(ledger=MemoryLedger(limits(100)))
    world.fleet["alpha"].tokens = Tokens(input=20, cached_input=0, output=50)
    answer = world.router.answer(ASK)
    assert answer.provider == "alpha"
    (call,) = world.fleet["alpha"].calls
    assert 64 <= call.max_output_tokens < 512
    assert used(world) == 22


def test_usual_lengths_are_learnt_so_that_many_fit_in_at_once() -> None:
    world = World(ledger=MemoryLedger(limits(1000)), keys=FakeKeys("alpha"))
    world.fleet["alpha"].tokens = TOKENS.model_copy(update={"input": 20, "output": 100})
    world.router.answer(ASK)
    book = world.ledger
    left = 1000 - used(world)
    taken = book.reserve(Ask("0", left - 60, Purpose("x", "y", "z", "c")), world.clock.now())
    assert isinstance(taken, Lease)
    before = world.clock.seconds
    answer = world.router.answer(ASK)
    assert answer.provider == "alpha"
    assert world.fleet["alpha"].calls[-1].max_output_tokens >= 100
    assert world.clock.seconds - before == pytest.approx(0.1), "without waiting"
