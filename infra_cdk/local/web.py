"""Small HTTP calls to servers on this machine, with the standard library."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

# Loopback never goes through a proxy, whatever http_proxy says.
_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoAnswer(Exception):
    """Nothing that speaks HTTP and JSON answered in time."""


def get(url: str, timeout: float = 2.0, trust: str | None = None) -> Any:
    """The JSON at `url`. Raises NoAnswer for anything but a 2xx answer in `timeout` seconds.

    `trust` names the certificate authority of an https server on this machine.
    """
    status, body = call(urllib.request.Request(url), timeout, trust)
    if not 200 <= status < 300:
        raise NoAnswer(f"{url} answers {status}")
    return body


def post(url: str, body: Mapping[str, Any], key: str, trust: str | None = None) -> tuple[int, Any]:
    """POST JSON with a bearer key; the status and the JSON that came back. Raises NoAnswer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    return call(urllib.request.Request(url, json.dumps(body).encode(), headers), 40.0, trust)


def call(
    request: urllib.request.Request, timeout: float, trust: str | None = None
) -> tuple[int, Any]:
    """Send a request; an HTTP error status is an answer too. Raises NoAnswer without one."""
    try:
        with _opener(trust).open(request, timeout=timeout) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())
    except OSError as error:
        raise NoAnswer(f"{request.full_url}: {error}") from error


def _opener(trust: str | None) -> urllib.request.OpenerDirector:
    """Not kept: an emulator that starts again has another authority in the same file."""
    if trust is None:
        return _PLAIN
    https = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=trust))
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), https)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
