"""observe: health, the API's document and page, and the API's default route."""

from constructs import Construct

from infra_cdk.constructs.api import DEFAULT, add_routes
from infra_cdk.constructs.foundation import Foundation
from infra_cdk.constructs.function import CapabilityFunction, Traits
from infra_cdk.constructs.scaling import let_ask
from labverse.observe.settings import ObserveSettings


class Observe(Construct):
    """One function that answers what everybody may ask."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        super().__init__(scope, "Observe")
        settings = ObserveSettings(
            **foundation.common("observe"),
            KEYS_TABLE=foundation.keys.table_name,
            LOCAL_MODEL_URL=foundation.model_url,
            LOCAL_MODEL=foundation.model_name,
            PROVIDER_KEYS_ARN=foundation.provider_keys.secret_arn,
            CAPACITY_TABLE=foundation.capacity.table_name,
        )
        http = CapabilityFunction(
            self,
            capability="observe",
            entry="http",
            settings=settings,
            foundation=foundation,
            traits=Traits(cold_budget=True),
        )
        foundation.let_check_keys(http)
        foundation.let_read_secret(http, foundation.provider_keys)
        foundation.let_read_items(
            http, foundation.capacity, "dynamodb:BatchGetItem", "dynamodb:GetItem"
        )
        let_ask(foundation, http, "GET /v1/models")
        routes = ["GET /health", "GET /docs", "GET /openapi.json", DEFAULT]
        add_routes(api=foundation.api, function=http.live, routes=routes)
