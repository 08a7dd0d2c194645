"""`cdk synth` and `make synth` need no account: no credentials, no settings, no network."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra_cdk.deployment import assembly
from tests.infra.tree import ROOT

# A proxy where nobody listens: whatever would go out fails at once instead of going.
NOWHERE = "http://127.0.0.1:9"
# With these a process finds its programs, and the layers that an earlier synth has built.
KEPT = ("PATH", "HOME", "XDG_CACHE_HOME")


def environ(tmp_path: Path) -> dict[str, str]:
    nothing = str(tmp_path / "none")
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), NOWHERE),
    }


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_an_empty_environment_is_enough(stage: str, tmp_path: Path) -> None:
    # Builds the layers where nobody has: that alone may take the network.
    assembly.synthesize(stage, "aws", assembly.digest())
    expected = assembly.stacks(assembly.folder(stage, "aws", assembly.digest()))
    known = environ(tmp_path)
    tools = [ROOT / ".build" / "env" / "tools" / "bin", assembly.cdk().parent]
    known["PATH"] = os.pathsep.join([*map(str, tools), known["PATH"]])
    context = ["-c", f"stage={stage}", "-c", "target=aws"]
    done = subprocess.run(
        [assembly.cdk(), "synth", "-q", *context, "-o", tmp_path / "out"],
        cwd=ROOT,
        env=known,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for stack in expected:
        template = json.loads((tmp_path / "out" / stack.template.name).read_text())
        assert template == stack.read(), f"{stack.name} depends on the environment"


def test_nothing_is_looked_up_in_an_account() -> None:
    """A lookup would write its answer, and so somebody's account, into cdk.context.json."""
    assert not (ROOT / "cdk.context.json").exists()
    for stage in ("dev", "prod"):
        assembly.synthesize(stage, "aws", assembly.digest())
        folder = assembly.folder(stage, "aws", assembly.digest())
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert "missing" not in manifest
        places = {a["environment"] for a in manifest["artifacts"].values() if "environment" in a}
        assert all(place.startswith("aws://unknown-account/") for place in places), places
