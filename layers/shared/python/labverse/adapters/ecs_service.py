"""`FleetPort` on ECS: how many tasks one service runs, and on which capacity."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry
from labverse.route.fallback import Fleet
from labverse.route.settings import FallbackService
from labverse.route.signals import SPOT

ON_DEMAND = "FARGATE"
_FARGATE = {SPOT, ON_DEMAND}
# As infra_cdk/constructs/ollama/service.py deploys it, so that a deployment changes nothing.
SPOT_FIRST = [
    {"capacityProvider": SPOT, "base": 0, "weight": 1},
    {"capacityProvider": ON_DEMAND, "base": 0, "weight": 0},
]
_ON_DEMAND_ONLY = [{"capacityProvider": ON_DEMAND, "base": 0, "weight": 1}]


class EcsService:
    """The service that runs the local model. A service on instances keeps its capacity."""

    def __init__(self, service: FallbackService, client: Any) -> None:
        self._service, self._client = service, client

    def follow(self, wanted: Fleet) -> None:
        """Tell ECS only what differs: telling it again what it has would start new tasks."""
        try:
            changes = _changes(self._described(), wanted)
            if changes:
                self._client.update_service(
                    cluster=self._service.cluster, service=self._service.service, **changes
                )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the service of the local model cannot be told") from error
        if changes:
            telemetry.logger().info("fallback told", extra=wanted.model_dump())

    def _described(self) -> dict[str, Any]:
        found = self._client.describe_services(
            cluster=self._service.cluster, services=[self._service.service]
        )["services"]
        if not found:
            raise Unavailable("there is no service of the local model: deploy the fallback stack")
        return dict(found[0])


def _changes(service: dict[str, Any], wanted: Fleet) -> dict[str, Any]:
    """What UpdateService must be given, of its parameters; empty where nothing differs."""
    changes: dict[str, Any] = {}
    if service["desiredCount"] != wanted.tasks:
        changes["desiredCount"] = wanted.tasks
    used = {
        one["capacityProvider"]
        for one in service.get("capacityProviderStrategy", ())
        if one.get("weight") or one.get("base")
    }
    if used <= _FARGATE and used != ({ON_DEMAND} if wanted.on_demand else {SPOT}):
        strategy = _ON_DEMAND_ONLY if wanted.on_demand else SPOT_FIRST
        # ECS refuses another strategy unless the tasks are started anew.
        changes |= {"capacityProviderStrategy": strategy, "forceNewDeployment": True}
    return changes
