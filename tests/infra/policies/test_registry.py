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
    ("what", "signed", "immutable"),
    [
        ({}, {NAME}, {NAME}),
        ({"filters": ()}, set(), {NAME}),
        ({"filters": ("labverse-dev/other",)}, {"labverse-dev/other"}, {NAME}),
        ({"filters": ("labverse-*",)}, set(), {NAME}),
        ({"tags": ecr.TagMutability.MUTABLE}, {NAME}, set()),
    ],
)
def test_what_an_app_promises(what: dict[str, Any], signed: set[str], immutable: set[str]) -> None:
    found = registry.promises(app(**what))
    assert found == {"signed_elsewhere": signed, "immutable_elsewhere": immutable}


def test_what_another_stack_promises_counts(tmp_path: Path) -> None:
    """Each promise alone is not enough for a tag, and counts for that repository alone."""
    promised = registry.rules(app())
    half = [line for line in promised.splitlines() if "immutable" not in line]
    half += ['signed_elsewhere contains "labverse-dev/movable"']
    half += ['immutable_elsewhere contains "labverse-dev/unsigned"', promised.splitlines()[-1]]
    rules = {**policies.sources(), "registry.rego": "\n".join(half) + "\n"}
    digest = f"@sha256:{'0' * 64}"
    images = {
        f"{NAME}:0.24.0": set(),
        f"{NAME}{digest}": set(),
        f"labverse-dev/movable{digest}": set(),
        "labverse-dev/movable:1": {UNSIGNED},
        "labverse-dev/unsigned:1": {UNSIGNED},
        f"labverse-dev/unsigned{digest}": {UNSIGNED},
        f"{NAME}-other:0.24.0": {UNSIGNED},
        NAME: {UNSIGNED},
    }
    assert judge(rules, {image: task_of(image) for image in images}, tmp_path) == images
