"""Clicks, sent as Slack sends them: a form, signed over the very bytes that go out."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from infra_cdk.local import web
from infra_cdk.local.slack.buttons import Button
from infra_cdk.local.slack.people import DOMAIN, PEOPLE, TEAM
from infra_cdk.local.slack.workspace import CHANNELS, SIGNING_SECRET

PATIENCE = 3.0
"""Slack shows whoever clicked a warning after so many seconds; it is told here, not enforced."""
_WAIT = 60.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Interactivity:
    """Where the app takes clicks; `trust` names the authority of an https server here."""

    url: str
    trust: str | None = None


@dataclass(frozen=True)
class Press:
    """Who presses, and what is wrong with the request, if anything is to be.

    `age`: seconds since it was signed; `forged`: signed with another secret; `value`: what the
    button carries instead of its own.
    """

    user: str
    team: str = TEAM
    age: float = 0.0
    forged: bool = False
    times: int = 1
    value: str | None = None


def press(body: Mapping[str, Any]) -> Press:
    """The press that a request describes. Raises ValueError, saying what is wrong with it."""
    names, kinds = Press.__dataclass_fields__, (str, str, int | float, bool, int, str)
    given = {name: body[name] for name in names if body.get(name) is not None}
    wrong = [
        name
        for name, kind in zip(names, kinds, strict=True)
        if name in given and not isinstance(given[name], kind)
    ]
    if wrong or "user" not in given:
        raise ValueError(f"{', '.join(wrong) or 'user'}: missing, or not what it must be")
    if not 1 <= given.get("times", 1) <= 10:
        raise ValueError("times: 1 to 10")
    return Press(**given)


def form(button: Button, by: Press, reply_url: str) -> bytes:
    """The body of one click; no two are the same."""
    count, now = next(_numbers), time.time()
    team = {"id": by.team, "domain": DOMAIN}
    own = {} if by.value is None else {"value": by.value}
    name = PEOPLE.get(by.user, by.user.lower())
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": by.user, "username": name, "name": name, "team_id": by.team},
        "api_app_id": "A0LABVERSE",
        "token": "a-token-that-slack-does-not-use-any-more",
        "container": {
            "type": "message",
            "message_ts": button.ts,
            "channel_id": button.channel,
            "is_ephemeral": False,
        },
        "trigger_id": f"{count}.{int(now)}.{hashlib.sha256(str(count).encode()).hexdigest()[:16]}",
        "team": team,
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": button.channel, "name": _named(button.channel)},
        "state": {"values": {}},
        "response_url": reply_url,
        "actions": [{**button.element, **own, "block_id": button.block, "action_ts": str(now)}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def send(to: Interactivity, body: bytes, by: Press) -> dict[str, Any]:
    """What the app answers, and how long it took. An app that does not answer has status None."""
    stamp = str(int(time.time() - by.age))
    secret = f"not-{SIGNING_SECRET}" if by.forged else SIGNING_SECRET
    message = b"v0:" + stamp.encode() + b":" + body
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "Slackbot 1.0",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}",
    }
    begun = time.monotonic()
    try:
        status, answer = web.call(urllib.request.Request(to.url, body, headers), _WAIT, to.trust)
    except web.NoAnswer as silence:
        status, answer = None, str(silence)
    seconds = time.monotonic() - begun
    told = {"status": status, "body": answer, "seconds": round(seconds, 3)}
    return {**told, "late": seconds > PATIENCE}


def _named(channel: str) -> str:
    return next((name for name, id_ in CHANNELS.items() if id_ == channel), channel)
