"""`Health` over circuits that processes share: read now and then, written on each change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Protocol

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.route.breaker import (
    Circuit,
    HealthPolicy,
    admitted,
    failed,
    is_fault,
    succeeded,
)
from labverse.route.events import ProviderHealthChanged
from labverse.route.health import Breaker
from labverse.route.ports import Announcer, ProviderFailure, Reply

# How often a change is worked out anew, when others were faster.
_ROUNDS = 5


class Circuits(Protocol):
    """Where circuits are kept."""

    def known(self) -> Mapping[str, Circuit]:
        """Every circuit there is, as of a moment ago. Never raises."""
        ...

    def swap(self, old: Circuit, new: Circuit) -> Circuit | None:
        """Put `new` in the place of `old`; None, or what is there instead. Raises Unavailable."""
        ...


@dataclass(frozen=True)
class Watch:
    """Safe from many threads. Without an announcer, changes are told to nobody.

    What this process saw holds for it at once, and also while the circuits cannot be reached.
    """

    circuits: Circuits
    clock: Clock
    policy: HealthPolicy
    new_id: Callable[[], str]
    announcer: Announcer | None = None
    _own: dict[str, Circuit] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def look(self) -> Mapping[str, Breaker]:
        """Every provider's breaker that is not closed."""
        now = self.clock.now()
        seen = {name: circuit.seen(now) for name, circuit in self._all().items()}
        return {name: breaker for name, breaker in seen.items() if breaker.state != "closed"}

    def admit(self, provider: str) -> bool:
        """Whether the caller may ask: a half-open one is asked by one caller of all there are."""
        circuit = self._circuit(provider)
        for _ in range(_ROUNDS):
            if circuit.until is None:
                return True
            wanted = admitted(circuit, self.clock.now(), self.policy)
            instead = circuit if wanted is None else self._swap(circuit, wanted)
            if instead is None:
                return True
            if wanted is None:
                return False
            circuit = instead
        return False

    def report(self, provider: str, ended: Reply | ProviderFailure, began: datetime) -> None:
        """How a call that began then has ended."""
        circuit = self._circuit(provider)
        for _ in range(_ROUNDS):
            changed = self._after(circuit, ended, began)
            if changed == circuit:
                return
            instead = self._swap(circuit, changed)
            if instead is None:
                self._tell(circuit, changed)
                return
            circuit = instead

    def _after(self, circuit: Circuit, ended: Reply | ProviderFailure, began: datetime) -> Circuit:
        if isinstance(ended, ProviderFailure) and is_fault(ended):
            return failed(circuit, ended, self.clock.now(), self.policy, began)
        return succeeded(circuit, began)

    def _circuit(self, provider: str) -> Circuit:
        return self._all().get(provider) or Circuit(provider)

    def _all(self) -> dict[str, Circuit]:
        """What this process saw, unless others saw more."""
        found = dict(self.circuits.known())
        with self._lock:
            for name, own in self._own.items():
                if name not in found or found[name].version < own.version:
                    found[name] = own
        return found

    def _swap(self, old: Circuit, new: Circuit) -> Circuit | None:
        try:
            instead = self.circuits.swap(old, new)
        except Unavailable:
            instead = None  # it holds for this process, and the next change is shared
        with self._lock:
            self._own[new.provider] = new if instead is None else instead
        return instead

    def _tell(self, old: Circuit, new: Circuit) -> None:
        """One announcement of each change: whoever made it knows what was there before."""
        if self.announcer is None or (old.until is None) == (new.until is None):
            return
        self.announcer.announce(
            ProviderHealthChanged(
                event_id=self.new_id(),
                occurred_at=self.clock.now(),
                provider=new.provider,
                state="up" if new.until is None else "down",
                why=new.why,
                until=new.until,
            )
        )
