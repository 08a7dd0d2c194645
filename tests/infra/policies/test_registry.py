"""An image of our registry is signed and stays what it is, whichever stack says so."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr

from infra_cdk import policies
from infra_cdk.policies import registry
from tests.infra.policies.judge import Finding, Template, good, judge

NAME = "labverse-dev/ollama"
URI = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
UNSIGNED = Finding("LV-UnsignedImage", "Task")


def app(
    *, filters: tuple[str, ...] = (NAME,), tags: ecr.TagMutability = ecr.TagMutability.IMMUTABLE
) -> cdk.App:
    """An app whose one stack has a registry and no task."""
    made = cdk.App()
    stack = cdk.Stack(made, "data")
    ecr.Repository(stack, "Images", repository_name=NAME, image_tag_mutability=tags)
    if filters:
        chosen = [
            ecr.CfnSigningConfiguration.RepositoryFilterProperty(
                filter=one, filter_type="WILDCARD_MATCH"
            )
            for one in filters
        ]
        rule = ecr.CfnSigningConfiguration.RuleProperty(
            signing_profile_arn="arn:aws:signer:us-east-1:123456789012:/signing-profiles/p",
            repository_filters=chosen,
        )
        ecr.CfnSigningConfiguration(stack, "Signing", rules=[rule])
    return made


def task_of(image: str) -> Template:
    """The good template without a registry of its own, its task made of `image`."""
    template = good()
    del template["Resources"]["Signing"]
    container: Any = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]
    container["Image"] = {"Fn::Sub": f"{URI}/{image}"}
    return template


@pytest.mark.parametrize(
    ("what", "image", "denied"),
    [
        ({}, f"{NAME}:0.24.0", False),
        ({}, f"{NAME}@sha256:{'0' * 64}", False),
        ({"filters": ()}, f"{NAME}:0.24.0", True),
        ({"filters": ("labverse-dev/other",)}, f"{NAME}:0.24.0", True),
        ({"filters": ("labverse-*",)}, f"{NAME}:0.24.0", True),
        ({"tags": ecr.TagMutability.MUTABLE}, f"{NAME}:0.24.0", True),
        ({"tags": ecr.TagMutability.MUTABLE}, f"{NAME}@sha256:{'0' * 64}", False),
        ({}, f"{NAME}-other:0.24.0", True),
        ({}, f"{NAME}", True),
    ],
)
def test_what_another_stack_promises_counts(
    what: dict[str, Any], image: str, denied: bool, tmp_path: Path
) -> None:
    rules = {**policies.sources(), "registry.rego": registry.rules(app(**what))}
    found = judge(rules, {"task": task_of(image)}, tmp_path)["task"]
    assert found == ({UNSIGNED} if denied else set())


def test_without_such_a_promise_it_is_denied(tmp_path: Path) -> None:
    found = judge(policies.sources(), {"task": task_of(f"{NAME}:0.24.0")}, tmp_path)["task"]
    assert found == {UNSIGNED}
