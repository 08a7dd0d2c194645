"""Container images that a stage's tasks take out of the account's own registry: are they there?"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress
from infra_cdk.local.paths import ROOT
from infra_cdk.local.problems import Problem

# Copies an image by name and tag into a repository of ours: REPOSITORY TAG REGION.
MIRROR = ROOT / "infra_cdk" / "constructs" / "ollama" / "mirror.sh"
_PROGRAMS = ("aws", "docker")


@dataclass(frozen=True)
class Image:
    """One image of our registry; `needed` when tasks of it run as soon as they are deployed."""

    repository: str
    tag: str
    region: str
    needed: bool


def wanted(stage: Stage) -> list[Image]:
    """What the templates take from the account's registry."""
    return [
        image
        for stack in stage.stacks
        for image in _images(stack.read().get("Resources", {}), stack.region)
    ]


def ensure(stage: Stage) -> None:
    """Have every wanted image in the registry, after its repository was deployed.

    Raises Problem when tasks need one at once and it cannot be copied from here.
    """
    for image in wanted(stage):
        if _there(stage, image):
            continue
        missing = [name for name in _PROGRAMS if shutil.which(name) is None]
        if not missing:
            _mirror(stage, image)
            continue
        what = f"{image.repository}:{image.tag} is not in the registry, and {missing} not here"
        step = (
            f"where Docker and the AWS CLI are: sh {MIRROR.relative_to(ROOT)} {_arguments(image)}"
        )
        if image.needed:
            raise Problem(what, f"{step}; then run this again")
        progress.say("images", f"{what}: the local model cannot start yet. {step}")


def _mirror(stage: Stage, image: Image) -> None:
    progress.say("images", f"copying {image.repository}:{image.tag} into the registry")
    argv = ["sh", str(MIRROR), *_arguments(image).split()]
    if subprocess.run(argv, cwd=ROOT, env=stage.environ(), check=False).returncode:
        step = "read the error above; then run the same command again"
        raise Problem(f"{image.repository}:{image.tag} was not copied", step)


def _arguments(image: Image) -> str:
    return f"{image.repository} {image.tag} {image.region}"


def _there(stage: Stage, image: Image) -> bool:
    client = stage.client("ecr", image.region)
    ids = [{"imageTag": image.tag}]
    try:
        client.describe_images(repositoryName=image.repository, imageIds=ids)
    except (
        client.exceptions.ImageNotFoundException,
        client.exceptions.RepositoryNotFoundException,
    ):
        return False
    return True


def _images(resources: Mapping[str, Any], region: str) -> Iterator[Image]:
    running = {
        body["Properties"]["TaskDefinition"].get("Ref")
        for body in resources.values()
        if body["Type"] == "AWS::ECS::Service" and body["Properties"].get("DesiredCount")
    }
    for name, body in resources.items():
        if body["Type"] != "AWS::ECS::TaskDefinition":
            continue
        for container in body["Properties"]["ContainerDefinitions"]:
            # ACCOUNT.dkr.ecr.REGION.SUFFIX/REPOSITORY:TAG, joined out of parts.
            joined = container["Image"]
            parts = joined["Fn::Join"][1] if isinstance(joined, dict) else []
            if any(".dkr.ecr." in part for part in parts if isinstance(part, str)):
                repository, _, tag = str(parts[-1]).lstrip("/").partition(":")
                yield Image(repository, tag, region, needed=name in running)
