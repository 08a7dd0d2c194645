"""State machines are valid, bounded in time, and name only errors that exist."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.constructs import workflow
from labverse.kernel import errors
from tests.infra.tree import ROOT

MACHINES = sorted((ROOT / "statemachines").glob("*.asl.json"))
OURS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} & {
    kind.__name__ for kind in errors.LabverseError.__subclasses__()
}
# Names that AWS raises. Lambda's are those of its invoke integration; Sandbox.Timedout is what a
# function that ran out of time is called.
AWS = re.compile(
    r"States\.(ALL|TaskFailed|Timeout|HeartbeatTimeout|Permissions|DataLimitExceeded|Runtime"
    r"|QueryEvaluationError|ItemReaderFailed|ResultWriterFailed|ExceedToleratedFailureThreshold"
    r"|ServiceRestart)"
    r"|Lambda\.(Unknown|ServiceException|AWSLambdaException|SdkClientException"
    r"|TooManyRequestsException|ClientExecutionTimeoutException)"
    r"|Sandbox\.Timedout|(DynamoDB|EventBridge|Sqs|Sns|S3)\.\w+Exception"
)
NEEDED = ("TimeoutSeconds", "Retry", "Catch")
for_each_machine = pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, also those inside Parallel and Map."""
    for name, state in machine["States"].items():
        yield name, state
        inner = [*state.get("Branches", []), state.get("ItemProcessor", state.get("Iterator"))]
        for branch in filter(None, inner):
            yield from _states(branch)


def faults(machine: dict[str, Any]) -> list[str]:
    """What our rules say against a definition that is valid."""
    found = []
    if "TimeoutSeconds" not in machine:
        found.append("the machine has no TimeoutSeconds")
    for name, state in _states(machine):
        task = state.get("Type") == "Task"
        found += [f"{name} has no {key}" for key in NEEDED if task and not state.get(key)]
        for rule in [*state.get("Retry", []), *state.get("Catch", [])]:
            found += [
                f"{name} names error {error!r}: no class of labverse.kernel.errors, none of AWS"
                for error in rule["ErrorEquals"]
                if error not in OURS and not AWS.fullmatch(error)
            ]
        error = str(state.get("Error", ""))
        if state.get("Type") == "Fail" and error not in OURS and "{%" not in error:
            found.append(f"{name} fails with {error!r}: no class of labverse.kernel.errors")
    return found


@for_each_machine
def test_machine_keeps_our_rules(path: Path) -> None:
    found = faults(json.loads(path.read_text(encoding="utf-8")))
    assert not found, "\n".join(f"{path.name}: {fault}" for fault in found)


@for_each_machine
def test_asl_validator_accepts(path: Path) -> None:
    node = Path(sys.executable).with_name("node")
    program = ROOT / "infra_cdk" / "node_modules" / ".bin" / "asl-validator"
    run = subprocess.run(
        [node, program, "--json-path", path], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"asl-validator on {path.name}:\n{run.stdout}{run.stderr}"


@for_each_machine
def test_statelint_accepts(path: Path) -> None:
    program = Path(sys.executable).with_name("statelint")
    run = subprocess.run([program, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"statelint on {path.name}:\n{run.stdout}{run.stderr}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("TimeoutSeconds", None), "Answer has no TimeoutSeconds"),
        (("Catch", []), "Answer has no Catch"),
        (("Retry", [{"ErrorEquals": ["Busy"]}]), "Answer names error 'Busy'"),
    ],
)
def test_faults_are_found(change: tuple[str, Any], told: str) -> None:
    machine = json.loads((ROOT / "statemachines/route.asl.json").read_text(encoding="utf-8"))
    key, value = change
    machine["States"]["Answer"][key] = value
    assert any(told in fault for fault in faults(machine))


@for_each_machine
def test_a_renamed_substitution_is_refused_at_synth(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_text(encoding="utf-8")
    names = sorted(set(re.findall(r"\$\{(\w+)\}", text)))
    assert names, f"{path.name} has no ${{Name}}: how does it find its functions?"
    (tmp_path / path.name).write_text(text.replace(f"${{{names[0]}}}", "${Renamed}"), "utf-8")
    monkeypatch.setattr(workflow, "STATEMACHINES", tmp_path)
    with pytest.raises(ValueError, match="Renamed") as refused:
        workflow.definition(path.name.removesuffix(".asl.json"), set(names))
    assert names[0] in str(refused.value)


@for_each_machine
def test_a_machine_without_an_end_is_refused_at_synth(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = json.loads(path.read_text(encoding="utf-8"))
    del machine["TimeoutSeconds"]
    (tmp_path / path.name).write_text(json.dumps(machine), "utf-8")
    monkeypatch.setattr(workflow, "STATEMACHINES", tmp_path)
    names = set(re.findall(r"\$\{(\w+)\}", json.dumps(machine)))
    with pytest.raises(ValueError, match="no TimeoutSeconds"):
        workflow.definition(path.name.removesuffix(".asl.json"), names)
