"""A second candidate beside a late one: who answers, and that both are paid for."""

from collections.abc import Iterator
from decimal import Decimal
from threading import Event

import pytest

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.adapters.racing import Threads
from labverse.route.ledger import seconds, standing
from labverse.route.limits import Limits, micro, period_of
from labverse.route.models import AnalyzeRequest, Answer
from labverse.route.ports import Call, Reply
from tests.unit.route.fakes import ASK, TOKENS, World


def often_late(world: World | None = None, name: str = "alpha") -> World:
    """One that two calls in ten have to wait for, before others that are quick."""
    world = world or World()
    models = {one.provider: one for one in world.catalogue.on(world.clock.now().date())[0]}
    for _ in range(8):
        world.experience.answered(models[name], "default", 0.2, 100)
    for _ in range(2):
        world.experience.answered(models[name], "default", 3.0, 100)
    for other in ("beta", "gamma"):
        for _ in range(10):
            world.experience.answered(models[other], "default", 0.3, 100)
    return world


def spent(world: World) -> int:
    now, ledger = world.clock.now(), world.ledger
    period = period_of(now)
    return standing(ledger.limits, period, ledger.pages(period), seconds(now)).spent


def outcomes(answer: Answer) -> list[tuple[str, str]]:
    return [(one.provider, one.outcome) for one in answer.attempts]


def test_a_quick_answer_asks_nobody_else() -> None:
    world = often_late()
    assert outcomes(world.router.answer(ASK)) == [("alpha", "ok")]


def test_a_late_one_is_overtaken_within_the_sla_and_both_are_charged() -> None:
    world = often_late().slow(3, "alpha").slow(0.2, "beta")
    answer = world.router.answer(ASK)
    assert (answer.provider, answer.sla_met) == ("beta", True)
    assert outcomes(answer) == [("beta", "ok"), ("alpha", "outrun")]
    billed = 2 * Decimal("0.000500")
    assert spent(world) >= micro(billed), "the loser's cost is charged as well"
    assert answer.cost_usd >= billed


def test_the_first_one_may_still_win() -> None:
    world = often_late().slow(0.95, "alpha").slow(0.9, "beta")
    answer = world.router.answer(ASK)
    assert (answer.provider, answer.sla_met) == ("alpha", True)
    assert outcomes(answer) == [("alpha", "ok"), ("beta", "outrun")]


def test_one_that_fails_leaves_the_race_to_the_other() -> None:
    world = often_late().slow(2, "alpha").sick("server_error", "beta", seconds=0.05)
    answer = world.router.answer(ASK)
    assert outcomes(answer) == [("beta", "server_error"), ("alpha", "ok")]


def test_after_a_lost_race_the_rest_is_tried() -> None:
    world = often_late().sick("server_error", "alpha", "beta", seconds=1.0)
    answer = world.router.answer(ASK)
    assert answer.provider == "gamma"
    assert {("alpha", "server_error"), ("beta", "server_error")} < set(outcomes(answer))


def test_without_money_for_two_the_first_is_waited_for() -> None:
    worst_of_one = Decimal("0.0022")
    limits = Limits(per_month_usd=worst_of_one, stop_percent=100, wait_ms=0)
    world = often_late(World(ledger=MemoryLedger(limits))).slow(2, "alpha")
    answer = world.router.answer(ASK)
    assert outcomes(answer) == [("alpha", "ok")]
    assert answer.sla_met is False


class Gate:
    """A provider that answers when its gate is opened, in real time."""

    def __init__(self) -> None:
        self.open, self.asked = Event(), Event()

    def complete(self, call: Call) -> Reply:
        self.asked.set()
        assert self.open.wait(20), "nobody opened the gate"
        return Reply(text="late", model=call.model, tokens=TOKENS, finish="stop")


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def test_on_threads_the_loser_ends_later_and_is_settled_at_what_it_cost(gate: Gate) -> None:
    world = often_late(World(racing=Threads())).slow(0.01, "beta")
    world.fleet["alpha"] = gate
    settled = Event()
    world.recorder.told = lambda span: settled.set() if span.provider == "alpha" else None
    answer = world.router.answer(AnalyzeRequest(text=ASK.text, max_latency_ms=900))
    assert outcomes(answer) == [("beta", "ok"), ("alpha", "outrun")]
    assert gate.asked.is_set()
    winner = micro(Decimal("0.001400"))
    assert spent(world) == winner
    gate.open.set()
    assert settled.wait(20)
    assert spent(world) == winner + micro(Decimal("0.000140")), "at its own price"
    assert world.recorder.spans[-1].ledger == "settled"


def test_a_mistake_of_ours_in_a_thread_is_not_swallowed() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Threads().race(broken, 5, broken)
