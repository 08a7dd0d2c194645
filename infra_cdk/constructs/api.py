"""The one HTTP API: its limits, its access log, its address; how a capability puts routes on it."""

import jsii
from aws_cdk import Duration
from aws_cdk import aws_apigateway as access
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.logs import LogGroup

DEFAULT = "$default"
_METHODS = [apigw.CorsHttpMethod.GET, apigw.CorsHttpMethod.POST]
_HEADERS = ["authorization", "content-type", "idempotency-key", "prefer", "x-api-key"]
# One JSON line a request; no header, body or key is in it.
_LINE = access.AccessLogFormat.custom(
    '{"time":"$context.requestTime","trace_id":"$context.requestId","ip":'
    '"$context.identity.sourceIp","route":"$context.routeKey","status":"$context.status",'
    '"latency_ms":"$context.responseLatency","bytes":"$context.responseLength","error":'
    '"$context.integrationErrorMessage"}'
)


@jsii.implements(apigw.IAccessLogSettings)
class _AccessLog:
    def __init__(self, group: LogGroup) -> None:
        self._destination = apigw.LogGroupLogDestination(group)

    @property
    def destination(self) -> apigw.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> access.AccessLogFormat:
        return _LINE


class Api(apigw.HttpApi):
    """Keys are checked in the functions: an authorizer's refusals cannot be problem+json."""

    def __init__(self, scope: Construct, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            "Api",
            api_name=f"labverse-{config.stage}",
            description=f"Lab-Verse {config.stage}",
            create_default_stage=False,
            cors_preflight=_cors(config),
            # With a name of its own, the generated address is only a way around what is in front.
            disable_execute_api_endpoint=config.domain is not None,
        )
        name = f"/labverse/{config.stage}/api"
        self.stage = apigw.HttpStage(
            self,
            "DefaultStage",
            http_api=self,
            stage_name=DEFAULT,
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(
                rate_limit=config.throttle.per_second, burst_limit=config.throttle.burst
            ),
            access_log_settings=_AccessLog(LogGroup(self, "Access", name=name, config=config)),
            domain_mapping=_domain(self, config),
        )
        domain = config.domain
        self.address = f"https://{domain.api_name}" if domain else self.api_endpoint


def add_routes(*, api: apigw.HttpApi, function: lambda_.Alias, routes: list[str]) -> None:
    """Send each of `routes` (`POST /api/v1/analyze`, or DEFAULT) to `function`."""
    integration = HttpLambdaIntegration("Integration", function)
    for route in routes:
        method, _, path = route.partition(" ")
        key = (
            apigw.HttpRouteKey.DEFAULT
            if route == DEFAULT
            else apigw.HttpRouteKey.with_(path, apigw.HttpMethod[method])
        )
        name = "Unmatched" if route == DEFAULT else f"{method.capitalize()}{path.replace('/', '-')}"
        apigw.HttpRoute(function, name, http_api=api, route_key=key, integration=integration)


def _cors(config: StageConfig) -> apigw.CorsPreflightOptions | None:
    """Browsers of these origins may call; without any, none may."""
    if not config.cors_origins:
        return None
    return apigw.CorsPreflightOptions(
        allow_origins=list(config.cors_origins),
        allow_methods=_METHODS,
        allow_headers=_HEADERS,
        max_age=Duration.hours(1),
    )


def _domain(scope: Construct, config: StageConfig) -> apigw.DomainMappingOptions | None:
    if config.domain is None:
        return None
    certificate = certificates.Certificate.from_certificate_arn(
        scope, "Certificate", config.domain.api_certificate_arn
    )
    return apigw.DomainMappingOptions(
        domain_name=apigw.DomainName(
            scope, "Domain", domain_name=config.domain.api_name, certificate=certificate
        )
    )
