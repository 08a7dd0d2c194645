"""What guard needs from the outside world."""

from collections.abc import Mapping
from typing import Protocol

from labverse.guard.models import Version
from labverse.kernel.model import Model
from labverse.kernel.signing import KeySet


class Vault(Protocol):
    """Secrets, each with versions that never change, and labels that move among them.

    Every method raises Unavailable when the store cannot be asked, NotFound for an unknown secret.
    """

    def stages(self, secret: str) -> Mapping[str, frozenset[str]]:
        """The labels of every version that has one; a version may be here before its value is."""
        ...

    def current(self, secret: str) -> Version:
        """The version that everybody reads."""
        ...

    def version(self, secret: str, version_id: str) -> Version | None:
        """That version, or None while it has no value."""
        ...

    def put_pending(
        self, secret: str, version_id: str, text: str, rotation_token: str | None
    ) -> None:
        """Give the pending version its value; one that it has already stays."""
        ...

    def put_aside(self, secret: str, text: str) -> str:
        """Store a version that nobody reads yet; its id."""
        ...

    def move_current(self, secret: str, *, to: str, instead_of: str) -> None:
        """Have everybody read `to`. Raises Conflict unless `instead_of` is what they read now."""
        ...

    def drop_pending(self, secret: str, version_id: str) -> None:
        """Take the pending label off that version, if it is there."""
        ...


class Strategy(Protocol):
    """How one kind of secret rotates. Steps may be repeated, and cut short, at any point."""

    def create(self, current: Version, token: str) -> str:
        """The text of the version that follows `current`."""
        ...

    def follows(self, current: Version, pending: Version) -> bool:
        """Whether `pending` was made from `current`, so that nothing newer would be lost."""
        ...

    def set(self, current: Version, pending: Version) -> None:
        """Prepare the world for `pending`, without breaking anything for readers of `current`."""
        ...

    def test(self, current: Version, pending: Version) -> None:
        """Raise Unavailable unless `pending` works."""
        ...


class SealedRecords(Protocol):
    """Records that are sealed with a key of ours."""

    def reseal(self, keys: KeySet) -> object:
        """Seal with the current key whatever one of `keys` vouches for."""
        ...


class Account(Model):
    """A service account at a vendor."""

    id: str
    name: str


class Vendor(Protocol):
    """The API of a vendor that can make keys. Every method raises Unavailable when it fails."""

    def create(self, name: str) -> tuple[str, str]:
        """A new account's id and its key, which is told only this once."""
        ...

    def accounts(self) -> tuple[Account, ...]:
        """Every account there is, ours or not."""
        ...

    def delete(self, account_id: str) -> None:
        """Have the account's key open nothing; an account that is gone already is fine."""
        ...

    def works(self, key: str) -> bool:
        """Whether the vendor takes `key`."""
        ...
