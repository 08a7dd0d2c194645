"""Probes: who is tried, what that is charged to, and that a dead provider does not hold them up."""

from datetime import timedelta
from decimal import Decimal

from labverse.adapters.memory_ledger import MemoryLedger
from labverse.route.health import Breaker
from labverse.route.limits import Limits, period_of
from labverse.route.probing import PROBE, Prober
from tests.unit.route.fakes import CLOUD, CONFIG, FakeKeys, World


def half_open(world: World, *names: str) -> World:
    world.health.breakers = {name: Breaker(name, "half_open", "timeout") for name in names}
    return world


def test_only_providers_whose_time_has_come_are_tried() -> None:
    world = half_open(World(), "beta")
    until = world.clock.now() + timedelta(seconds=60)
    world.health.breakers["alpha"] = Breaker("alpha", "open", "timeout", until)
    assert Prober(world.router)() == ["beta"]
    assert world.asked() == ["beta"]
    assert world.health.reported == [("beta", "ok")]
    (call,) = world.fleet["beta"].calls
    assert call.max_output_tokens <= 16


def test_a_probe_is_paid_like_everything_else() -> None:
    world = half_open(World(), "beta")
    Prober(world.router)()
    (page,) = world.ledger.pages(period_of(world.clock.now()))
    assert page.used[f"key:{PROBE}"] > 0


def test_while_somebody_else_tries_it_nothing_is_asked() -> None:
    world = half_open(World(), "beta")
    world.health.admits = False
    Prober(world.router)()
    assert world.asked() == []


def test_without_money_nothing_is_asked() -> None:
    nothing = MemoryLedger(Limits(per_month_usd=Decimal(0)))
    world = half_open(World(ledger=nothing), "beta")
    Prober(world.router)()
    assert world.asked() == []


def test_several_that_hang_are_all_tried_within_a_functions_time() -> None:
    world = half_open(World(), *CLOUD).slow(1000, *CLOUD)
    assert set(Prober(world.router)()) == set(CLOUD)
    assert set(world.asked()) == set(CLOUD)
    assert world.clock.seconds < CONFIG.hard_deadline_ms / 1000


def test_who_has_no_key_is_nobodys_to_try() -> None:
    world = half_open(World(keys=FakeKeys("alpha")), "beta")
    assert Prober(world.router)() == []
