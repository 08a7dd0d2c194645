"""Who reaches the local model, and how: one private link, signed requests, and nobody else."""

import pytest

from tests.infra.assembly import FUNCTION, Assembly
from tests.infra.ollama.conftest import Template
from tests.infra.statements import statements


def test_nobody_reaches_a_task_but_the_private_link(dev: Template) -> None:
    groups = {
        logical_id: found["Properties"]
        for logical_id, found in dev.items()
        if found["Type"] == "AWS::EC2::SecurityGroup"
    }
    (link_id,) = dev.one("AWS::ApiGatewayV2::VpcLink")["SecurityGroupIds"]
    network = dev.one("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    (task_id,) = network["SecurityGroups"]
    (rule,) = groups[task_id["Fn::GetAtt"][0]]["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"]) == (11434, 11434)
    assert rule["SourceSecurityGroupId"] == link_id
    assert "SecurityGroupIngress" not in groups[link_id["Fn::GetAtt"][0]]
    open_ = [
        rule
        for group in groups.values()
        for rule in group.get("SecurityGroupIngress", ())
        if "CidrIp" in rule or "CidrIpv6" in rule or "SourcePrefixListId" in rule
    ]
    assert not open_, "a rule lets addresses in"


@pytest.mark.parametrize("which", ["dev", "gpu"])
def test_no_nat_no_balancer_no_endpoint_no_function(
    which: str, request: pytest.FixtureRequest, aws: Assembly
) -> None:
    template: Template = request.getfixturevalue(which)
    dear = ("Nat", "EIP", "LoadBalanc", "VPCEndpoint", "Custom", FUNCTION)
    found = [r["Type"] for r in template.values() if any(word in r["Type"] for word in dear)]
    assert not found
    assert not [f.path for f in aws.functions() if "VpcConfig" in f.properties]


def test_every_way_in_asks_for_iam_and_leads_to_the_link(dev: Template) -> None:
    routes = {route["RouteKey"]: route for route in dev.of("AWS::ApiGatewayV2::Route")}
    assert set(routes) == {"GET /v1/models", "POST /v1/chat/completions"}
    assert {route["AuthorizationType"] for route in routes.values()} == {"AWS_IAM"}
    integration = dev.one("AWS::ApiGatewayV2::Integration")
    assert integration["ConnectionType"] == "VPC_LINK"
    stage = dev.one("AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert "caller" in stage["AccessLogSettings"]["Format"]


def test_who_may_ask_for_what(aws: Assembly) -> None:
    allowed = {
        (statement.place, resource.rpartition("$default/")[2])
        for statement in statements(aws)
        for resource in statement.resources
        if "execute-api:Invoke" in statement.actions
    }
    assert allowed == {
        ("Route/HttpRole/DefaultPolicy", "POST/v1/chat/completions"),
        ("Route/TaskRole/DefaultPolicy", "POST/v1/chat/completions"),
        ("Observe/HttpRole/DefaultPolicy", "GET/v1/models"),
    }


def test_who_may_scale_what(aws: Assembly) -> None:
    found = [
        (statement.place, statement.actions, [r.rpartition(":")[2] for r in statement.resources])
        for statement in statements(aws)
        if any(action.startswith("ecs:") for action in statement.actions)
    ]
    assert found == [
        (
            "Route/EventRole/DefaultPolicy",
            ("ecs:DescribeServices", "ecs:UpdateService"),
            ["service/labverse-dev/ollama"],
        )
    ]
