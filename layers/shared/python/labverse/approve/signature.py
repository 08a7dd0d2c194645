"""Slack's signature of a request, version v0: HMAC-SHA256 over the raw body and its time.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from labverse.kernel.errors import Unauthenticated

WINDOW_SECONDS = 300
"""A request of another age is refused; a replay within it must be known by its identity."""
TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"
_SIGNED = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The identity of a request that Slack signed: the same for a replay, and for nothing else.

    `body` is what came over the wire, before any decoding. With two `secrets` either may have
    signed, as while one is rotated. Whoever acts on the request stores the identity first, on
    condition that it is new, for at least twice WINDOW_SECONDS (its age counts in both directions).
    Raises Unauthenticated, always with the same message: a forger learns nothing.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp, signature = given.get(TIMESTAMP, ""), given.get(SIGNATURE, "")
    readable = _SECONDS.fullmatch(stamp) and _SIGNED.fullmatch(signature)
    if not readable or abs(now.timestamp() - int(stamp)) > WINDOW_SECONDS:
        raise _unsigned()
    # Every secret is tried, so that time does not tell which one signed.
    matches = [
        hmac.compare_digest(signed(secret, stamp, body), signature) for secret in secrets if secret
    ]
    if not any(matches):
        raise _unsigned()
    return hashlib.sha256(f"{stamp}:{signature}".encode()).hexdigest()


def signed(secret: str, stamp: str, body: bytes) -> str:
    """The signature of `body` at `stamp` (seconds since 1970)."""
    message = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _unsigned() -> Unauthenticated:
    return Unauthenticated("the request is not signed, or not lately")
