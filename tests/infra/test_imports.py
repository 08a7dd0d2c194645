"""The import contracts hold, cover every module there is, and really bite."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.infra.places import CAPABILITIES, UNDEPLOYED
from tests.infra.tree import LABVERSE, ROOT

CONTRACTS: list[dict[str, Any]] = tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8")
)["tool"]["importlinter"]["contracts"]
BY_NAME = {contract["name"]: contract for contract in CONTRACTS}
LAYERS = BY_NAME["imports point inward"]
PURE = BY_NAME["the domain knows no vendor, clock, environment, file or network"]
PLATFORM = BY_NAME["the platform knows no capability"]
INFRASTRUCTURE = BY_NAME["infrastructure takes only settings and config from the runtime"]
WORDS = [*(row.word for row in CAPABILITIES), *UNDEPLOYED]

# Contract → the module that breaks it, and the line that does.
PLANTS = {
    "imports point inward": ("labverse.route.planted_across", "import labverse.observe.models"),
    "the platform knows no capability": (
        "labverse.platform.planted_platform",
        "import labverse.route.models",
    ),
    PURE["name"]: ("labverse.route.planted_vendor", "import boto3"),
    INFRASTRUCTURE["name"]: (
        "infra_cdk.capabilities.planted_infra",
        "import labverse.observe.service",
    ),
    "the runtime never imports infrastructure": (
        "labverse.adapters.planted_runtime",
        "import infra_cdk.config",
    ),
}


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    path = os.pathsep.join([str(root / "layers/shared/python"), str(root)])
    return subprocess.run(
        [program, "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report on a copy of the packages that breaks each contract once."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder in ("layers/shared/python/labverse", "functions", "infra_cdk"):
        ignore = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignore)
    for module, line in PLANTS.values():
        base = copy / ("layers/shared/python" if module.startswith("labverse") else "")
        (base / f"{module.replace('.', '/')}.py").write_text(f"{line}\n", encoding="utf-8")
    return _lint(copy).stdout


def test_contracts_hold() -> None:
    run = _lint(ROOT)
    _, _, broken = run.stdout.partition("Broken contracts\n")
    told = broken.lstrip("-\n") or run.stdout + run.stderr
    assert run.returncode == 0, f"import contract (see pyproject.toml) broken: {told}"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_contract_bites(name: str, planted: str) -> None:
    assert name in PLANTS, f"contract {name!r} has no plant in this file: add one"
    module, line = PLANTS[name]
    section = re.search(
        rf"^{re.escape(name)}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", planted, re.M | re.S
    )
    target = line.removeprefix("import ")
    assert section is not None, f"{name!r} was not broken by {module}: {line}\n{planted}"
    assert re.search(rf"{re.escape(module)} -> {re.escape(target)}\b", section[1]), (
        f"{name!r} does not name {module} -> {target}:\n{section[1]}"
    )


def _modules(folder: Path, prefix: str) -> set[str]:
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return {f"{prefix}.{name}" for name in files | packages}


def test_every_module_has_its_layer() -> None:
    layers = {name.strip() for row in LAYERS["layers"] for name in row.split("|")}
    wanted = _modules(LABVERSE, "labverse") - {"labverse.platform"}
    wanted |= _modules(LABVERSE / "platform", "labverse.platform")
    missing = sorted(wanted - layers)
    assert not missing, f"pyproject.toml: {missing} are in no layer of {LAYERS['name']!r}"


def test_domain_contract_covers_every_capability() -> None:
    wanted = {f"labverse.{word}" for word in WORDS} | {"labverse.kernel"}
    wanted |= {"labverse.stats"} if (LABVERSE / "stats").exists() else set()
    missing = sorted(wanted - set(PURE["source_modules"]))
    assert not missing, f"pyproject.toml: {PURE['name']!r} does not cover {missing}"
    known = sorted({f"labverse.{word}" for word in WORDS} - set(PLATFORM["forbidden_modules"]))
    assert not known, f"pyproject.toml: {PLATFORM['name']!r} does not forbid {known}"


def test_infrastructure_contract_covers_all_of_the_runtime() -> None:
    wanted = {f"labverse.{word}" for word in WORDS}
    wanted |= {"labverse.adapters", "labverse.entry", "labverse.platform", "functions"}
    missing = sorted(wanted - set(INFRASTRUCTURE["forbidden_modules"]))
    assert not missing, f"pyproject.toml: {INFRASTRUCTURE['name']!r} does not forbid {missing}"
    allowed = {f"infra_cdk.** -> labverse.*.{name}" for name in ("settings", "config")}
    # Which models are dead is a rule about config, and synth warns of it.
    allowed.add("infra_cdk.lifetimes -> labverse.route.lifecycle")
    extra = sorted(set(INFRASTRUCTURE["ignore_imports"]) - allowed)
    assert not extra, f"pyproject.toml: {INFRASTRUCTURE['name']!r} lets {extra} through"
    tools = {"infra_cdk.generate", "infra_cdk.local", "infra_cdk.deployment"}
    sources = _modules(ROOT / "infra_cdk", "infra_cdk") - tools
    unseen = sorted(sources - set(INFRASTRUCTURE["source_modules"]))
    assert not unseen, f"pyproject.toml: {INFRASTRUCTURE['name']!r} does not look at {unseen}"
