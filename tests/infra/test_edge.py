"""The API's edge by stage: limits, access log, browsers, names of one's own, and the front."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from pydantic import ValidationError

from infra_cdk.config import StageConfig
from infra_cdk.constructs.api import Api
from infra_cdk.stacks.front import FrontStack
from tests.infra.assembly import Assembly

DOMAIN = {
    "name": "app.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/a",
    "api_name": "api.example.com",
    "api_certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/b",
}


def config(stage: str = "dev", **changes: Any) -> StageConfig:
    """A stage's config with members replaced."""
    known = StageConfig.load(stage).model_dump(mode="json")
    return StageConfig.model_validate({**known, **changes})


def api(**changes: Any) -> Template:
    """The API alone, of a stage configured like that."""
    stack = cdk.Stack()
    Api(stack, config=config(**changes))
    return Template.from_stack(stack)


@pytest.mark.parametrize("stage", ["aws", "prod"])
def test_the_api_is_throttled_and_logged(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    (found,) = (s for s in assembly.resources("AWS::ApiGatewayV2::Stage") if s.stack == "service")
    limits = found.properties["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] > 0
    assert limits["ThrottlingBurstLimit"] > 0
    line = json.loads(found.properties["AccessLogSettings"]["Format"])
    assert line["trace_id"] == "$context.requestId", "the id that callers and our log lines have"
    assert not [value for value in line.values() if "header" in value or "path" in value]


def test_browsers_of_named_origins_only() -> None:
    open_ = api(cors_origins=["https://app.example.com"]).find_resources("AWS::ApiGatewayV2::Api")
    (cors,) = (found["Properties"]["CorsConfiguration"] for found in open_.values())
    assert cors["AllowOrigins"] == ["https://app.example.com"]
    assert "authorization" in cors["AllowHeaders"]
    closed = api().find_resources("AWS::ApiGatewayV2::Api")
    assert all("CorsConfiguration" not in found["Properties"] for found in closed.values())


def test_a_name_of_ones_own_replaces_the_generated_one() -> None:
    template = api(domain=DOMAIN)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::DomainName", {"DomainName": "api.example.com"}
    )
    template.resource_count_is("AWS::ApiGatewayV2::ApiMapping", 1)
    template.has_resource_properties("AWS::ApiGatewayV2::Api", {"DisableExecuteApiEndpoint": True})
    api().resource_count_is("AWS::ApiGatewayV2::DomainName", 0)


def test_prod_has_a_front_and_dev_has_none(aws: Assembly, prod: Assembly) -> None:
    assert "front" not in aws.templates
    (distribution,) = prod.resources("AWS::CloudFront::Distribution")
    told = distribution.properties["DistributionConfig"]
    (firewall,) = prod.resources("AWS::WAFv2::WebACL")
    assert told["WebACLId"] == {"Fn::GetAtt": [firewall.logical_id, "Arn"]}
    assert told["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert told["Origins"][0]["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_firewall_reads_no_prompt_and_knows_a_flood(prod: Assembly) -> None:
    (firewall,) = prod.resources("AWS::WAFv2::WebACL")
    blocked = []
    for rule in firewall.properties["Rules"]:
        statement = rule["Statement"]
        if group := statement.get("ManagedRuleGroupStatement"):
            assert rule["OverrideAction"] == {"None": {}}, "a group that only counts blocks nobody"
            counted = {o["Name"] for o in group.get("RuleActionOverrides", [])}
            blocked.append((group["Name"], counted))
    names = dict(blocked)
    assert "CrossSiteScripting_BODY" in names["AWSManagedRulesCommonRuleSet"]
    assert "SizeRestrictions_BODY" in names["AWSManagedRulesCommonRuleSet"]
    assert "Log4JRCE_BODY" in names["AWSManagedRulesKnownBadInputsRuleSet"]
    assert any(
        "RateBasedStatement" in rule["Statement"] and "Block" in rule["Action"]
        for rule in firewall.properties["Rules"]
    )
    for rule in firewall.properties["Rules"]:
        assert rule["VisibilityConfig"]["SampledRequestsEnabled"] is False


def test_with_a_name_only_tls_1_3_is_spoken() -> None:
    stack = FrontStack(cdk.App(), "F", config=config("prod", domain=DOMAIN, region="eu-west-1"))
    assert stack.region == "us-east-1", "CloudFront takes its firewall from there"
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "Aliases": ["app.example.com"],
                "ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.3_2025"},
                "Origins": [{"DomainName": "api.example.com"}],
            }
        },
    )


def test_a_front_that_could_not_find_its_api_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"front: .* give the stage a domain"):
        config("prod", region="eu-west-1")
    assert config("prod", region="eu-west-1", front=False).front is False
