"""The router over real breakers: whom it asks while a provider is down, and who tries it again."""

from dataclasses import replace

import pytest

from labverse.adapters.memory_circuits import MemoryCircuits
from labverse.kernel.errors import Unavailable
from labverse.route.breaker import HealthPolicy
from labverse.route.router import Router
from labverse.route.watch import Watch
from tests.unit.route.fakes import ASK, FakeKeys, World


def watched(world: World) -> Router:
    watch = Watch(MemoryCircuits(), world.clock, HealthPolicy(), lambda: "id")
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
