"""The first key of a stage, without which nobody could ask the API for anything."""

from __future__ import annotations

from datetime import datetime

from infra_cdk.local.problems import Problem
from labverse.kernel.errors import Unavailable
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import ADMIN, mint

NAME = "first admin"


def ensure(keys: KeyRegistry, now: datetime) -> str | None:
    """A new admin key, unless one is there that opens the door; None then. Raises Problem."""
    try:
        if any(ADMIN in key.scopes and key.revoked_at is None for key in keys.genuine()):
            return None
        secret, record = mint(NAME, frozenset({ADMIN}), now)
        keys.create(record)
    except Unavailable as error:
        what = f"the stage is deployed, but its first key is not made: {error} ({error.__cause__})"
        step = "docs/permissions.md lists what it takes; then run the same command again"
        raise Problem(what, step) from error
    return secret
