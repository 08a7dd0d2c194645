"""Calls as somebody without a client makes them, and what they are answered."""

import json
from typing import Any

from tests.functions.a2a.conftest import Door
from tests.unit.negotiate.a2a.desk import REQUEST

SAID = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"data": REQUEST}]}
SEND = {"jsonrpc": "2.0", "id": 7, "method": "SendMessage", "params": {"message": SAID}}


def of(answer: Any, status: int = 200) -> Any:
    """What a response says."""
    assert answer["statusCode"] == status, answer
    return json.loads(answer["body"])


def error(door: Door, given: Any, version: str | None = "1.0") -> Any:
    """The error that a call gets."""
    return of(door.call(given, version))["error"]


def call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def sent(**members: Any) -> dict[str, Any]:
    """SendMessage with another message."""
    return call("SendMessage", message={**SAID, **members})
