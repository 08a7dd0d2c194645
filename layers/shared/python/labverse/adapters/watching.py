"""The health of providers, as every function of a stage sees it."""

from labverse.adapters import aws
from labverse.adapters.clock import SystemClock, new_id
from labverse.adapters.dynamodb_circuits import DynamoCircuits
from labverse.route.breaker import HealthPolicy
from labverse.route.ports import Announcer
from labverse.route.watch import Watch


def watch(table: str, policy: HealthPolicy, announcer: Announcer) -> Watch:
    """Circuits in `table`; whoever changes one announces it."""
    clock = SystemClock()
    circuits = DynamoCircuits(table, aws.client("dynamodb"), clock)
    return Watch(circuits, clock, policy, new_id, announcer)
