"""Shared fixtures: one place synthesizes, once per target and session; one place reads events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.aimock import aimock
from tests.cloud import deployed, enforced
from tests.infra.assembly import Assembly, synthesized

__all__ = ["aimock", "deployed", "enforced"]

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Stage dev synthesized for the local cloud."""
    return synthesized("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The same stage synthesized for AWS."""
    return synthesized("aws", tmp_path_factory.mktemp("aws"))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Stage prod synthesized for AWS."""
    return synthesized("aws", tmp_path_factory.mktemp("prod"), "prod")


@pytest.fixture(params=["local", "aws"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each target in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Assembly)
    return found


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The folder with what Lambda's own runtime has, and nothing else."""
    from infra_cdk.local.environments import ensure

    return ensure("runtime")


@pytest.fixture(scope="session")
def event() -> Callable[[str], Any]:
    """Reads `events/<word>/<story>.json`: `event("route/analyze")`."""
    return lambda name: json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The README's commands end with `make down`, so they run after everything else."""
    items.sort(key=lambda item: "readme" in item.path.parts)
