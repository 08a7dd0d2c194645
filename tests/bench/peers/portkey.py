"""Portkey's gateway: a proxy of its own in Node, told by a header what to do with a call."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from infra_cdk.local.paths import BUILD, with_tools
from infra_cdk.local.processes import wait_until
from tests.bench.peers.bare import LIMITS
from tests.bench.peers.system import MAX_OUTPUT, Pair

SCRIPT = "node_modules/@portkey-ai/gateway/build/start-server.js"
_READY_SECONDS = 30.0


class Portkey:
    """A client of the gateway that listens at `pair.gateway`."""

    def __init__(self, pair: Pair) -> None:
        targets = [
            {"provider": "openai", "api_key": "key", "custom_host": url}
            for url in (pair.primary, pair.backup)
        ]
        config = {
            "strategy": {"mode": "fallback"},
            "targets": targets,
            "request_timeout": pair.attempt_ms,
        }
        self._url = f"{pair.gateway}/v1/chat/completions"
        headers = {"x-portkey-config": json.dumps(config)}
        self._client = httpx.Client(limits=LIMITS, trust_env=False, timeout=30, headers=headers)

    def ask(self, prompt: str) -> str:
        messages = [{"role": "user", "content": prompt}]
        body = {"model": "primary-1", "messages": messages, "max_tokens": MAX_OUTPUT}
        answer = self._client.post(self._url, json=body)
        answer.raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])


@contextmanager
def gateway(folder: Path) -> Iterator[tuple[str, int]]:
    """Where a gateway of our own listens, and its pid. Raises RuntimeError if it does not start."""
    port = _free_port()
    log = BUILD / "logs" / "bench-gateway.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environ = with_tools(dict(os.environ))
    argv = [_node(environ), str(folder / SCRIPT), f"--port={port}", "--headless"]
    with (
        log.open("wb") as out,
        subprocess.Popen(argv, stdout=out, stderr=out, env=environ) as process,
    ):
        try:
            if not wait_until(lambda: process.poll() is not None or _open(port), _READY_SECONDS):
                raise RuntimeError(f"the gateway did not listen in time (log: {log})")
            if process.poll() is not None:
                raise RuntimeError(f"the gateway ended at once (log: {log})")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _node(environ: dict[str, str]) -> str:
    """The program itself: what is on PATH starts it in a process below its own."""
    asked = ["node", "-p", "process.execPath"]
    ran = subprocess.run(asked, env=environ, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
