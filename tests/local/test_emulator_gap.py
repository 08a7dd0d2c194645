"""The four gaps of the emulator: still there in the pinned version, and closed by our launcher.

A test fails once upstream closes its gap; then that wrapper in `infra_cdk/local/emulator.py` can
go.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from infra_cdk.local.environments import ensure
from infra_cdk.local.paths import ROOT, python_of

PROGRAM = """
import io, json, sys, zipfile
from ministack.services import lambda_svc
from infra_cdk.local.emulator import with_class_names

code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("handler.py", '''
class TransientError(Exception): pass
def main(event, context):
    raise TransientError("busy:\\\\nTraceback (most recent call last):\\\\nno.Fake: really")
''')
config = {
    "FunctionName": "gap", "Runtime": "python3.13", "Handler": "handler.main", "Timeout": 10,
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:gap",
}
execute = lambda_svc._execute_function_warm
if sys.argv[1] == "ours":
    execute = with_class_names(execute)
print(json.dumps(execute({"config": config, "code_zip": code.getvalue()}, {}, "1")["body"]))
"""

SECRET = """
import json, sys
from ministack.services import secretsmanager
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS
from infra_cdk.local.emulator import SECRET, with_secret_arns

handlers = _RESOURCE_HANDLERS[SECRET]
if sys.argv[1] == "ours":
    handlers = with_secret_arns(handlers)
old, new = {"Name": "labverse/dev/x", "SecretString": "{}"}, {"Name": "labverse/dev/y"}
made, attributes = handlers["create"]("X", old, "stack")
same, _ = handlers["update"](made, old, {**old, "Description": "d"}, "stack", logical_id="X")
other, _ = handlers["update"](made, old, new, "stack", logical_id="X")
handlers["delete"](other, new)
handlers["delete"](made, old)
print(json.dumps({
    "is": "arn" if made == attributes["Arn"] else "name" if made == "labverse/dev/x" else made,
    "kept": same == made, "replaced": other != made, "left": len(secretsmanager._secrets),
}))
"""


ECS = """
import json, sys
from ministack.core import iam_actions
from infra_cdk.local.emulator import with_ecs_services

resource = iam_actions.extract_resource_arn
if sys.argv[1] == "ours":
    resource = with_ecs_services(resource)

def about(**body):
    body = json.dumps({"cluster": "c", **body}).encode()
    return resource("ecs", "POST", "/", {}, body, {}, "us-east-1", "1").partition(":1:")[2]

print(json.dumps([
    about(services=["s"]), about(service="arn:aws:ecs:us-east-1:1:service/c/s"), about(),
    about(services=["s", "t"]),
]))
"""


TOKENS = """
import json, sys, threading
from ministack.services import stepfunctions
from infra_cdk.local.task_tokens import TaskTokens

def refuse(*_):
    raise stepfunctions._ExecutionError("Refused", "nobody may")

stepfunctions._call_lambda = refuse
stepfunctions._resolve_lambda_function_ref = lambda name, optimized: name
if sys.argv[1] == "ours":
    TaskTokens(stepfunctions).close()
context = {"State": {"Name": "Ask"}, "StateMachine": {"Name": "m"}}
state = {
    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "f", "Payload": {}}, "TimeoutSeconds": 1, "End": True,
}
execution = {"stateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:m", "events": []}
try:
    stepfunctions._execute_task(state, {}, execution, context)
except stepfunctions._ExecutionError as error:
    failed = error.error
print(json.dumps(failed))
"""


@pytest.mark.parametrize(
    ("launcher", "expected"), [("upstream", "Runtime.HandlerError"), ("ours", "TransientError")]
)
def test_error_type_of_a_python_exception(
    launcher: str, expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert run(PROGRAM, launcher, tmp_path_factory)["errorType"] == expected


@pytest.mark.parametrize(("launcher", "expected"), [("upstream", "name"), ("ours", "arn")])
def test_reference_to_a_secret(
    launcher: str, expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = run(SECRET, launcher, tmp_path_factory)
    assert found == {"is": expected, "kept": True, "replaced": True, "left": 0}


@pytest.mark.parametrize(
    ("launcher", "expected"), [("upstream", "cluster/c"), ("ours", "service/c/s")]
)
def test_a_call_about_one_service_names_it(
    launcher: str, expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = run(ECS, launcher, tmp_path_factory)
    assert found == [expected, expected, "cluster/c", "cluster/c"]


@pytest.mark.parametrize(
    ("launcher", "expected"), [("upstream", "States.Timeout"), ("ours", "Refused")]
)
def test_a_question_that_fails_fails_its_state(
    launcher: str, expected: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert run(TOKENS, launcher, tmp_path_factory) == expected


def run(program: str, launcher: str, folders: pytest.TempPathFactory) -> Any:
    """What `program` prints last, in the emulator's environment."""
    done = subprocess.run(
        [python_of(ensure("emulator")), "-c", program, launcher],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folders.mktemp("workers"))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
