"""API keys: minted once, stored as a sealed hash, checked in process, revocable.

A key is `lv_<id>_<secret>`. The id finds the record in one read; the secret is 256 random bits, so
a plain SHA-256 of it cannot be searched, and the table never holds anything that opens a door.
The seal is an HMAC over the whole record with the pepper, a secret that rotates: whoever can write
the table, and not read the pepper, can neither make a key nor give one a scope or its life back.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, Self

from labverse.kernel.clock import Clock
from labverse.kernel.errors import FieldError, InvalidInput, Refused, Unauthenticated, Unavailable
from labverse.kernel.model import Model
from labverse.kernel.signing import KeySet, Signature

ADMIN = "admin"
APPROVE = "approve"
SCOPES = frozenset(
    {"route", "revenue", "upsell", "negotiate", APPROVE, "operate", "observe", ADMIN}
)
"""What a key may be allowed to do; `admin` opens every door."""
CACHE_SECONDS = 30
CACHE_ENTRIES = 1024
_MAX_KEY_LENGTH = 128
_PURPOSE = "api-key-record"
_PERSON = re.compile(r"[A-Za-z0-9_-]{1,64}/[A-Za-z0-9_.@-]{1,64}", re.ASCII)
# Each needs two whole rotations between two reads of ours: more than this is not our luck.
_TRIES = 4
_WRONG = "this API key is wrong or revoked"


class KeyRecord(Model):
    """What is stored about a key. `hash` is the SHA-256 of the secret part, in hex.

    A record without a seal, or whose seal another writer made, opens nothing.
    """

    key_id: str
    hash: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    person: str | None = None
    """Whose it is, as `team/user` of the allow-list of approvers; None = nobody's in particular."""
    seal: Signature | None = None

    def sealed(self, peppers: KeySet) -> Self:
        """This record, vouched for with the current pepper."""
        return self.model_copy(update={"seal": peppers.sign(_PURPOSE, self._canonical())})

    def genuine(self, peppers: KeySet) -> bool:
        """Whether somebody who holds one of the peppers wrote exactly this record."""
        return self.seal is not None and peppers.verifies(_PURPOSE, self._canonical(), self.seal)

    def _canonical(self) -> bytes:
        """Every member but the seal; one that is added later is sealed as soon as it is set."""
        members = self.model_dump(mode="json", exclude={"seal"}, exclude_defaults=True)
        members["scopes"] = sorted(members["scopes"])
        return json.dumps(members, sort_keys=True).encode()


class KeyStore(Protocol):
    """Where key records live."""

    def get(self, key_id: str) -> KeyRecord | None:
        """The record, or None. Raises Unavailable when the store cannot be asked."""
        ...


class Peppers(Protocol):
    """The pepper and the one before it, remembered for minutes."""

    def knowing(self, key_id: str) -> KeySet:
        """The peppers, read anew if `key_id` is not among those we remember.

        Raises Unavailable when they were never read and cannot be.
        """
        ...


def mint(
    name: str, scopes: frozenset[str], now: datetime, person: str | None = None
) -> tuple[str, KeyRecord]:
    """A new key: the text to hand over once, and the record to store.

    Raises InvalidInput for a key that could both ask and approve, or approve as nobody.
    """
    _answerable(scopes, person)
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    record = KeyRecord(
        key_id=key_id,
        hash=_digest(secret),
        name=name,
        scopes=scopes,
        created_at=now,
        person=person,
    )
    return f"lv_{key_id}_{secret}", record


def _answerable(scopes: frozenset[str], person: str | None) -> None:
    """Whoever approves is a person, with a key that does nothing else but look."""
    faults = []
    if person is not None and not _PERSON.fullmatch(person):
        faults.append(FieldError(field="person", message="must be team/user, such as T0123/U0456"))
    if APPROVE in scopes and person is None:
        faults.append(FieldError(field="person", message="an approval must be somebody's"))
    if APPROVE in scopes and not scopes <= {APPROVE, "observe"}:
        message = f"a key that may {APPROVE} can ask for nothing that is to be approved"
        faults.append(FieldError(field="scopes", message=message))
    if faults:
        raise InvalidInput("this key cannot be made", faults)


def presented(headers: Mapping[str, str]) -> str | None:
    """The key a request carries: `Authorization: Bearer …` first, else `x-api-key`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get("x-api-key", "").strip() or None


class Keyring:
    """Checks keys against a store and remembers each record for at most CACHE_SECONDS.

    Absent ids are remembered too, in the same bounded cache, so guessing costs us no reads. A seal
    is judged when its record is read: a remembered record may outlive its pepper.
    """

    def __init__(self, store: KeyStore, peppers: Peppers, clock: Clock) -> None:
        self._store, self._peppers, self._clock = store, peppers, clock
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
            raise Unauthenticated(_WRONG)
        return record

    def _record(self, key_id: str) -> KeyRecord | None:
        now = self._clock.monotonic()
        hit = self._seen.get(key_id)
        if hit is not None and now - hit[0] < CACHE_SECONDS:
            return hit[1]
        record = self._genuine(key_id)
        self._seen[key_id] = (now, record)
        self._seen.move_to_end(key_id)
        while len(self._seen) > CACHE_ENTRIES:
            self._seen.popitem(last=False)
        return record

    def _genuine(self, key_id: str) -> KeyRecord | None:
        """The stored record, if its seal is good.

        A pepper that we do not find may be newer than what we remember, or older than what we just
        read, if the record was sealed anew in between: so the record is read again before it is
        called forged, and that is not remembered. Raises Unavailable when rotations are faster
        than our reads.
        """
        record = self._store.get(key_id)
        for _ in range(_TRIES):
            if record is None or record.seal is None:
                return None
            peppers = self._peppers.knowing(record.seal.key_id)
            if peppers.holds(record.seal.key_id):
                return record if record.genuine(peppers) else None
            before, record = record, self._store.get(key_id)
            if record == before:
                raise Unauthenticated(_WRONG)
        raise Unavailable("this key is being sealed anew")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
