"""What must not get into the app does not: planted into it, each fails the synth by its name."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk import policies
from infra_cdk.app import build
from tests.infra.assembly import Assembly

ROUTE = "Labverse-prod-service/Route"
# Construct → the names by which its fault is told. cdk-nag's are there to show that it listens.
TOLD = {
    f"{ROUTE}/HttpRole/DefaultPolicy/Resource": {
        "LV-WildcardAction",
        "LV-WildcardResource",
        "AwsSolutions-IAM5[Action::dynamodb:*]",
    },
    f"{ROUTE}/Http/Resource": {"LV-KeyInEnvironment"},
    f"{ROUTE}/Planted/Bare/Resource": {
        "LV-FunctionPlatform",
        "LV-UntracedFunction",
        "LV-LogWithoutRetention",
        "Serverless-LambdaTracing",
    },
    f"{ROUTE}/Planted/Bare/ServiceRole/Resource": {
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AWSLambdaBasicExecutionRole]"
    },
    f"{ROUTE}/Planted/Silent/Resource": {"LV-AlarmWithoutAction"},
    f"{ROUTE}/Planted/Privileged/Resource": {"LV-PrivilegedContainer", "LV-UnsignedImage"},
    "Labverse-prod-data/Planted/Public/Resource": {"LV-PublicBucket", "AwsSolutions-S1"},
    "Labverse-prod-data/Planted/Plain/Resource": {
        "LV-UnencryptedTable",
        "LV-TableWithoutRecovery",
        "AwsSolutions-DDB3",
    },
    "Labverse-prod-data/Planted/Fleeting/Resource": {"LV-TableWithoutRetention"},
    f"{ROUTE}/Planted/Fleeting/Resource": {"LV-StatefulInReplaceableStack"},
}


def _plant(route: Any, data: Any) -> None:
    """Faults that a person could make in a capability and in a stack."""
    route.node.find_child("HttpRole").add_to_policy(
        iam.PolicyStatement(actions=["dynamodb:*"], resources=["*"])
    )
    route.node.find_child("Http").add_environment("OPENAI_API_KEY", "to-be-replaced")
    planted = Construct(route, "Planted")
    cloudwatch.Alarm(
        planted,
        "Silent",
        metric=cloudwatch.Metric(namespace="labverse", metric_name="Spent"),
        threshold=1,
        evaluation_periods=1,
    )
    task = ecs.Ec2TaskDefinition(planted, "Privileged")
    image = ecs.ContainerImage.from_registry("ollama/ollama")
    task.add_container("Model", image=image, privileged=True, memory_limit_mib=512)
    lambda_.Function(
        planted,
        "Bare",
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    _fleeting(planted)
    kept = Construct(data, "Planted")
    s3.Bucket(kept, "Public")
    dynamodb.Table(kept, "Plain", partition_key=_key())
    _fleeting(kept)


def _key() -> dynamodb.Attribute:
    return dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)


def _fleeting(scope: Any) -> None:
    dynamodb.Table(
        scope, "Fleeting", partition_key=_key(), removal_policy=cdk.RemovalPolicy.DESTROY
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `cdk synth` says to prod with all of it planted."""
    app = build(outdir=str(tmp_path_factory.mktemp("planted")), stage="prod", target="aws")
    data, service = (
        app.node.find_child("Labverse-prod-data"),
        app.node.find_child("Labverse-prod-service"),
    )
    _plant(service.node.find_child("Route"), data)
    with pytest.raises(RuntimeError, match="ValidationFailed") as refused:
        app.synth()
    return str(refused.value)


@pytest.mark.parametrize("place", TOLD)
def test_what_is_planted_fails_by_its_name(place: str, told: str) -> None:
    """A report is paragraphs: what is wrong, then where, then the rule's name."""
    about = [text for text in told.split("\n\n") if place in text]
    missing = {name for name in TOLD[place] if not any(f"{name}'" in text for text in about)}
    assert not missing, f"{place} passes {sorted(missing)}:\n" + "\n".join(about)


def test_a_context_that_only_warns_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cdk\.json"):
        policies.apply(cdk.App())


def test_the_local_target_is_not_judged(local: Assembly) -> None:
    """`make up` waits for nothing that only matters on AWS."""
    assert (local.folder / "manifest.json").exists()
    assert not (local.folder / "validation-report.json").exists()
