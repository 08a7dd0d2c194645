"""Others beside a late one: who answers, and that everybody is paid for."""

from collections.abc import Iterator
from decimal import Decimal
from threading import Event

import pytest

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.adapters.racing import Threads
from labverse.route.ledger import seconds, standing
from labverse.route.limits import Limits, micro, period_of
from labverse.route.models import AnalyzeRequest, Answer, Outcome
from labverse.route.ports import Call, ProviderFailure, Reply
from tests.unit.route.fakes import ASK, TOKENS, World

_LONG = 20.0
ALPHA, BETA = Decimal("0.000140"), Decimal("0.001400")
"""What the tokens of a fake answer cost with each."""


class Gate:
    """A provider that ends its call, in real time, when its gate is opened."""

    def __init__(self, outcome: Outcome = "ok") -> None:
        self.outcome = outcome
        self.gate, self.asked = Event(), Event()

    def complete(self, call: Call) -> Reply:
        self.asked.set()
        assert self.gate.wait(_LONG), "nobody opened the gate"
        if self.outcome != "ok":
            raise ProviderFailure(self.outcome, "told to")
        return Reply(text="Paris", model=call.model, tokens=TOKENS, finish="stop")

    def opened(self) -> "Gate":
        self.gate.set()
        return self


class After(Gate):
    """Opens another one's gate when it is asked, and waits for its own."""

    def __init__(self, other: Gate, outcome: Outcome = "ok") -> None:
        super().__init__(outcome)
        self.other = other

    def complete(self, call: Call) -> Reply:
        self.other.gate.set()
        return super().complete(call)


@pytest.fixture
def gates() -> Iterator[list[Gate]]:
    """Gates that are opened in the end, so that no thread is left behind."""
    made: list[Gate] = []
    yield made
    for gate in made:
        gate.gate.set()


def often_late(limits: Limits | None = None) -> World:
    """Alpha is late in two calls of ten; the others are quick. The clock stands still."""
    world = World(ledger=MemoryLedger(limits), racing=Threads())
    models = {one.provider: one for one in world.catalogue.on(world.clock.now().date())[0]}
    taken = {"alpha": [0.2] * 8 + [3.0] * 2, "beta": [0.3] * 10, "gamma": [0.3] * 10}
    for name, times in taken.items():
        for each in times:
            world.experience.answered(models[name], "default", each, 100)
    return world


def spent(world: World) -> int:
    now, ledger = world.clock.now(), world.ledger
    period = period_of(now)
    return standing(ledger.limits, period, ledger.pages(period), seconds(now)).spent


def answer(world: World) -> Answer:
    return world.router.answer(AnalyzeRequest(text=ASK.text, max_latency_ms=900))


def outcomes(told: Answer) -> list[tuple[str, str]]:
    return [(one.provider, one.outcome) for one in told.attempts]


def test_a_quick_answer_asks_nobody_else() -> None:
    assert outcomes(answer(often_late())) == [("alpha", "ok")]


def test_a_late_one_is_overtaken_and_settled_at_what_it_cost(gates: list[Gate]) -> None:
    world, late, settled = often_late(), Gate(), Event()
    gates.append(late)
    world.fleet["alpha"] = late
    world.recorder.told = lambda span: settled.set() if span.provider == "alpha" else None
    told = answer(world)
    assert outcomes(told) == [("beta", "ok"), ("alpha", "outrun")]
    assert told.cost_usd > BETA + ALPHA, "the loser counts at its worst, until it is known"
    assert spent(world) == micro(BETA)
    late.gate.set()
    assert settled.wait(_LONG)
    assert spent(world) == micro(BETA + ALPHA)
    assert world.recorder.spans[-1].ledger == "settled"


def test_the_first_one_may_still_win(gates: list[Gate]) -> None:
    world, first = often_late(), Gate()
    second = After(first)
    gates += [first, second]
    world.fleet |= {"alpha": first, "beta": second}
    assert outcomes(answer(world)) == [("alpha", "ok"), ("beta", "outrun")]


def test_a_second_one_that_fails_leaves_its_place_to_a_third(gates: list[Gate]) -> None:
    """Without that, a first one that hangs would keep the task from everybody else."""
    world, hanging = often_late(), Gate()
    gates.append(hanging)
    world.fleet["alpha"] = hanging
    world.sick("rate_limited", "beta")
    told = answer(world)
    assert outcomes(told) == [("beta", "rate_limited"), ("gamma", "ok"), ("alpha", "outrun")]


def test_when_all_beside_it_fail_the_first_is_waited_for(gates: list[Gate]) -> None:
    world, first = often_late(), Gate()
    gates.append(first)
    world.fleet |= {"alpha": first, "ollama": After(first, "unreachable").opened()}
    world.sick("server_error", "beta", "gamma")
    told = answer(world)
    assert outcomes(told)[-1] == ("alpha", "ok")
    assert told.cost_usd == ALPHA


def test_when_it_fails_as_well_nobody_is_asked_twice(gates: list[Gate]) -> None:
    world, first = often_late(), Gate("server_error")
    second = After(first).opened()
    gates.append(first)
    world.fleet |= {"alpha": first, "gamma": second}
    world.sick("server_error", "beta")
    told = answer(world)
    assert told.provider == "gamma"
    asked = [provider for provider, _ in outcomes(told)]
    assert len(asked) == len(set(asked))


def test_who_there_is_no_money_for_beside_it_is_asked_after_it(gates: list[Gate]) -> None:
    limits = Limits(per_month_usd=Decimal("0.0022"), stop_percent=100, wait_ms=0)
    world, first = often_late(limits), Gate("server_error")
    local = After(first, "unreachable").opened()
    gates.append(first)
    world.fleet |= {"alpha": first, "ollama": local}
    told = answer(world)
    assert outcomes(told) == [("ollama", "unreachable"), ("alpha", "server_error"), ("beta", "ok")]


def test_a_mistake_of_ours_in_a_thread_is_not_swallowed() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Threads().race(broken, 5, broken)
