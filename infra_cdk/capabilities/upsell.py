"""upsell: one function that decides offers and learns from what they bring."""

from constructs import Construct

from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from labverse.upsell.settings import UpsellSettings

ROUTES = [
    "POST /api/v2/a2b/upsell",
    "POST /api/v2/a2b/outcomes",
    "DELETE /api/v2/a2b/customers/{customer_id}",
]
# A transaction is made of updates, and needs no permission of its own.
DECISIONS = ("GetItem", "PutItem", "UpdateItem", "Query", "BatchWriteItem")
SEGMENTS = ("GetItem", "UpdateItem")


class Upsell(Construct):
    """Its arrays are numpy's, which the layer of the solver holds."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Upsell")
        settings = UpsellSettings(
            **foundation.common("upsell"),
            KEYS_TABLE=foundation.keys.table_name,
            EVENT_BUS=foundation.bus.event_bus_name,
            DECISIONS_TABLE=foundation.decisions.table_name,
            SEGMENTS_TABLE=foundation.segments.table_name,
        )
        http = CapabilityFunction(
            self,
            capability="upsell",
            entry="http",
            settings=settings,
            foundation=foundation,
            traits=Traits(cold_budget=True, layers=("solver",)),
        )
        foundation.let_check_keys(http)
        foundation.let_repeat(http)
        foundation.let_announce(http)
        for table, verbs in ((foundation.decisions, DECISIONS), (foundation.segments, SEGMENTS)):
            foundation.let_write_items(http, table, *(f"dynamodb:{verb}" for verb in verbs))
        add_routes(api=foundation.api, function=http.live, routes=ROUTES)
