"""The machine's clock and randomness."""

import time
import uuid
from datetime import UTC, datetime


class SystemClock:
    """`labverse.kernel.clock.Clock` on this machine."""

    def now(self) -> datetime:
        """UTC now."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()


def pause(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)


def new_id() -> str:
    """A random id, 32 hexadecimal digits."""
    return uuid.uuid4().hex
