"""The one gap of the emulator: still there in the pinned version, and closed by our launcher.

The first test fails once upstream tells exception class names itself; then the wrapper in
`infra_cdk/local/emulator.py` can go.
"""

from __future__ import annotations

import json
import os
import subprocess

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


@pytest.mark.parametrize(
    ("launcher", "expected"), [("upstream", "Runtime.HandlerError"), ("ours", "TransientError")]
)
def test_error_type_of_a_python_exception(
    launcher: str, expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_factory.mktemp("workers"))}
    done = subprocess.run(
        [python_of(ensure("emulator")), "-c", PROGRAM, launcher],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["errorType"] == expected
