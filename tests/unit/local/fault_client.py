"""A caller of the providers that fail on demand."""

import json
from typing import Any

import httpx
import pytest

from infra_cdk.local.faults.server import FaultServer

QUESTION = "What is the capital of France?"
MESSAGES = [{"role": "user", "content": QUESTION}]
BODIES: dict[str, dict[str, Any]] = {
    "chat/completions": {"model": "gpt-4o-mini", "messages": MESSAGES},
    "messages": {"model": "claude", "messages": MESSAGES, "max_tokens": 50},
}
HEADERS = {"authorization": "Bearer k", "x-api-key": "k", "anthropic-version": "2023-06-01"}
CHAT, MESSAGE = BODIES
BOTH = pytest.mark.parametrize("path", [CHAT, MESSAGE])


class Client:
    """Calls the provider `openai` of one server."""

    def __init__(self, server: FaultServer, http: httpx.Client) -> None:
        self.server, self.http = server, http

    def ask(self, path: str = CHAT, timeout: float = 5, **more: Any) -> httpx.Response:
        body = {**BODIES[path], **more}
        return self.http.post(f"/openai/v1/{path}", json=body, headers=HEADERS, timeout=timeout)

    def fault(self, kind: str, **more: Any) -> httpx.Response:
        body = {"provider": "openai", "fault": kind, **more}
        return self.http.post("/_faults", json=body)


def text(path: str, answer: Any) -> Any:
    """The text of an answer to `path`."""
    if path == CHAT:
        return answer["choices"][0]["message"]["content"]
    return answer["content"][0]["text"]


def events(response: httpx.Response) -> list[Any]:
    """The data of server-sent events."""
    lines = [line[6:] for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) if line != "[DONE]" else line for line in lines]
