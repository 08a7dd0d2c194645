"""AWS SAM reads, builds and could run what CDK synthesizes; the documented commands are right."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from infra_cdk.local.environments import ensure
from infra_cdk.local.paths import python_of
from infra_cdk.policies.reasons import ACCEPTED
from tests.infra import sam
from tests.infra.assembly import Assembly
from tests.infra.tree import ROOT

REGION = "us-east-1"
# Without telemetry, and without a file of its own in anybody's home.
ENVIRON = {
    **os.environ,
    "SAM_CLI_TELEMETRY": "0",
    "__SAM_CLI_APP_DIR": str(ROOT / ".build" / "sam"),
}
SERVER = Path(__file__).with_name("sam_server.py")


class Done(NamedTuple):
    """How a command of SAM ended, and what it said."""

    code: int
    stdout: str
    stderr: str


Sam = Callable[..., Done]


@pytest.fixture(scope="module")
def run() -> Iterator[Sam]:
    """`run("validate", …)`, as `sam validate …`."""
    command = [python_of(ensure("sam")), SERVER]
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRON, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        asked, answers = server.stdin, server.stdout

        def ask(*words: object) -> Done:
            asked.write(json.dumps([str(word) for word in words]) + "\n")
            asked.flush()
            return Done(**json.loads(answers.readline()))

        yield ask
        asked.close()


def _templates(*stages: Assembly) -> list[Path]:
    return [path for stage in stages for path in sorted(stage.folder.glob("*.template.json"))]


def test_sam_validates_every_template(run: Sam, aws: Assembly, prod: Assembly) -> None:
    for path in _templates(aws, prod):
        done = run("validate", "-t", path, "--region", REGION)
        assert "is a valid SAM Template" in done.stdout, f"{path.name}:\n{done.stdout}{done.stderr}"


def test_sam_lints_nothing_that_has_no_reason(run: Sam, prod: Assembly) -> None:
    accepted = {rule for row in ACCEPTED for rule in row.rules}
    for path in _templates(prod):
        done = run("validate", "--lint", "-t", path, "--region", REGION)
        told = f"{path.name}:\n{done.stdout}{done.stderr}"
        found = set(re.findall(r"\[([EWI]\d{4}): ", done.stdout + done.stderr))
        assert found <= accepted, told
        assert found or "is a valid SAM Template" in done.stdout, told


def test_sam_builds_every_function(run: Sam, aws: Assembly, tmp_path: Path) -> None:
    for stack in sorted({function.stack for function in aws.functions()}):
        template = aws.folder / f"Labverse-dev-{stack}.template.json"
        done = run("build", "-t", template, "-b", tmp_path / stack)
        assert done.code == 0, f"{template.name}:\n{done.stdout}{done.stderr}"
    for function in aws.functions():
        built = tmp_path / function.stack / function.logical_id / "handler.py"
        source = ROOT / "functions" / aws.word(function) / "handler.py"
        assert built.read_bytes() == source.read_bytes(), (
            f"{function.path} was built from elsewhere"
        )


def test_every_function_has_an_event_and_every_event_a_function(aws: Assembly) -> None:
    found = list(sam.invocations(aws))
    without = {f.logical_id for f in aws.functions()} - {one.logical_id for one in found}
    assert not without, f"{sorted(without)}: add an event under events/<word>/"
    fixtures = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "events").glob("*/*.json")
        if path.parent.name != "schemas"
    }
    unused = fixtures - {one.event for one in found}
    assert not unused, f"{sorted(unused)}: no function takes such an event"


def test_the_page_has_the_commands_of_the_template(aws: Assembly) -> None:
    page = sam.page()
    text = page.read_text(encoding="utf-8")
    before, start, rest = text.partition(sam.MARK)
    _, end, after = rest.partition(sam.MARK.replace("<!-- ", "<!-- /"))
    assert end, f"{page.name} lacks the marks {sam.MARK!r}"
    wanted = before + start + sam.commands(aws) + end + after
    if os.environ.get("GOLDEN") == "write":
        page.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted, "docs/sam.md is not what the template says: run `make golden`"


def test_the_commands_are_ones_that_sam_has() -> None:
    """Without Docker none can be run; that SAM knows each word of them can be asked."""
    text = sam.page().read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash (needs-\w+)\n(.*?)^```$", text, re.M | re.S)
    assert {needs for needs, _ in blocks} == {"needs-docker", "needs-aws"}
    for _, block in blocks:
        parsed = subprocess.run(["bash", "-nc", block], capture_output=True, text=True, check=False)
        assert parsed.returncode == 0, parsed.stderr
    assert (ROOT / sam.SAM).samefile(ensure("sam") / "bin" / "sam")
    asked = [str(ROOT / sam.SAM), "local", "invoke", "--help"]
    told = subprocess.run(asked, env=ENVIRON, capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"--?[a-z][\w-]*", told))
    used = {
        option
        for _, block in blocks
        for line in block.splitlines()
        if " local invoke " in line
        for option in re.findall(r" (--?[a-z][\w-]*)", line)
    } | set(re.findall(r"`(--[\w-]+) ", text))
    assert used
    assert used <= known, f"sam local invoke has no {sorted(used - known)}"


def test_assets_are_where_sam_looks_for_them(aws: Assembly) -> None:
    for function in aws.functions():
        assert function.metadata["aws:asset:property"] == "Code", function.path
        assert (aws.asset(function) / "handler.py").exists(), function.path
        assert json.dumps(function.properties["Code"]["S3Key"]).endswith('.zip"')
