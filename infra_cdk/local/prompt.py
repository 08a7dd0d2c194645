"""Send one real prompt through the deployed app, and print what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra_cdk.local import progress, web

QUESTION = "What is the capital of France?"


@dataclass(frozen=True)
class Reply:
    """The HTTP status and the JSON body of one request."""

    status: int
    body: Any

    @property
    def answered(self) -> bool:
        """Whether the app answered the prompt."""
        return self.status == 200 and isinstance(self.body, dict) and "text" in self.body


def ask(facts: dict[str, Any], text: str = QUESTION, key: str | None = None) -> Reply:
    """POST `text` to /api/v1/analyze of the cloud that `facts` describe; status 0 = no answer."""
    url = f"{facts['api_url']}/api/v1/analyze"
    try:
        return Reply(*web.post(url, {"text": text}, key or facts["api_key"], facts["ca_bundle"]))
    except web.NoAnswer as silence:
        return Reply(0, str(silence))


def show(question: str, answer: dict[str, Any]) -> None:
    """Print a question, its answer, and which model gave it in what time."""
    tokens = answer.get("tokens", {})
    progress.line(f"  question  {question}")
    progress.line(f"  answer    {answer['text'].strip()}")
    progress.line(
        f"  model     {answer['model']} ({answer['provider']}), {answer['latency_ms']} ms, "
        f"{tokens.get('input')} + {tokens.get('output')} tokens, {answer['cost_usd']:g} USD"
    )
