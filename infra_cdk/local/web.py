"""Small HTTP calls to servers on this machine, with the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

# Loopback never goes through a proxy, whatever http_proxy says.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoAnswer(Exception):
    """Nothing that speaks HTTP and JSON answered in time."""


def get(url: str, timeout: float = 2.0) -> Any:
    """The JSON at `url`. Raises NoAnswer for anything but a 2xx answer in `timeout` seconds."""
    status, body = call(urllib.request.Request(url), timeout)
    if not 200 <= status < 300:
        raise NoAnswer(f"{url} answers {status}")
    return body


def post(url: str, body: Mapping[str, Any], key: str, timeout: float = 40.0) -> tuple[int, Any]:
    """POST JSON with a bearer key; the status and the JSON that came back. Raises NoAnswer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    return call(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout)


def call(request: urllib.request.Request, timeout: float) -> tuple[int, Any]:
    """Send a request; an HTTP error status is an answer too. Raises NoAnswer without one."""
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())
    except OSError as error:
        raise NoAnswer(f"{request.full_url}: {error}") from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
