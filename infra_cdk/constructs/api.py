"""The one HTTP API, and how a capability puts its routes on it."""

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

DEFAULT = "$default"


class Api(apigw.HttpApi):
    """Keys are checked in the functions: an authorizer's refusals cannot be problem+json."""

    def __init__(self, scope: Construct, *, stage: str) -> None:
        super().__init__(scope, "Api", api_name=f"labverse-{stage}", create_default_stage=True)


def add_routes(*, api: apigw.HttpApi, function: lambda_.Function, routes: list[str]) -> None:
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
