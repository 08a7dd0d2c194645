"""route: its HTTP routes, OpenAI's among them, and the workflow of the same name."""

from constructs import Construct

from infra_cdk.constructs.api import add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from infra_cdk.constructs.scaling import Scaling, let_ask, service_of
from infra_cdk.constructs.workflow import Workflow
from labverse.route.settings import RouteSettings

ROUTES = [
    "POST /api/v1/analyze",
    "POST /v1/chat/completions",
    "GET /v1/models",
    "GET /api/v1/spend",
    "GET /api/v1/providers",
    "DELETE /api/v1/answers",
]
# A transaction of the ledger is made of updates, and needs no permission of its own.
ANSWERS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchWriteItem")
LEDGER = ("dynamodb:BatchGetItem", "dynamodb:UpdateItem")
# The health of providers, what was learnt from attempts, and what tasks came to.
COUNTS = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem")


class Route(Construct):
    """Two functions over one use case, the state machine that runs the second, and a third that
    reacts to events: the local model runs while it is wanted, and providers that were down are
    tried again, and people are told what is running out.
    """

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Route")
        self._foundation, self._settings = foundation, _settings(foundation)
        http = self._function("http", Traits(cold_budget=True, spends=True))
        task = self._function("task", Traits(spends=True))
        event = self._function("event", Traits(asynchronous=True))
        foundation.let_check_keys(http)
        foundation.let_repeat(http)
        foundation.let_write_items(http, foundation.answers, *ANSWERS)
        for function in (http, task, event):
            foundation.let_announce(function)
            foundation.let_write_items(function, foundation.ledger, *LEDGER)
            foundation.let_write_items(function, foundation.capacity, *COUNTS)
            foundation.let_read_secret(function, foundation.provider_keys)
        foundation.let_read_secret(event, foundation.slack)
        for function in (http, task):
            let_ask(foundation, function, "POST /v1/chat/completions")
        add_routes(api=foundation.api, function=http.live, routes=ROUTES)
        self.task = task.live
        """Answers a prompt, as a state of any workflow."""
        self.workflow = Workflow(
            self, capability="route", foundation=foundation, functions={"RouteTask": task.live}
        )
        Scaling(self, foundation=foundation, function=event)

    def _function(self, entry: str, traits: Traits) -> CapabilityFunction:
        return CapabilityFunction(
            self,
            capability="route",
            entry=entry,
            settings=self._settings,
            foundation=self._foundation,
            traits=traits,
        )


def _settings(foundation: Foundation) -> RouteSettings:
    return RouteSettings(
        **foundation.common("route"),
        KEYS_TABLE=foundation.keys.table_name,
        EVENT_BUS=foundation.bus.event_bus_name,
        LOCAL_MODEL_URL=foundation.model_url,
        LOCAL_MODEL=foundation.model_name,
        PROVIDER_KEYS_ARN=foundation.provider_keys.secret_arn,
        PROVIDER_BASE_URL=foundation.provider_base_url,
        CAPACITY_TABLE=foundation.capacity.table_name,
        FALLBACK_SERVICE=service_of(foundation.config).model_dump_json(),
    )
