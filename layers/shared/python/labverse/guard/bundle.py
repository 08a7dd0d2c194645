"""The secret of provider keys: a JSON object of keys by provider, and what we know about each.

Readers take members that are strings. Ours are objects: `_about` says since when each key is set,
and at which account of the vendor it belongs; `_rotation` says from which version a rotation made
this one.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict, Field

from labverse.kernel.errors import InvalidInput
from labverse.kernel.model import Model

ABOUT, ROTATION = "_about", "_rotation"
_SECONDS_A_DAY = 86_400.0


class About(Model):
    """`mark` tells which key this is about, so that one put by other means is not taken for it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mark: str
    set_at: datetime
    account: str | None = None


class Bundle(Model):
    """Keys by provider. Members of the object that are neither keys nor ours are kept."""

    members: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidInput, quoting nothing, unless `text` is a JSON object."""
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InvalidInput("the secret does not hold a JSON object of provider names and keys")
        return cls(members=found)

    def text(self) -> str:
        """What `parse` reads."""
        return json.dumps(self.members, sort_keys=True)

    @property
    def keys(self) -> dict[str, str]:
        """Every provider's key."""
        found = {name: key for name, key in self.members.items() if isinstance(key, str)}
        return {name: key for name, key in found.items() if key.strip()}

    def about(self, provider: str) -> About | None:
        """What is known about the key that `provider` has now."""
        known, key = self.members.get(ABOUT), self.keys.get(provider)
        if key is None or not isinstance(known, dict):
            return None
        try:
            about = About.model_validate(known.get(provider))
        except ValueError:
            return None
        return about if about.mark == _mark(key) else None

    @property
    def made_from(self) -> str | None:
        """The version from which a rotation made this one; None where somebody set it."""
        rotation = self.members.get(ROTATION)
        return rotation.get("from") if isinstance(rotation, dict) else None

    def with_key(
        self, provider: str, key: str, set_at: datetime, account: str | None = None
    ) -> Self:
        """This, with another key of `provider`, set by somebody at `set_at`."""
        kept = {name: value for name, value in self.members.items() if name != ROTATION}
        known = kept.get(ABOUT)
        about = About(mark=_mark(key), set_at=set_at, account=account).model_dump(mode="json")
        known = {**(known if isinstance(known, dict) else {}), provider: about}
        return self.model_copy(update={"members": {**kept, provider: key, ABOUT: known}})

    def rotated_from(self, version: str) -> Self:
        """This, as made by a rotation out of `version`."""
        return self.model_copy(update={"members": {**self.members, ROTATION: {"from": version}}})

    def dated(self, now: datetime) -> Self:
        """This, with `now` for every key of which nobody said since when it is set."""
        dated = self
        for provider, key in self.keys.items():
            if self.about(provider) is None:
                dated = dated.with_key(provider, key, now)
        return dated

    def days(self, now: datetime) -> dict[str, float]:
        """Days since each dated key was set, by provider; never negative."""
        dated = {provider: self.about(provider) for provider in self.keys}
        return {
            provider: max(0.0, (now - about.set_at).total_seconds() / _SECONDS_A_DAY)
            for provider, about in dated.items()
            if about is not None
        }


def _mark(key: str) -> str:
    """Tells keys apart and, of 256 random bits, nothing else."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
