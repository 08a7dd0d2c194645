"""The router over real breakers: whom it asks while a provider is down, and who tries it again."""

from dataclasses import replace
from decimal import Decimal

import pytest

from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.adapters.memory_ledger import MemoryLedger
from labverse.kernel.errors import Unavailable
from labverse.route.breaker import HealthPolicy
from labverse.route.health import Breaker, Health
from labverse.route.limits import Limits, period_of
from labverse.route.router import Router
from labverse.route.watch import Watch
from tests.unit.route.fakes import ASK, FakeKeys, World


def watched(world: World, health: Health | None = None) -> Router:
    watch = health or Watch(MemoryCircuits(), world.clock, HealthPolicy(), lambda: "id")
    return replace(world.router, means=replace(world.router.means, health=watch))


def test_a_dead_one_is_asked_once_in_each_window() -> None:
    world = World().sick("server_error", "alpha")
    router, until = watched(world), 5 + 10 + 20 + 1.0
    while world.clock.seconds < until:
        assert router.answer(ASK).provider == "beta"
    assert world.asked().count("alpha") == 4


def test_all_down_is_answered_by_the_local_model() -> None:
    world = World().sick("server_error", "alpha", "beta", "gamma")
    router = watched(world)
    for _ in range(5):
        assert router.answer(ASK).provider == "ollama"
    assert [world.asked().count(name) for name in ("alpha", "beta", "gamma")] == [1, 1, 1]


def test_the_only_one_is_asked_again_although_it_failed_a_moment_ago() -> None:
    world = World(keys=FakeKeys("alpha"), local=()).sick("server_error", "alpha")
    router = watched(world)
    for _ in range(3):
        with pytest.raises(Unavailable):
            router.answer(ASK)
    assert world.asked() == ["alpha"] * 3
    world.sick("ok", "alpha")
    assert router.answer(ASK).provider == "alpha"
    assert router.means.health.look() == {}


def test_the_only_one_is_left_alone_where_it_asked_for_that() -> None:
    world = World(keys=FakeKeys("alpha"), local=()).sick("quota_exhausted", "alpha")
    router = watched(world)
    for _ in range(3):
        with pytest.raises(Unavailable):
            router.answer(ASK)
    assert world.asked() == ["alpha"]


def test_who_cannot_pay_does_not_keep_others_from_trying_it() -> None:
    world = World().sick("server_error", "alpha")
    router = watched(world)
    router.answer(ASK)
    world.sick("ok", "alpha")
    world.clock.seconds += 6
    poor = World(ledger=MemoryLedger(Limits(per_month_usd=Decimal(0))))
    poor.clock.seconds = world.clock.seconds
    assert watched(poor, router.means.health).answer(ASK).provider == "ollama"
    assert router.answer(ASK).provider == "alpha"


def test_who_is_not_admitted_has_its_money_back() -> None:
    world = World()
    world.health.breakers = {"alpha": Breaker("alpha", "half_open", "timeout")}
    world.health.admits = False
    answer = world.router.answer(ASK)
    assert answer.provider == "beta"
    (page,) = world.ledger.pages(period_of(world.clock.now()))
    assert page.used["month"] == int(answer.cost_usd.scaleb(6))
