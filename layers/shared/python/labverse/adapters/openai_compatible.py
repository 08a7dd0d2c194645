"""Models behind an OpenAI-compatible `/chat/completions`: Ollama, llama.cpp and many providers."""

import json
import time
from typing import Any

import httpx

from labverse.route.models import Outcome, Tokens
from labverse.route.ports import Call, ProviderFailure, Reply

_CONNECT_SECONDS = 2.0
_MAX_ANSWER_BYTES = 4_000_000
_OUTCOMES: dict[int, Outcome] = {408: "timeout", 429: "rate_limited", 504: "timeout"}
# llama.cpp, Ollama and OpenAI each have their own name for a prompt that does not fit.
_TOO_LONG = (
    "exceed_context_size_error",
    "context_length_exceeded",
    "exceeds the available context",
)


class OpenAICompatible:
    """`ModelPort` over one base URL (`http://host:port/v1`); one connection pool, many threads."""

    def __init__(self, base_url: str, client: httpx.Client) -> None:
        self._url, self._client = f"{base_url.rstrip('/')}/chat/completions", client

    def complete(self, call: Call) -> Reply:
        """One answer, or ProviderFailure; `call.seconds` bounds it from connect to last byte."""
        deadline = time.monotonic() + call.seconds
        body = {
            "model": call.model,
            "messages": [{"role": "user", "content": call.text}],
            "temperature": call.temperature,
            "max_tokens": call.max_output_tokens,
            "stream": False,
        }
        try:
            status, raw = self._post(body, deadline)
        except httpx.TimeoutException as error:
            raise ProviderFailure("timeout", type(error).__name__) from error
        except httpx.HTTPError as error:
            raise ProviderFailure("unreachable", type(error).__name__) from error
        if status != httpx.codes.OK:
            raise _refused(status, raw)
        return _reply(raw)

    def _post(self, body: dict[str, Any], deadline: float) -> tuple[int, bytes]:
        """Read in pieces: httpx bounds each read, so a body dripped out would outlive any sum."""
        left = max(deadline - time.monotonic(), 0.001)
        limits = httpx.Timeout(left, connect=min(left, _CONNECT_SECONDS))
        received = bytearray()
        with self._client.stream("POST", self._url, json=body, timeout=limits) as response:
            for piece in response.iter_bytes():
                received += piece
                if time.monotonic() > deadline:
                    raise ProviderFailure("timeout", "the body came too slowly")
                if len(received) > _MAX_ANSWER_BYTES:
                    raise ProviderFailure("bad_response", "the body is too large")
            return response.status_code, bytes(received)


def _refused(status: int, raw: bytes) -> ProviderFailure:
    if status == 400 and any(name in raw.decode("utf-8", "replace") for name in _TOO_LONG):
        return ProviderFailure("context_exceeded", "the prompt does not fit")
    outcome: Outcome = "server_error" if status >= 500 else "rejected"
    return ProviderFailure(_OUTCOMES.get(status, outcome), f"status {status}")


def _reply(raw: bytes) -> Reply:
    """The answer in a 200; a 200 without a usable one is a failure like any other."""
    try:
        data = json.loads(raw)
        choice = data["choices"][0]
        text, finish = str(choice["message"]["content"] or "").strip(), choice["finish_reason"]
        usage = data.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        tokens = Tokens(
            input=usage.get("prompt_tokens"),
            cached_input=details.get("cached_tokens"),
            output=usage.get("completion_tokens"),
        )
        reply_model = str(data["model"])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ProviderFailure("bad_response", type(error).__name__) from error
    if finish not in ("stop", "length"):
        raise ProviderFailure("bad_response", "the answer was cut short")
    if not text:
        raise ProviderFailure("empty", "the answer is empty")
    return Reply(text=text, model=reply_model, tokens=tokens, finish=finish)
