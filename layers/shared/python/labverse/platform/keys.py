"""API keys: minted once, stored as a hash, checked in process, revocable.

A key is `lv_<id>_<secret>`. The id finds the record in one read; the secret is 256 random bits, so
a plain SHA-256 of it cannot be searched, and the table never holds anything that opens a door.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Refused, Unauthenticated
from labverse.kernel.model import Model

ADMIN = "admin"
SCOPES = frozenset(
    {"route", "revenue", "upsell", "negotiate", "approve", "operate", "observe", ADMIN}
)
"""What a key may be allowed to do; `admin` opens every door."""
CACHE_SECONDS = 30
CACHE_ENTRIES = 1024
_MAX_KEY_LENGTH = 128


class KeyRecord(Model):
    """What is stored about a key. `hash` is the SHA-256 of the secret part, in hex."""

    key_id: str
    hash: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None


class KeyStore(Protocol):
    """Where key records live."""

    def get(self, key_id: str) -> KeyRecord | None:
        """The record, or None. Raises Unavailable when the store cannot be asked."""
        ...


def mint(name: str, scopes: frozenset[str], now: datetime) -> tuple[str, KeyRecord]:
    """A new key: the text to hand over once, and the record to store."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    record = KeyRecord(
        key_id=key_id, hash=_digest(secret), name=name, scopes=scopes, created_at=now
    )
    return f"lv_{key_id}_{secret}", record


def presented(headers: Mapping[str, str]) -> str | None:
    """The key a request carries: `Authorization: Bearer …` first, else `x-api-key`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get("x-api-key", "").strip() or None


class Keyring:
    """Checks keys against a store and remembers each record for at most CACHE_SECONDS.

    Absent ids are remembered too, in the same bounded cache, so guessing costs us no reads.
    """

    def __init__(self, store: KeyStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._seen: OrderedDict[str, tuple[float, KeyRecord | None]] = OrderedDict()

    def authorize(self, headers: Mapping[str, str], scope: str) -> KeyRecord:
        """The record of the key in `headers` (lower-case names), which holds `scope`.

        Raises Unauthenticated for a missing, wrong or revoked key, Refused for a missing scope.
        """
        record = self._authenticate(presented(headers))
        if scope not in record.scopes and ADMIN not in record.scopes:
            raise Refused(f"this key does not hold the scope {scope!r}")
        return record

    def _authenticate(self, key: str | None) -> KeyRecord:
        if key is None:
            raise Unauthenticated("send an API key in `Authorization: Bearer` or `x-api-key`")
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        known = prefix == "lv" and key_id and secret and len(key) <= _MAX_KEY_LENGTH
        record = self._record(key_id) if known else None
        # Compared even when there is no record: the answer takes as long either way.
        matches = hmac.compare_digest(record.hash if record else "", _digest(secret))
        if record is None or not matches or record.revoked_at is not None:
            raise Unauthenticated("this API key is wrong or revoked")
        return record

    def _record(self, key_id: str) -> KeyRecord | None:
        now = self._clock.monotonic()
        hit = self._seen.get(key_id)
        if hit is not None and now - hit[0] < CACHE_SECONDS:
            return hit[1]
        record = self._store.get(key_id)
        self._seen[key_id] = (now, record)
        self._seen.move_to_end(key_id)
        while len(self._seen) > CACHE_ENTRIES:
            self._seen.popitem(last=False)
        return record


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
