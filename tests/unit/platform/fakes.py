"""A clock that stands still until told; keys, peppers and dead letters in memory."""

from datetime import UTC, datetime, timedelta

from labverse.kernel.errors import Unavailable
from labverse.kernel.signing import KeySet, SigningKey
from labverse.platform.event import Letter
from labverse.platform.keys import KeyRecord

PEPPERS = KeySet(current=SigningKey.made(b"p" * 32, "pepper", None))


class FakePeppers:
    """`now` is what the secret holds; what was read of it is remembered for ever."""

    def __init__(self, now: KeySet = PEPPERS) -> None:
        self.now = self.known = now
        self.reads = 0

    def knowing(self, key_id: str) -> KeySet:
        if not self.known.holds(key_id):
            self.reads += 1
            self.known = self.now
        return self.known


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class FakeKeys:
    def __init__(self, *records: KeyRecord) -> None:
        self.records = {record.key_id: record for record in records}
        self.reads = 0
        self.down = False

    def get(self, key_id: str) -> KeyRecord | None:
        if self.down:
            raise Unavailable("keys could not be read")
        self.reads += 1
        return self.records.get(key_id)


class FakeLetters:
    def __init__(self, *, down: bool = False) -> None:
        self.kept: list[Letter] = []
        self.down = down

    def bury(self, letter: Letter) -> None:
        if self.down:
            raise Unavailable("the queue does not take a letter")
        self.kept.append(letter)
