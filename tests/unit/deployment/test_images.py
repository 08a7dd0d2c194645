"""Which images a deployment needs in the account's registry, and what happens without them."""

from pathlib import Path
from typing import Any

import pytest

from infra_cdk.deployment import images
from infra_cdk.deployment.assembly import Stack
from infra_cdk.deployment.images import Image
from infra_cdk.deployment.stage import Stage
from infra_cdk.local.problems import Problem
from tests.infra.tree import ROOT

REGISTRY = [{"Ref": "AWS::AccountId"}, ".dkr.ecr.us-east-1.", {"Ref": "AWS::URLSuffix"}]
OURS = {"Fn::Join": ["", [*REGISTRY, "/labverse-dev/ollama:0.24.0"]]}


def resources(count: int, image: Any = OURS) -> dict[str, Any]:
    task = {"ContainerDefinitions": [{"Image": image}]}
    service = {"DesiredCount": count, "TaskDefinition": {"Ref": "Task"}}
    return {
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        "Service": {"Type": "AWS::ECS::Service", "Properties": service},
    }


def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: dict[str, Any]) -> Stage:
    found = Stage("dev", "aws")
    stack = Stack("Labverse-dev-fallback", "us-east-1", tmp_path / "t.json", False)
    found.__dict__.update(stacks=[stack], assembly=tmp_path)
    monkeypatch.setattr(Stack, "read", lambda _: {"Resources": content})
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, []),
        (resources(0), [Image("labverse-dev/ollama", "0.24.0", "us-east-1", False)]),
        (resources(1), [Image("labverse-dev/ollama", "0.24.0", "us-east-1", True)]),
        (resources(1, "public.ecr.aws/x/y:1"), []),
    ],
)
def test_what_is_wanted(
    content: dict[str, Any],
    expected: list[Image],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert images.wanted(stage(tmp_path, monkeypatch, content)) == expected


@pytest.mark.parametrize("count", [0, 1])
def test_an_image_that_cannot_be_copied_stops_only_who_needs_it(
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = stage(tmp_path, monkeypatch, resources(count))
    monkeypatch.setattr(images, "_there", lambda *_: False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    if count:
        with pytest.raises(Problem, match="not in the registry") as caught:
            images.ensure(found)
        assert "labverse-dev/ollama 0.24.0 us-east-1" in caught.value.next_step
    else:
        images.ensure(found)
        assert "the local model cannot start yet" in capsys.readouterr().out


def test_what_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = stage(tmp_path, monkeypatch, resources(1))
    monkeypatch.setattr(images, "_there", lambda *_: True)
    monkeypatch.setattr(images, "_mirror", lambda *_: pytest.fail("copied again"))
    images.ensure(found)


def test_the_script_is_there_when_a_template_needs_it() -> None:
    folder = ROOT / "infra_cdk" / "constructs" / "ollama"
    assert images.MIRROR.exists() or not folder.exists()
