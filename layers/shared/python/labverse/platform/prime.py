"""Build clients and read config once: before the snapshot where there is one, else on first use."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def primed(build: Callable[[], T]) -> Callable[[], T]:
    """`build`, run at most once; SnapStart runs it before the snapshot so no request pays for it.

    Nothing is built by calling `primed` itself: importing a handler stays free of effects.
    """
    once = cache(build)
    try:
        # Only Lambda's managed runtime (Python 3.12 and later) carries this module.
        from snapshot_restore_py import (  # type: ignore[import-not-found]
            register_before_snapshot,
        )
    except ImportError:
        return once
    register_before_snapshot(once)
    return once
