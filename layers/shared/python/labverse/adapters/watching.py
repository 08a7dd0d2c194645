"""The health of providers, as every function of a stage sees it."""

from threading import Thread

from labverse.adapters import aws
from labverse.adapters.clock import SystemClock, new_id
from labverse.adapters.dynamodb_circuits import DynamoCircuits
from labverse.adapters.dynamodb_counters import DynamoCounters
from labverse.adapters.shared_experience import SharedExperience
from labverse.route.breaker import HealthPolicy
from labverse.route.events import Event
from labverse.route.health import Breaker
from labverse.route.latency import Latency
from labverse.route.ports import Announcer
from labverse.route.watch import Watch

# Whoever shows figures rather waits for them than shows none.
_PATIENCE_SECONDS = 0.5
_MOMENT_SECONDS = 0.05


class Aside:
    """Announces beside the request, which waits for it a moment at most: a bus that hangs must not
    keep a task from its next candidate. What is not told by then is told when it can be.
    """

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def announce(self, event: Event) -> None:
        """As `announcer` does, in a thread of its own."""
        told = Thread(target=self._announcer.announce, args=(event,), daemon=True)
        told.start()
        told.join(_MOMENT_SECONDS)


def watch(table: str, policy: HealthPolicy, announcer: Announcer) -> Watch:
    """Circuits in `table`; whoever changes one announces it."""
    clock = SystemClock()
    circuits = DynamoCircuits(table, aws.client("dynamodb"), clock)
    return Watch(circuits, clock, policy, new_id, Aside(announcer))


class Onlooker:
    """Sees what the routers of a stage know, and changes nothing."""

    def __init__(self, table: str) -> None:
        clock, client = SystemClock(), aws.client("dynamodb")
        self._watch = Watch(DynamoCircuits(table, client, clock), clock, HealthPolicy(), new_id)
        counters = DynamoCounters(table, client)
        self._learnt = SharedExperience(counters, clock, patience=_PATIENCE_SECONDS)

    def breaker(self, provider: str) -> Breaker | None:
        """None: it may be asked."""
        return self._watch.look().get(provider)

    def latency(self, model: str) -> Latency:
        """How long its calls took lately."""
        return self._learnt.overall(model)
