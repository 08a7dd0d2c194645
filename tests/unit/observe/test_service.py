"""Health: one honest word for many probes, which a public route cannot be made to hammer."""

import pytest

from labverse.observe.models import ProviderHealth, State
from labverse.observe.service import FRESH_SECONDS, HealthCheck
from tests.unit.platform.fakes import FakeClock


class Probe:
    def __init__(self, state: State) -> None:
        self.now: State = state
        self.asked = 0

    def state(self) -> State:
        self.asked += 1
        return self.now

    def health(self) -> ProviderHealth:
        return ProviderHealth(state=self.state(), model="m")


def check(component: State, *providers: State) -> tuple[HealthCheck, Probe, FakeClock]:
    clock, probe = FakeClock(), Probe(component)
    named = {str(number): Probe(state) for number, state in enumerate(providers)}
    return HealthCheck(named, {"keys": probe}, "1.0", clock), probe, clock


@pytest.mark.parametrize(
    ("component", "providers", "status"),
    [
        ("ok", ["ok"], "ok"),
        ("ok", ["unreachable", "ok"], "ok"),
        ("ok", ["unreachable"], "degraded"),
        ("ok", ["not_configured"], "degraded"),
        ("ok", [], "degraded"),
        ("unreachable", ["ok"], "degraded"),
    ],
)
def test_status_needs_every_component_and_one_provider(
    component: State, providers: list[State], status: str
) -> None:
    assert check(component, *providers)[0]().status == status


def test_probes_are_asked_at_most_once_in_a_while() -> None:
    health, probe, clock = check("ok", "ok")
    for _ in range(5):
        health()
    assert probe.asked == 1
    probe.now = "unreachable"
    clock.seconds += FRESH_SECONDS
    assert health().components == {"keys": "unreachable"}
