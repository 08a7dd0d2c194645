"""Bring what people see of an approval up to date: ask where it is to be asked, and correct."""

from collections.abc import Iterator
from datetime import timedelta

from labverse.approve.changing import changed
from labverse.approve.delivering import Means
from labverse.approve.stored import Message, Stored
from labverse.kernel.errors import Refused, Unavailable

# Longer than a function may run: whoever holds the messages of an approval is dead after it.
_HELD = timedelta(seconds=60)


class Notices:
    """One at a time works on the messages of an approval, so that nobody is asked twice.

    Only whoever dies between posting a message and noting it leaves one that is posted again.
    """

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, stored: Stored) -> None:
        """Post and correct what is to be; what does not work is left for the next tick.

        Raises Unavailable where what was done cannot be noted.
        """
        now = self._means.clock.now()
        if not (stored.unasked(now) or stored.stale()):
            return

        def hold(seen: Stored) -> Stored | None:
            wanted = seen.unasked(now) or seen.stale()
            free = wanted and not seen.held(now)
            return seen.model_copy(update={"held_until": now + _HELD}) if free else None

        held, ours = changed(self._means.store, stored.id, hold)
        if ours:
            news = [*self._asked(held, held.unasked(now)), *self._corrected(held)]
            changed(self._means.store, held.id, lambda seen: seen.told(news))

    def _asked(self, stored: Stored, rooms: tuple[str, ...]) -> Iterator[Message]:
        approval = stored.approval
        for room in rooms:
            try:
                posted = self._means.rooms.post(room, stored.question, approval)
            except (Refused, Unavailable) as error:
                self._means.journal.trouble("post", stored.id, error)
                continue
            if posted is None:
                self._means.journal.unasked(stored.id, room)
            yield Message(room=room, version=approval.version, posted=posted)

    def _corrected(self, stored: Stored) -> Iterator[Message]:
        for message in stored.stale():
            if message.posted is None:
                continue
            try:
                self._means.rooms.update(message.posted, stored.question, stored.approval)
            except Unavailable as error:
                self._means.journal.trouble("update", stored.id, error)
                continue
            except Refused as error:
                # A message that is gone shows nothing wrong.
                self._means.journal.trouble("update", stored.id, error)
            yield message.model_copy(update={"version": stored.approval.version})
