"""Each function starts from its asset, its layers and Lambda's runtime, with nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.assembly import Assembly, Resource
from tests.infra.places import CAPABILITIES
from tests.infra.tree import ROOT

PROGRAM = Path(__file__).with_name("start.py")
# What Lambda sets besides the function's own variables.
LAMBDA = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_NAME": "started",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/started",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
}
# A variable whose value only the deployment knows (a Ref) gets this one, or `labverse-test`.
PLAUSIBLE = {"LOCAL_MODEL_URL": "none"}
OURS = "labverse.kernel.errors.LabverseError"
HINTS = {
    "ModuleNotFoundError": "no layer of it has that, see layers/deps/requirements.in; `make lock`"
}
PRIME = "importing must read and make nothing; move it into a function under @primed"


def _start(
    assembly: Assembly, function: Resource, runtime: Path, events: list[Any] | None
) -> dict[str, Any]:
    """Start it in a bare interpreter; `events` None: only import it, without any variable."""
    variables = function.properties["Environment"]["Variables"]
    values = {
        name: value if isinstance(value, str) else PLAUSIBLE.get(name, "labverse-test")
        for name, value in variables.items()
    }
    layers = [layer / "python" for layer in assembly.layers(function)]
    job = {
        "path": [str(path) for path in (assembly.asset(function), *layers, runtime)],
        "environment": None if events is None else {**values, **LAMBDA},
        "entry": str(function.properties["Handler"]).removeprefix("handler."),
        "events": events,
    }
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", PROGRAM],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    place = f"functions/{assembly.word(function)} ({function.properties['Handler']})"
    assert run.returncode == 0, f"{place}: the interpreter failed\n{run.stderr[-3000:]}"
    log, _, answer = run.stdout.rpartition("\n\n")
    report = json.loads(answer)
    failed = str(report["failed"])
    step = "import without any variable" if events is None else "start"
    hint = HINTS.get(failed.partition(":")[0], "" if events is not None else PRIME)
    assert not failed, f"{place} does not {step}: {failed}: {hint}\n{report['trace']}"
    return {**report, "place": place, "log": log[-1500:]}


def _http(key: str) -> dict[str, Any]:
    """A request of API Gateway (payload 2.0) with a key that nobody has."""
    method, _, path = key.partition(" ")
    if not path:
        method, path = "GET", "/no/such/path"
    path = path.replace("{", "").replace("}", "")
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-api-key": "lv_nobody_knows"},
        "requestContext": {
            "requestId": "request",
            "apiId": "example",
            "domainName": "example.execute-api.us-east-1.amazonaws.com",
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
        },
        "body": "{}",
        "isBase64Encoded": False,
    }


def _events(assembly: Assembly, function: Resource) -> list[Any]:
    """One request per route, or one state of a workflow; and every fixture of the same kind."""
    keys = [key for key, served in assembly.routes().items() if served == function]
    made: list[Any] = [_http(key) for key in keys] or [{"trace_id": "t", "request": {}}]
    word, is_http = assembly.word(function), bool(keys)
    for path in sorted((ROOT / "events" / word).glob("*.json")):
        fixture = json.loads(path.read_text(encoding="utf-8"))
        if ("requestContext" in fixture) == is_http:
            made.append(fixture)
    return made


@pytest.fixture(scope="module")
def reports(local: Assembly, runtime: Path) -> list[tuple[Resource, dict[str, Any]]]:
    """Every function, started once."""
    assert local.functions(), "no function in the template"
    return [(f, _start(local, f, runtime, _events(local, f))) for f in local.functions()]


def test_every_function_starts_with_its_layers_alone(
    reports: list[tuple[Resource, dict[str, Any]]],
) -> None:
    for _, report in reports:
        assert report.get("built"), f"{report['place']} primes nothing: how does it build clients?"
        for answer in report["answers"]:
            own = OURS in answer.get("error", [OURS])
            status = (answer.get("result") or {}).get("statusCode", 200) if own else 500
            shown = answer.get("trace") or f"{answer}\n{report['log']}"
            assert status != 500, f"{report['place']} fails by a fault of ours:\n{shown}"


def test_functions_take_nothing_from_this_environment(
    reports: list[tuple[Resource, dict[str, Any]]], local: Assembly, runtime: Path
) -> None:
    for function, report in reports:
        folders = [local.asset(function), runtime, *local.layers(function), sys.base_prefix]
        allowed = (*(f"{folder}/" for folder in folders), str(PROGRAM))
        strange = {n: f for n, f in report["imported"].items() if not f.startswith(allowed)}
        assert not strange, f"{report['place']} imported from elsewhere: {strange}"


@pytest.mark.parametrize("word", [row.word for row in CAPABILITIES])
def test_importing_has_no_effects(word: str, local: Assembly, runtime: Path) -> None:
    function = next(f for f in local.functions() if local.word(f) == word)
    report = _start(local, function, runtime, None)
    effects = "\n".join(report["effects"])
    assert not effects, f"importing {report['place']} has effects ({PRIME}):\n{effects}"
