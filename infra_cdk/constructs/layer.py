"""Layers: our code with its config, and the wheels that functions import."""

import shutil
from pathlib import Path

import yaml
from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.config import ROOT, StageConfig
from infra_cdk.constructs import assets
from infra_cdk.constructs.target import RUNTIME, Target
from labverse.approve.config import ApprovePolicy
from labverse.kernel.model import Model
from labverse.negotiate.config import NegotiatePolicy
from labverse.platform.config import FILE, StageFacts
from labverse.revenue.config import RevenuePolicy
from labverse.route.config import RouteConfig, RoutePolicy
from labverse.upsell.config import UpsellPolicy

SOURCE = ROOT / "layers" / "shared" / "python" / "labverse"
# The client of the HTTP API runs on people's machines, never in a function.
_NOT_SHIPPED = shutil.ignore_patterns("cli", "__pycache__")
POLICIES: dict[str, type[Model]] = {
    "approve": ApprovePolicy,
    "negotiate": NegotiatePolicy,
    "revenue": RevenuePolicy,
    "upsell": UpsellPolicy,
}
"""Policies of the capabilities besides route, by word."""


def route_config() -> RouteConfig:
    """`config/ai_providers.yaml`. Raises pydantic's ValidationError naming what is wrong."""
    text = (ROOT / "config" / "ai_providers.yaml").read_text(encoding="utf-8")
    return RouteConfig.model_validate(yaml.safe_load(text))


def route_policy() -> RoutePolicy:
    """`config/policy/route.json`. Raises pydantic's ValidationError naming what is wrong."""
    text = (ROOT / "config" / "policy" / "route.json").read_text(encoding="utf-8")
    return RoutePolicy.model_validate_json(text)


def policy(word: str) -> str:
    """`config/policy/<word>.json`, canonical. Raises ValidationError naming what is wrong."""
    text = (ROOT / "config" / "policy" / f"{word}.json").read_text(encoding="utf-8")
    return POLICIES[word].model_validate_json(text).model_dump_json(indent=1)


def config_files(stage: StageConfig) -> dict[str, str]:
    """What functions read, as canonical JSON by file name. Raises if config/ is not valid."""
    facts = StageFacts(store_answers=stage.store_answers, approvers=stage.approvers)
    return {
        "ai_providers.json": route_config().model_dump_json(indent=1),
        "route_policy.json": route_policy().model_dump_json(indent=1),
        **{f"{word}_policy.json": policy(word) for word in POLICIES},
        FILE: facts.model_dump_json(indent=1),
        "openapi.json": (ROOT / "events" / "openapi.json").read_text(encoding="utf-8"),
    }


def shared(scope: Construct, *, stage: StageConfig, target: Target) -> lambda_.LayerVersion:
    """Our code (without the command line client), its bytecode, and validated config."""
    config = config_files(stage)
    sources = sorted(path for path in SOURCE.rglob("*.py") if "cli" not in path.parts)
    parts = [f"{path.relative_to(SOURCE)}\n{path.read_text(encoding='utf-8')}" for path in sources]
    key = (
        assets.bytecode(target),
        *parts,
        *(f"{name}\n{text}" for name, text in sorted(config.items())),
    )

    def build(folder: Path) -> None:
        package = folder / "python"
        shutil.copytree(SOURCE, package / "labverse", ignore=_NOT_SHIPPED)
        assets.compile_bytecode(package, target)
        (package / "config").mkdir()
        for name, text in config.items():
            (package / "config" / name).write_text(text, encoding="utf-8")

    return _version(scope, "Shared", *assets.cached("shared", key, build), target)


def wheels(scope: Construct, *, name: str, target: Target) -> lambda_.LayerVersion:
    """The wheels of `layers/<name>/requirements.txt`, with bytecode where we can make it."""
    requirements = ROOT / "layers" / name / "requirements.txt"
    key = (assets.bytecode(target), str(target.platform), requirements.read_text(encoding="utf-8"))

    def build(folder: Path) -> None:
        assets.install(requirements, folder / "python", target)
        assets.compile_bytecode(folder / "python", target)

    return _version(scope, name.capitalize(), *assets.cached(name, key, build), target)


def _version(
    scope: Construct, name: str, folder: Path, digest: str, target: Target
) -> lambda_.LayerVersion:
    code = lambda_.Code.from_asset(
        str(folder), asset_hash=digest, asset_hash_type=AssetHashType.CUSTOM
    )
    return lambda_.LayerVersion(
        scope,
        f"{name}Layer",
        code=code,
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[target.architecture],
        description=f"labverse: {name.lower()}",
    )
