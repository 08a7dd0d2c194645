"""Call the HTTP API of a deployment, and turn every refusal into a Failure."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from labverse.cli.failures import UNREACHABLE, Failure, Problem
from labverse.cli.target import Target

# The API gives up after 30 s: whoever waits longer than that waits for nobody.
_TIMEOUT = httpx.Timeout(35.0, connect=5.0)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def get(target: Target, path: str, *, as_json: bool, key: bool = False) -> dict[str, Any]:
    """GET a public path, or with the `key` of this deployment another one. Raises Failure."""
    headers = _authorization(target) if key else {}
    request = httpx.Request("GET", f"{target.api_url}{path}", headers=headers)
    return _call(target, request, as_json=as_json)


def post(
    target: Target,
    path: str,
    body: Mapping[str, Any],
    *,
    as_json: bool,
    idempotency_key: str | None = None,
) -> dict[str, Any]:
    """POST with the key of this deployment. Raises Failure."""
    url, headers = f"{target.api_url}{path}", _authorization(target)
    if idempotency_key is not None:
        headers["idempotency-key"] = idempotency_key
    return _call(target, httpx.Request("POST", url, json=body, headers=headers), as_json=as_json)


def post_text(target: Target, path: str, body: str) -> dict[str, Any]:
    """POST JSON as it is written, to the last digit. Raises Failure."""
    headers = {**_authorization(target), "content-type": "application/json"}
    content = body.encode()
    request = httpx.Request("POST", f"{target.api_url}{path}", content=content, headers=headers)
    return _call(target, request, as_json=False)


def _authorization(target: Target) -> dict[str, str]:
    return {"authorization": f"Bearer {target.api_key}"}


def _call(target: Target, request: httpx.Request, *, as_json: bool) -> dict[str, Any]:
    try:
        # A proxy of the environment is for other machines than this one.
        trusted = urlsplit(target.api_url).hostname not in _LOOPBACK
        request.extensions["timeout"] = _TIMEOUT.as_dict()
        with httpx.Client(trust_env=trusted, verify=_authorities(target)) as client:
            response = client.send(request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        what = f"cannot reach {target.api_url} ({type(error).__name__}: {error})"
        raise Failure(what, target.help, code=UNREACHABLE) from error
    return _document(target, response, as_json=as_json)


def _authorities(target: Target) -> ssl.SSLContext | bool:
    """Whom to believe about certificates: the usual authorities, or the local cloud's own."""
    return ssl.create_default_context(cafile=target.ca_bundle) if target.ca_bundle else True


def _document(target: Target, response: httpx.Response, *, as_json: bool) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        what = f"{target.api_url} answers {response.status_code} without a JSON object"
        raise Failure(what, f"is a Lab-Verse API there? {target.help}")
    if not response.is_success:
        told = {"status": response.status_code, "detail": document.get("message"), **document}
        raise Problem(told, as_json=as_json)
    return document
