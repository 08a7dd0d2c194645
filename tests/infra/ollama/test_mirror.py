"""mirror.sh against stand-ins for the AWS CLI and Docker: what it asks of them, and when."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infra_cdk.constructs.ollama import task

SCRIPT = Path(task.__file__).with_name("mirror.sh")
URI = "000000000000.dkr.ecr.us-east-1.amazonaws.com/labverse-dev/ollama"
AWS = f"""#!/bin/sh
echo "aws $*" >>"$CALLS"
case $2 in
describe-images) test -n "${{THERE-}}" ;;
describe-repositories) test -z "${{NO_REPOSITORY-}}" && echo {URI} ;;
get-login-password) echo a-password ;;
esac
"""
DOCKER = """#!/bin/sh
echo "docker $*" >>"$CALLS"
if [ "$1" = login ]; then echo "password: $(cat)" >>"$CALLS"; fi
"""


@pytest.fixture
def mirror(tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    for name, text in (("aws", AWS), ("docker", DOCKER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    calls = tmp_path / "calls"
    calls.touch()

    def run(**more: str) -> tuple[int, list[str]]:
        environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls), **more}
        argv = ["/bin/sh", str(SCRIPT), "labverse-dev/ollama", "0.24.0", "us-east-1"]
        code = subprocess.run(argv, env=environ, check=False, capture_output=True).returncode
        return code, calls.read_text(encoding="utf-8").splitlines()

    return run


def test_an_absent_image_is_copied_with_all_its_platforms(
    mirror: Callable[..., tuple[int, list[str]]],
) -> None:
    code, calls = mirror()
    assert code == 0
    assert f"docker login --username AWS --password-stdin {URI.partition('/')[0]}" in calls
    assert "password: a-password" in calls
    wanted = f"docker buildx imagetools create --tag {URI}:0.24.0 docker.io/ollama/ollama:0.24.0"
    assert calls[-1] == wanted
    assert not [line for line in calls if line.startswith("docker") and "a-password" in line]


def test_an_image_that_is_there_is_left_alone(
    mirror: Callable[..., tuple[int, list[str]]],
) -> None:
    code, calls = mirror(THERE="1")
    assert code == 0
    assert not [line for line in calls if line.startswith("docker")]


def test_without_a_repository_it_fails_before_it_copies(
    mirror: Callable[..., tuple[int, list[str]]],
) -> None:
    code, calls = mirror(NO_REPOSITORY="1")
    assert code != 0
    assert not [line for line in calls if line.startswith("docker")]
