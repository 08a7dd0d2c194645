"""Who writes key records: makes, revokes and seals them anew, while the pepper may rotate.

The rule that keeps every key alive: at each moment a genuine record is sealed with one of the two
peppers that are current at that moment. A rotation keeps it by sealing every record with the
current pepper before it lets a new one follow. Whoever makes a key keeps it by looking at the
pepper again afterwards: if that is still the one that was used, whatever rotation comes sees it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from labverse.kernel.errors import Conflict, NotFound, Unavailable
from labverse.kernel.signing import KeySet
from labverse.platform import telemetry
from labverse.platform.keys import KeyRecord, KeyStore

# Each failed try means that somebody else wrote this record, or a whole rotation went by.
_TRIES = 20


class KeyTable(KeyStore, Protocol):
    """A key store that can be written. Every method raises Unavailable when it cannot be asked."""

    def put(self, record: KeyRecord) -> None:
        """Store a new key. Raises Conflict if its id is taken."""
        ...

    def replace(self, old: KeyRecord, new: KeyRecord) -> None:
        """Put `new` where exactly `old` is. Raises Conflict if anything else is there."""
        ...

    def list(self) -> tuple[KeyRecord, ...]:
        """Every key, revoked ones too."""
        ...


class Resealed(NamedTuple):
    """How many records were sealed anew, and how many no current pepper vouches for."""

    sealed: int
    strays: int


class KeyRegistry:
    """Writes of key records. `peppers` reads them anew each time it is called."""

    def __init__(self, table: KeyTable, peppers: Callable[[], KeySet]) -> None:
        self._table, self._peppers = table, peppers

    def create(self, record: KeyRecord) -> None:
        """Store a new key; it opens doors once this returns. Raises Conflict for a taken id."""
        self._table.put(record.sealed(self._peppers()))
        self._settle(record)

    def genuine(self) -> tuple[KeyRecord, ...]:
        """Every record that a pepper vouches for, revoked ones too."""
        records, peppers = self._table.list(), self._peppers()
        return tuple(record for record in records if record.genuine(peppers))

    def revoke(self, key_id: str, now: datetime) -> None:
        """From now on (functions remember a key for at most 30 s) the key opens nothing.

        Revoking again changes nothing. Raises NotFound for an unknown id.
        """
        for _ in range(_TRIES):
            record = self._table.get(key_id)
            if record is None:
                raise NotFound(f"there is no key {key_id!r}")
            if record.revoked_at is not None:
                return
            gone = record.model_copy(update={"revoked_at": now})
            # Nothing to settle: a second rotation would have sealed, so changed, what we replace.
            if self._replaced(record, gone.sealed(self._peppers())):
                return
        raise Unavailable(f"key {key_id!r} is being written by others")

    def reseal(self, peppers: KeySet) -> Resealed:
        """Seal with the current pepper whatever one of `peppers` vouches for, and nothing else.

        Any part of it may have been done before, and anybody may write meanwhile.
        """
        found = [self._resealed(record, peppers) for record in self._table.list()]
        result = Resealed(sealed=found.count(True), strays=found.count(None))
        telemetry.logger().info("key records sealed anew", extra=result._asdict())
        return result

    def _resealed(self, record: KeyRecord | None, peppers: KeySet) -> bool | None:
        """Whether we sealed it anew; None for a stray."""
        for _ in range(_TRIES):
            if record is None or not record.genuine(peppers):
                return None
            if record.seal and record.seal.key_id == peppers.current.id:
                return False
            if self._replaced(record, record.sealed(peppers)):
                return True
            record = self._table.get(record.key_id)
        raise Unavailable("a key record is being written by others")

    def _settle(self, ours: KeyRecord) -> None:
        """Return once what we wrote is sealed with a pepper that was current after it was written.

        What somebody else wrote over ours is theirs to settle.
        """
        for _ in range(_TRIES):
            there = self._table.get(ours.key_id)
            if there is None or _content(there) != _content(ours):
                return
            # In this order: the pepper must have been current after the record was there.
            peppers = self._peppers()
            if there.seal and there.seal.key_id == peppers.current.id:
                return
            self._replaced(there, ours.sealed(peppers))
        raise Unavailable("the pepper rotates faster than a key record can be sealed")

    def _replaced(self, old: KeyRecord, new: KeyRecord) -> bool:
        try:
            self._table.replace(old, new)
        except Conflict:
            return False
        return True


def _content(record: KeyRecord) -> KeyRecord:
    return record.model_copy(update={"seal": None})
