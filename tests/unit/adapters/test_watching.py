"""Changes of health are told beside the request."""

from threading import Event as Gate

from labverse.adapters.watching import Aside
from labverse.route.events import Event, ProviderHealthChanged
from tests.unit.route.fake_means import FakeClock
from tests.unit.route.fakes import FakeAnnouncer

CHANGED = ProviderHealthChanged(
    event_id="e", occurred_at=FakeClock().now(), provider="p", state="down"
)


class Hanging:
    """A bus that takes an event when its gate is opened."""

    def __init__(self) -> None:
        self.gate, self.took = Gate(), Gate()

    def announce(self, event: Event) -> None:
        assert self.gate.wait(20)
        self.took.set()


def test_an_event_is_told() -> None:
    bus = FakeAnnouncer()
    Aside(bus).announce(CHANGED)
    assert bus.events == [CHANGED]


def test_a_bus_that_hangs_keeps_nobody_and_is_told_later() -> None:
    bus = Hanging()
    Aside(bus).announce(CHANGED)
    assert not bus.took.is_set()
    bus.gate.set()
    assert bus.took.wait(20)
