"""Keys that sign, two at a time: the current one signs, the previous one still verifies.

A whole set travels as one JSON text, so that whoever reads it once knows both sides of an overlap:
`{"current": {"id", "key", "since"}, "previous": {…} or null}`. Before its first rotation a secret
holds `{"first": "<random text>"}` instead, which is all that CloudFormation can generate.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Self

from pydantic import Field

from labverse.kernel.errors import InvalidInput
from labverse.kernel.model import Model

KEY_BYTES = 32
_FIRST = "first"
_MIN_FIRST = 32  # characters; fewer cannot hold 128 bits
_ID_LENGTH = 16


class Signature(Model):
    """Who signed (`key_id`) and the HMAC-SHA256 in hex."""

    key_id: str
    mac: str


class SigningKey(Model):
    """One secret of KEY_BYTES bytes in base64url; never shown by repr or str."""

    id: str = Field(min_length=1, max_length=64)
    key: str = Field(repr=False, pattern=r"^[A-Za-z0-9_-]{43}=$")
    since: datetime | None = None

    @classmethod
    def made(cls, secret: bytes, origin: str, since: datetime | None) -> Self:
        """From KEY_BYTES random bytes; the same `origin` (a version's id) gives the same id."""
        if len(secret) != KEY_BYTES:
            raise InvalidInput(f"a signing key has {KEY_BYTES} bytes")
        id_ = hashlib.sha256(origin.encode()).hexdigest()[:_ID_LENGTH]
        return cls(id=id_, key=base64.urlsafe_b64encode(secret).decode(), since=since)

    def mac(self, purpose: str, message: bytes) -> str:
        """HMAC-SHA256 in hex; what is signed for one purpose proves nothing for another."""
        secret = base64.urlsafe_b64decode(self.key)
        return hmac.new(secret, purpose.encode() + b"\0" + message, hashlib.sha256).hexdigest()


class KeySet(Model):
    """The key that signs, and the one before it, which still verifies."""

    current: SigningKey
    previous: SigningKey | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The set that a secret's text holds. Raises InvalidInput, which quotes nothing of it."""
        try:
            found = json.loads(text)
            first = found.get(_FIRST) if isinstance(found, dict) else None
            if isinstance(first, str) and len(first) >= _MIN_FIRST and len(found) == 1:
                return cls(current=_first(first))
            return cls.model_validate(found)
        except ValueError:
            # Not as its cause: pydantic's error quotes the text.
            raise InvalidInput("the secret does not hold signing keys") from None

    def text(self) -> str:
        """What `parse` reads."""
        return self.model_dump_json()

    def followed_by(self, fresh: SigningKey) -> Self:
        """The next set: `fresh` signs, our current key still verifies, the one before is gone."""
        return self.model_copy(update={"current": fresh, "previous": self.current})

    def sign(self, purpose: str, message: bytes) -> Signature:
        """`message` signed with the current key."""
        return Signature(key_id=self.current.id, mac=self.current.mac(purpose, message))

    def holds(self, key_id: str) -> bool:
        """Whether a signature made with that key can be judged."""
        return self._key(key_id) is not None

    def verifies(self, purpose: str, message: bytes, signature: Signature) -> bool:
        """Whether one of our two keys signed exactly this; compared in constant time."""
        key = self._key(signature.key_id)
        if key is None:
            return False
        expected = key.mac(purpose, message).encode()
        return hmac.compare_digest(expected, signature.mac.encode("utf-8", "surrogatepass"))

    def _key(self, key_id: str) -> SigningKey | None:
        known = (self.current, self.previous)
        return next((key for key in known if key is not None and key.id == key_id), None)


def _first(text: str) -> SigningKey:
    """A key and an id out of generated text; the id tells nothing about the key."""
    secret = hashlib.sha256(b"key\0" + text.encode()).digest()
    return SigningKey.made(secret, f"id\0{text}", None)
