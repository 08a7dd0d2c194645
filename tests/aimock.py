"""A mock of model providers that is not ours (npm `@copilotkit/aimock`), on a free loopback port.

It speaks OpenAI, Anthropic and Ollama. A request's own headers ask it to misbehave, so that one
server serves every test of a session.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "infra_cdk/node_modules/@copilotkit/aimock/dist/cli.js"
QUESTION, ANSWER = "What is the capital of France?", "Paris"
FIXTURES = {
    "fixtures": [{"match": {"userMessage": "capital of France"}, "response": {"content": ANSWER}}]
}
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Aimock:
    """A running mock: `url` is `http://127.0.0.1:<port>`, without a path."""

    url: str

    def headers(self, **chaos: float) -> dict[str, str]:
        """Headers with which a request is treated so: drop, malformed, disconnect and ratelimit
        are probabilities from 0 to 1, latency is in milliseconds."""
        return {f"x-aimock-chaos-{name}": f"{value:g}" for name, value in chaos.items()}


@pytest.fixture(scope="session")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    """The mock, answering QUESTION with ANSWER; skips where npm's packages are not installed."""
    if not PROGRAM.exists():
        what = "no @copilotkit/aimock; run: python3 -m infra_cdk.local.environments dev"
        # On a CI machine a missing tool is a broken set-up, and a skip would hide it.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)
    folder = tmp_path_factory.mktemp("aimock")
    (folder / "fixtures.json").write_text(json.dumps(FIXTURES), encoding="utf-8")
    node = Path(sys.executable).with_name("node")
    options = ["--port", "0", "--strict", "--fixtures", str(folder / "fixtures.json")]
    process = subprocess.Popen(
        [node, PROGRAM, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Aimock(_address(process))
    finally:
        # The whole group: node from pip is a small program that starts the real one.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it says that it listens; its output ends when it cannot start."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if found := re.search(r"listening on (http://127\.0\.0\.1:\d+)", line):
            # Read on: a full pipe would stop it.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1]
    raise AssertionError(f"aimock did not start: {seen}")
