"""Change what is kept: read, decide, write on condition; again where another was first."""

from collections.abc import Callable
from typing import NamedTuple

from labverse.approve.ports import Store
from labverse.approve.stored import Stored
from labverse.kernel.errors import NotFound, Unavailable

Step = Callable[[Stored], Stored | None]
# Each lost race is a write of somebody else's, and an approval sees about ten in its life.
_TRIES = 20


class Change(NamedTuple):
    """What is kept now, and whether it was this step that wrote it."""

    stored: Stored
    written: bool


def changed(store: Store, approval_id: str, step: Step) -> Change:
    """What `step` makes of what is there; None from it leaves that as it is.

    `step` may be called more than once, with what others have written. Raises NotFound, and
    Unavailable where others are always quicker or the store cannot be asked.
    """
    for _ in range(_TRIES):
        seen = store.read(approval_id)
        if seen is None:
            raise NotFound("there is no such approval, or it is long over")
        wanted = step(seen)
        if wanted is None:
            return Change(seen, written=False)
        by = wanted.model_copy(update={"version": seen.version + 1})
        if store.replace(seen, by):
            return Change(by, written=True)
    raise Unavailable("too many others write this approval", retry_after=1)
