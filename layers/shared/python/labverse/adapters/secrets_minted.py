"""Keys that we mint ourselves, on Secrets Manager: one read tells the current and the previous."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.clock import Clock
from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.kernel.signing import KeySet
from labverse.platform import telemetry

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

FRESH_SECONDS = 300.0
MISSED_SECONDS = 1.0
_MISSED_ENTRIES = 64


class MintedKeys:
    """The signing keys in one secret, read once per cold start and every FRESH_SECONDS.

    A signature by a key that we do not know is looked up at once, so that a rotation is seen
    without a failed request. If it is not found, its id is not looked for again for
    MISSED_SECONDS: per id, since a limit over all ids would turn a good signature away whenever a
    bad one came first.
    """

    def __init__(self, secret_id: str, client: "SecretsManagerClient", clock: Clock) -> None:
        self._secret, self._client, self._clock = secret_id, client, clock
        self._known: tuple[float, KeySet] | None = None
        self._missed: dict[str, float] = {}

    def knowing(self, key_id: str) -> KeySet:
        """The keys, read anew if `key_id` is not among those we remember.

        Raises Unavailable when they were never read and cannot be.
        """
        now = self._clock.monotonic()
        if self._known is None or now - self._known[0] >= FRESH_SECONDS:
            return self._renewed(now)
        keys = self._known[1]
        if keys.holds(key_id) or now - self._missed.get(key_id, -MISSED_SECONDS) < MISSED_SECONDS:
            return keys
        keys = self._renewed(now)
        if not keys.holds(key_id):
            if len(self._missed) >= _MISSED_ENTRIES:
                self._missed.clear()
            self._missed[key_id] = now
        return keys

    def read(self) -> KeySet:
        """The keys as they are now. Raises Unavailable."""
        try:
            answer = self._client.get_secret_value(SecretId=self._secret)
            return KeySet.parse(answer["SecretString"])
        except (ClientError, BotoCoreError, KeyError) as error:
            raise Unavailable("signing keys cannot be read") from error
        except InvalidInput as error:
            raise Unavailable(f"signing keys cannot be read: {error}") from None

    def _renewed(self, now: float) -> KeySet:
        try:
            self._known = (now, self.read())
        except Unavailable as error:
            if self._known is None:
                raise
            # What we know still verifies most of what comes; the next read tries again.
            telemetry.logger().warning("signing keys kept", extra={"why": str(error)})
            self._known = (now, self._known[1])
        return self._known[1]
