"""What deploying costs and needs is counted from the templates, so neither can rot unseen."""

import json
from decimal import Decimal
from typing import Any

import pytest

from infra_cdk.deployment import about, costs, grants, idle, permissions, routed
from infra_cdk.deployment.prices import PRICES, Item
from tests.infra.assembly import Assembly

FUNCTION = {"MemorySize": 512, "FunctionName": "labverse-dev-route-http"}
SNAPPED = {**FUNCTION, "SnapStart": {"ApplyOn": "PublishedVersions"}}


def resource(kind: str, properties: dict[str, Any], **others: dict[str, Any]) -> idle.Resource:
    return idle.Resource("It", kind, properties, others)


def test_every_type_has_a_price_and_a_permission(aws: Assembly) -> None:
    kinds = {each.kind for each in aws.resources()}
    assert len(kinds) > 10
    costs.idle_items(aws.templates)
    permissions.files(kinds)


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"AWS::Neptune::DBCluster .* has no price"):
        idle.items(resource("AWS::Neptune::DBCluster", {}))
    with pytest.raises(ValueError, match="AWS::Neptune to SERVICES"):
        grants.execution(["AWS::Neptune::DBCluster"])


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("AWS::KMS::Key", {}, {"key": "1"}),
        ("AWS::SecretsManager::Secret", {}, {"secret": "1"}),
        ("AWS::CloudWatch::Alarm", {"MetricName": "Errors"}, {"alarm": "1"}),
        (
            "AWS::CloudWatch::Alarm",
            {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a/b"}]},
            {"alarm": "2"},
        ),
        ("AWS::WAFv2::WebACL", {"Rules": [{}, {}, {}]}, {"wall": "1", "rule": "3"}),
        ("AWS::Events::Rule", {"EventPattern": {}}, {}),
        (
            "AWS::Events::Rule",
            {"ScheduleExpression": "rate(5 minutes)"},
            {"calls": "8760", "compute": "1314"},
        ),
        ("AWS::DynamoDB::Table", {}, {}),
    ],
)
def test_quantities(kind: str, properties: dict[str, Any], expected: dict[str, str]) -> None:
    found = {item.price: item.quantity for item in idle.items(resource(kind, properties))}
    assert found == {price: Decimal(quantity) for price, quantity in expected.items()}


@pytest.mark.parametrize(("function", "gigabyte_seconds"), [(FUNCTION, None), (SNAPPED, 1_314_000)])
def test_a_snapshot_is_billed_by_memory_and_time(
    function: dict[str, Any], gigabyte_seconds: int | None
) -> None:
    version = {"FunctionName": {"Ref": "F"}}
    items = idle.items(resource("AWS::Lambda::Version", version, F={"Properties": function}))
    assert [item.quantity for item in items] == ([gigabyte_seconds] if gigabyte_seconds else [])


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (2, 2)])
def test_tasks_that_always_run(count: int, expected: int) -> None:
    task = {
        "Cpu": "2048",
        "Memory": "8192",
        "RequiresCompatibilities": ["FARGATE"],
        "RuntimePlatform": {"CpuArchitecture": "ARM64"},
    }
    service = {
        "DesiredCount": count,
        "TaskDefinition": {"Ref": "T"},
        "NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}},
    }
    items = idle.items(resource("AWS::ECS::Service", service, T={"Properties": task}))
    hours = Decimal(730) * expected
    wanted = {"vcpu": hours * 2, "memory": hours * 8, "address": hours} if expected else {}
    assert {item.price: item.quantity for item in items} == wanted


def test_the_arithmetic_is_the_tables() -> None:
    for stage, front in (("dev", False), ("prod", True)):
        items = list(routed.items(SNAPPED, front))
        shown = costs.total(items)
        assert shown == sum((PRICES[item.price].usd * item.quantity for item in items), Decimal(0))
        assert ("walled" in {item.price for item in items}) == front, stage
    assert Item("alarm", Decimal(11), "").usd == Decimal("1.10")


def test_policies_allow_no_role_that_is_not_ours(aws: Assembly) -> None:
    policy = grants.execution({each.kind for each in aws.resources()})
    for statement in policy["Statement"]:
        on_roles = [action for action in statement["Action"] if action.startswith("iam:")]
        if on_roles and on_roles != ["iam:CreateServiceLinkedRole"]:
            assert str(statement["Resource"]).rpartition("/")[2] == "Labverse-*", statement
    assert "*" not in {action for each in policy["Statement"] for action in each["Action"]}
    # A customer-managed policy holds 6144 characters, not counting white space.
    assert len(json.dumps(policy, separators=(",", ":"))) < 6144


def test_both_stages_are_in_the_documents() -> None:
    texts = about.files()
    assert all(
        f"## {stage.capitalize()}, a month" in texts["docs/costs.md"] for stage in about.STAGES
    )
    assert set(texts) >= {"docs/permissions.md", "docs/policies/execution.json"}
