"""Secrets that we mint: a new key signs, the one before it verifies until the next rotation."""

from collections.abc import Callable

from labverse.guard.models import Version
from labverse.guard.ports import SealedRecords
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.kernel.signing import KEY_BYTES, KeySet, SigningKey

_PURPOSE = "rotation-test"


class Minted:
    """A key set. `sealed` are the records that last longer than a key does, if there are any."""

    def __init__(
        self, random: Callable[[int], bytes], clock: Clock, sealed: SealedRecords | None = None
    ) -> None:
        """`random` gives that many bytes nobody can guess."""
        self._random, self._clock, self._sealed = random, clock, sealed

    def create(self, current: Version, token: str) -> str:
        """A fresh key, with the current one behind it."""
        fresh = SigningKey.made(self._random(KEY_BYTES), token, self._clock.now())
        return KeySet.parse(current.text).followed_by(fresh).text()

    def follows(self, current: Version, pending: Version) -> bool:
        """Whether the pending set still verifies what the current key signs."""
        return KeySet.parse(pending.text).previous == KeySet.parse(current.text).current

    def set(self, current: Version, pending: Version) -> None:  # noqa: ARG002 - as the port says
        """Seal every record with the current key: the pending set no longer knows an older one.

        Not with the pending key, which no reader knows until the rotation is finished.
        """
        if self._sealed is not None:
            self._sealed.reseal(KeySet.parse(current.text))

    def test(self, current: Version, pending: Version) -> None:
        """The new key signs and verifies, and what the current key signs stays good."""
        now, then = KeySet.parse(current.text), KeySet.parse(pending.text)
        message = pending.id.encode()
        for keys in (now, then):
            if not then.verifies(_PURPOSE, message, keys.sign(_PURPOSE, message)):
                raise Unavailable("the pending keys do not verify")
