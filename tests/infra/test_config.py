"""Every file of config/ is valid, and a mistake in one is named by synth."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from infra_cdk import config
from infra_cdk.config import STAGES, StageConfig
from infra_cdk.constructs import layer
from labverse.route.config import RouteConfig
from tests.infra.tree import ROOT

NAMES = {"base", *STAGES}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of config/ (and what is read beside it) that a test may spoil."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "events", tmp_path / "events")
    monkeypatch.setattr(config, "ROOT", tmp_path)
    monkeypatch.setattr(layer, "ROOT", tmp_path)
    return tmp_path / "config"


def _spoil(path: Path, **members: Any) -> None:
    load = yaml.safe_load if path.suffix == ".yaml" else json.loads
    path.write_text(json.dumps({**load(path.read_text("utf-8")), **members}, default=str), "utf-8")


@pytest.mark.parametrize("stage", STAGES)
def test_stage_is_valid(stage: str) -> None:
    assert StageConfig.load(stage).stage == stage


def test_every_file_is_a_stage() -> None:
    strange = sorted({path.stem for path in (ROOT / "config").glob("*.json")} - NAMES)
    assert not strange, f"config/{strange} are no stage of infra_cdk.config.STAGES: add or delete"


def test_providers_are_valid_and_handed_over_whole() -> None:
    text = layer.config_files(StageConfig.load("dev"))["ai_providers.json"]
    source = yaml.safe_load((ROOT / "config/ai_providers.yaml").read_text(encoding="utf-8"))
    assert RouteConfig.model_validate_json(text) == RouteConfig.model_validate(source)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_unknown_member_of_a_stage_is_named(name: str, copy: Path) -> None:
    _spoil(copy / f"{name}.json", log_levle="INFO")
    with pytest.raises(ValidationError, match="log_levle"):
        StageConfig.load("dev" if name == "base" else name)


def test_wrong_value_of_a_stage_is_named(copy: Path) -> None:
    _spoil(copy / "dev.json", function_memory_mib="much")
    with pytest.raises(ValidationError, match="function_memory_mib"):
        StageConfig.load("dev")


def test_unknown_stage_is_named() -> None:
    with pytest.raises(ValueError, match="'staging' is not one of local, dev, prod"):
        StageConfig.load("staging")


def test_a_file_cannot_claim_another_stage(copy: Path) -> None:
    """`config/dev.json` that says prod would deploy dev's facts under prod's names."""
    _spoil(copy / "dev.json", stage="prod")
    with pytest.raises(ValueError, match="stage"):
        StageConfig.load("dev")


@pytest.mark.parametrize(
    ("member", "value"),
    [("hard_deadline", 1), ("max_latency_ms", "soon"), ("edge_local", [{"modle": "x"}])],
)
def test_fault_in_providers_is_named(member: str, value: Any, copy: Path) -> None:
    _spoil(copy / "ai_providers.yaml", **{member: value})
    with pytest.raises(ValidationError, match=member):
        layer.config_files(StageConfig.load("dev"))
