"""`ProviderKeys` on Secrets Manager: one secret, a JSON object of keys by provider."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.clock import Clock
from labverse.kernel.errors import Unavailable
from labverse.platform import telemetry

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# One read per cold start and five minutes; a key that was just set is seen sooner, because its
# absence is remembered for a shorter time, and a refused one is read again at once.
FRESH_SECONDS = 300.0
ABSENT_SECONDS = 5.0
_AGAIN_SECONDS = 1.0


class SecretsKeys:
    """Keys of providers. Never logs a value; a secret that is not a JSON object holds no keys."""

    def __init__(self, secret_id: str, client: "SecretsManagerClient", clock: Clock) -> None:
        self._secret, self._client, self._clock = secret_id, client, clock
        self._keys: dict[str, str] = {}
        self._read_at: float | None = None

    def current(self, provider: str) -> str | None:
        """The key as last read. Raises Unavailable when it was never read and cannot be."""
        fresh = FRESH_SECONDS if provider in self._keys else ABSENT_SECONDS
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= fresh:
            self._read(now)
        return self._keys.get(provider)

    def again(self, provider: str) -> str | None:
        """The key read anew, for a provider that just refused the current one.

        At most once a second: a provider that refuses every request must not cost a read each.
        """
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= _AGAIN_SECONDS:
            self._read(now)
        return self._keys.get(provider)

    def _read(self, now: float) -> None:
        try:
            text = self._client.get_secret_value(SecretId=self._secret)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            if self._read_at is None:
                raise Unavailable("the keys of providers cannot be read") from error
            # What we know still works more often than not; the next read tries again.
            telemetry.logger().warning(
                "provider keys kept", extra={"exception_name": type(error).__name__}
            )
            self._read_at = now
            return
        self._keys, self._read_at = _keys(text), now


def _keys(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        telemetry.logger().error("the secret of provider keys is not a JSON object")
        return {}
    return {name: key for name, key in found.items() if isinstance(key, str) and key.strip()}
