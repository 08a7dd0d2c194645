"""The one way to the local model: two routes, for signed requests, over a private link."""

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs import gate
from infra_cdk.constructs.logs import LogGroup
from infra_cdk.constructs.ollama.network import Network

ROUTES = ("GET /v1/models", "POST /v1/chat/completions")
# One JSON line a request; no body and no credential is in it.
_LINE = (
    '{"time":"$context.requestTime","request":"$context.requestId","caller":'
    '"$context.identity.userArn","route":"$context.routeKey","status":"$context.status",'
    '"latency_ms":"$context.responseLatency","error":"$context.integrationErrorMessage"}'
)


class PrivateApi(Construct):
    """Answers 503 while no task is healthy. There is no load balancer to pay for by the hour."""

    def __init__(
        self, scope: Construct, *, config: StageConfig, network: Network, found_at: str
    ) -> None:
        """`found_at` is the Cloud Map service of the tasks, by ARN."""
        super().__init__(scope, "PrivateApi")
        name = f"labverse-{config.stage}-fallback"
        api = apigw.CfnApi(
            self,
            "Api",
            name=name,
            description=f"Lab-Verse {config.stage}: the local model",
            protocol_type="HTTP",
        )
        _stage(self, config, api)
        integration = self._integration(api, name, network, found_at)
        for route in ROUTES:
            method, _, path = route.partition(" ")
            made = apigw.CfnRoute(
                self,
                f"{method.capitalize()}{path.replace('/', '-')}",
                api_id=api.ref,
                route_key=route,
                target=f"integrations/{integration.ref}",
                authorization_type="AWS_IAM",
            )
            made.cfn_options.condition = gate.on_aws(Stack.of(self))
        self.api_id, self.url = api.ref, f"{api.attr_api_endpoint}/v1"

    def _integration(
        self, api: apigw.CfnApi, name: str, network: Network, found_at: str
    ) -> apigw.CfnIntegration:
        link = apigw.CfnVpcLink(
            self,
            "Link",
            name=name,
            subnet_ids=network.vpc.select_subnets(subnet_type=ec2.SubnetType.PUBLIC).subnet_ids,
            security_group_ids=[network.link_group],
        )
        integration = apigw.CfnIntegration(
            self,
            "Integration",
            api_id=api.ref,
            integration_type="HTTP_PROXY",
            integration_method="ANY",
            integration_uri=found_at,
            connection_type="VPC_LINK",
            connection_id=link.ref,
            payload_format_version="1.0",
        )
        # Both stand on the link, which the local cloud lacks.
        integration.cfn_options.condition = gate.on_aws(Stack.of(self))
        return integration


def _stage(scope: Construct, config: StageConfig, api: apigw.CfnApi) -> None:
    log = LogGroup(scope, "Access", name=f"/labverse/{config.stage}/fallback-api", config=config)
    apigw.CfnStage(
        scope,
        "Stage",
        api_id=api.ref,
        stage_name="$default",
        auto_deploy=True,
        default_route_settings=apigw.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=config.fallback.throttle_per_second,
            throttling_burst_limit=config.fallback.throttle_burst,
        ),
        access_log_settings=apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn, format=_LINE
        ),
    )
