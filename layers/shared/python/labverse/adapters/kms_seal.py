"""`Seal` on KMS: a token is encrypted for one approval, and can be decrypted for no other.

What is given as context is not secret; KMS refuses a decryption that gives another.
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Refused, Unavailable

# What KMS says of a ciphertext that is another context's, another key's, or spoilt.
_NOT_OURS = {"InvalidCiphertextException", "IncorrectKeyException"}


class KmsSeal:
    """Seals with the key `key_arn`."""

    def __init__(self, key_arn: str, client: Any) -> None:
        self._key, self._client = key_arn, client

    def sealed(self, token: str, approval_id: str) -> bytes:
        """At most 4096 bytes of token; raises as its port says."""
        try:
            answer = self._client.encrypt(
                KeyId=self._key, Plaintext=token.encode(), EncryptionContext=_context(approval_id)
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"no token can be sealed: {_why(error)}") from None
        return bytes(answer["CiphertextBlob"])

    def opened(self, token: bytes, approval_id: str) -> str:
        """The key is named, so that nothing that was sealed elsewhere is opened."""
        try:
            answer = self._client.decrypt(
                KeyId=self._key, CiphertextBlob=token, EncryptionContext=_context(approval_id)
            )
        except ClientError as error:
            if _why(error) in _NOT_OURS:
                raise Refused("this token was not sealed for this approval") from None
            raise Unavailable(f"no token can be opened: {_why(error)}") from None
        except BotoCoreError as error:
            raise Unavailable(f"no token can be opened: {_why(error)}") from None
        return bytes(answer["Plaintext"]).decode()


def _context(approval_id: str) -> dict[str, str]:
    return {"approval_id": approval_id}


def _why(error: ClientError | BotoCoreError) -> str:
    """AWS's code, or our SDK's class: neither quotes what was sent."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__
