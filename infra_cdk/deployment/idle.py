"""What each resource of a template costs in a month in which nobody uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from infra_cdk.deployment.prices import HOURS, SECONDS, Item

MODEL_GB = Decimal("4.4")
"""qwen2:7b on the file system. A larger model costs in proportion."""
IMAGE_GB = Decimal("3.5")
"""Ollama's image for both architectures, compressed; not measured."""
TICK_GB_SECONDS = Decimal("0.5") * Decimal("0.3")
"""Of one scheduled call: 512 MB for 0.3 s."""
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}


class Resource(NamedTuple):
    """One resource of a template; `all` has the others of its template, by logical id."""

    name: str
    kind: str
    properties: Mapping[str, Any]
    all: Mapping[str, Any]


# Types that cost nothing by being there, and what they cost when they are used.
FREE = {
    "AWS::ApiGatewayV2::": "by request",
    "AWS::CDK::Metadata": "",
    "AWS::CertificateManager::Certificate": "",
    "AWS::CloudFront::": "by request and GB",
    "AWS::Cognito::": "by user",
    "AWS::DynamoDB::": "by request; empty tables and their backups are next to nothing",
    "AWS::EC2::InternetGateway": "",
    "AWS::EC2::LaunchTemplate": "",
    "AWS::EC2::Route": "",
    "AWS::EC2::SecurityGroup": "",
    "AWS::EC2::Subnet": "",
    "AWS::EC2::VPCGatewayAttachment": "",
    "AWS::EC2::VPC": "",
    "AWS::ECR::SigningConfiguration": "",
    "AWS::ECS::CapacityProvider": "",
    "AWS::ECS::Cluster": "",
    "AWS::ECS::TaskDefinition": "",
    "AWS::EFS::AccessPoint": "",
    "AWS::EFS::MountTarget": "",
    "AWS::Events::Archive": "by GB",
    "AWS::Events::EventBus": "by event",
    "AWS::IAM::": "",
    "AWS::KMS::Alias": "",
    "AWS::Lambda::Alias": "",
    "AWS::Lambda::EventInvokeConfig": "",
    "AWS::Lambda::Function": "by request and duration",
    "AWS::Lambda::EventSourceMapping": "",
    "AWS::Lambda::LayerVersion": "",
    "AWS::Lambda::Permission": "",
    "AWS::Logs::": "by GB",
    "AWS::S3::": "by GB and request; objects go after a month",
    "AWS::SNS::": "by message",
    "AWS::SQS::": "by message",
    "AWS::SSM::Parameter": "",
    "AWS::SecretsManager::ResourcePolicy": "",
    "AWS::SecretsManager::RotationSchedule": "",
    "AWS::ServiceDiscovery::Service": "",
    "AWS::Signer::": "",
    "AWS::StepFunctions::": "by state entered",
    "AWS::WAFv2::LoggingConfiguration": "",
}


def items(resource: Resource) -> list[Item]:
    """What this resource costs in an idle month. Raises ValueError for a type without a price."""
    rule = RULES.get(resource.kind)
    if rule is not None:
        return list(rule(resource))
    if free(resource.kind) is None:
        raise ValueError(
            f"{resource.kind} ({resource.name}) has no price: add it to RULES or to FREE in "
            "infra_cdk/deployment/idle.py"
        )
    return []


def free(kind: str) -> str | None:
    """The entry of FREE that covers this type, if one does: itself, or the longest prefix."""
    covering = [entry for entry in FREE if kind.startswith(entry)]
    return max(covering, key=len, default=None)


def _alarm(resource: Resource) -> Iterator[Item]:
    metrics = [each for each in resource.properties.get("Metrics", []) if "MetricStat" in each]
    yield Item("alarm", Decimal(len(metrics) or 1), "one per metric that an alarm watches")


def _version(resource: Resource) -> Iterator[Item]:
    function = resource.all[resource.properties["FunctionName"]["Ref"]]["Properties"]
    if function.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions":
        gigabytes = Decimal(function["MemorySize"]) / 1024
        why = "memory x every second of the month, for each function that starts from a snapshot"
        yield Item("snapshot", gigabytes * SECONDS, why)


def _each(price: str, why: str) -> Callable[[Resource], Iterator[Item]]:
    def one(_: Resource) -> Iterator[Item]:
        yield Item(price, Decimal(1), why)

    return one


def _wall(resource: Resource) -> Iterator[Item]:
    yield Item("wall", Decimal(1), "in front of the API")
    yield Item("rule", Decimal(len(resource.properties["Rules"])), "its rules and managed groups")


def _files(_: Resource) -> Iterator[Item]:
    yield Item("files", MODEL_GB, "the local model, pulled once")


def _images(_: Resource) -> Iterator[Item]:
    yield Item("images", IMAGE_GB, "one version of Ollama's image")


def _service(resource: Resource) -> Iterator[Item]:
    tasks = Decimal(resource.properties["DesiredCount"])
    task = resource.all[resource.properties["TaskDefinition"]["Ref"]]["Properties"]
    if not tasks or "FARGATE" not in task.get("RequiresCompatibilities", []):
        return
    arm = task.get("RuntimePlatform", {}).get("CpuArchitecture") == "ARM64"
    kind = "" if arm else "-x86"
    why = "tasks that always run x 730 h; on Spot it is less, at most 70 %"
    yield Item(f"vcpu{kind}", tasks * HOURS * Decimal(task["Cpu"]) / 1024, why)
    yield Item(f"memory{kind}", tasks * HOURS * Decimal(task["Memory"]) / 1024, why)
    network = resource.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
    if network.get("AssignPublicIp") == "ENABLED":
        yield Item("address", tasks * HOURS, "one per task that always runs")


def _instances(resource: Resource) -> Iterator[Item]:
    if int(resource.properties["MinSize"]):
        raise ValueError(f"{resource.name} always runs instances, whose price is not listed")
    yield from ()


def _schedule(resource: Resource) -> Iterator[Item]:
    expression = resource.properties.get("ScheduleExpression")
    if expression is None:
        return
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    minutes = int(rate[1]) * _MINUTES[rate[2]] if rate else _MINUTES["day"]
    calls = HOURS * 60 / minutes
    yield Item("calls", calls, "calls by a schedule")
    yield Item("compute", calls * TICK_GB_SECONDS, "calls by a schedule x 512 MB x 0.3 s")


RULES: dict[str, Callable[[Resource], Iterator[Item]]] = {
    "AWS::AutoScaling::AutoScalingGroup": _instances,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::ECR::Repository": _images,
    "AWS::ECS::Service": _service,
    "AWS::EFS::FileSystem": _files,
    "AWS::Events::Rule": _schedule,
    "AWS::KMS::Key": _each("key", "the stage's key; its first two yearly rotations add 1 USD each"),
    "AWS::Lambda::Version": _version,
    "AWS::SecretsManager::Secret": _each("secret", "one each"),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": _each("zone", "where tasks are found"),
    "AWS::WAFv2::WebACL": _wall,
}
