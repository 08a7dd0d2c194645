"""`kimi` in a folder whose facts point to a deployment on loopback."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from labverse.cli.__main__ import app
from tests.unit.cli.fake import Fake


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty clone to call `kimi` in, and nothing of this machine's settings."""
    for name in os.environ:
        if name.startswith(("LABVERSE_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    (tmp_path / "below").mkdir()
    (tmp_path / ".build").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path


@pytest.fixture
def fake(clone: Path) -> Iterator[Fake]:
    server = Fake()
    facts = {
        "api_url": server.url,
        "api_key": "lv_a_b",
        "aws_endpoint_url": server.url,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "ca_bundle": None,
        "region": "us-east-1",
        "keys_table": "keys",
    }
    (clone / ".build" / "local.json").write_text(json.dumps(facts), encoding="utf-8")
    yield server
    server.stop()


@pytest.fixture
def kimi(clone: Path) -> Callable[..., Any]:
    """Calls `kimi`: `kimi("ask", "hi", input="…")` → exit_code, stdout, stderr."""
    runner = CliRunner()
    return lambda *argv, **more: runner.invoke(app, [str(part) for part in argv], **more)
