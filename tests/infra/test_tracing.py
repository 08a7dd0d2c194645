"""The tracing layer and its adapter make subsegments, as X-Ray's daemon would receive them."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.assembly import Assembly

PROGRAM = """
import json, sys
sys.path[:0] = json.load(sys.stdin)
from labverse.adapters.xray import traced

class Context:
    function_name = aws_request_id = "f"

def handler(event, context):
    if event.get("fails"):
        raise RuntimeError("a prompt could be in here")
    return {"answer": "a prompt"}

for event in ({"prompt": "a prompt"}, {"fails": True}):
    try:
        traced(handler, event, Context())
    except RuntimeError:
        print("raised")
"""
TRACE, PARENT = "1-5e1b4151-5ac6c58dc39a6b6fa0d3a1b5", "53995c3f42cd8ad8"
# What Lambda gives a function beside its trace's header, and where the daemon would listen.
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "LAMBDA_TASK_ROOT": "/var/task",
    "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent={PARENT};Sampled=1",
    "POWERTOOLS_SERVICE_NAME": "test",
}


def _received(daemon: socket.socket) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < 2:
        _, _, segment = daemon.recvfrom(65_536)[0].partition(b"\n")
        found.append(json.loads(segment))
    return found


@pytest.fixture
def daemon() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(20)
    return made


def test_a_traced_call_is_a_subsegment_without_its_words(
    local: Assembly, runtime: Path, daemon: socket.socket
) -> None:
    (function,) = (f for f in local.functions() if f.path == "Route/Task")
    path = [*(str(layer / "python") for layer in local.layers(function)), str(runtime)]
    address = f"127.0.0.1:{daemon.getsockname()[1]}"
    with daemon:
        run = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", PROGRAM],
            input=json.dumps(path),
            capture_output=True,
            text=True,
            check=True,
            env={**LAMBDA, "AWS_XRAY_DAEMON_ADDRESS": address},
        )
        good, bad = _received(daemon)
    assert run.stdout.splitlines() == ["raised"]
    assert good["trace_id"] == bad["trace_id"] == TRACE
    assert good["parent_id"] == PARENT
    assert "handler" in good["name"]
    assert (bad["fault"], bad["annotations"]["error"]) == (True, "RuntimeError")
    assert "a prompt" not in json.dumps([good, bad])
