"""What we may do in a stage's chats: the secret `labverse/<stage>/slack`, a JSON object.

`bot_token` posts; `signing_secret` proves that a click is Slack's, and for some minutes after a
change so does `previous_signing_secret`, until `previous_until` (seconds since 1970);
`teams_webhook_url` is a channel of Teams. `api_url` is for a stand-in on the local cloud, and means
nothing on any other stage: whoever may write that secret must not be able to point a function at an
address inside its network.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from labverse.approve.clicks import SLACK_REPLIES
from labverse.kernel.clock import Clock
from labverse.kernel.errors import Refused, Unavailable
from labverse.platform import telemetry

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

LOCAL = "local"
FRESH_SECONDS = 300.0
_AGAIN_SECONDS = 1.0


def name_of(stage: str) -> str:
    """The secret of `stage`, by the name that infra_cdk/stacks/data.py gives it."""
    return f"labverse/{stage}/slack"


@dataclass(frozen=True)
class Held:
    """The secret's members, as far as they are usable. Its repr tells none of them."""

    stage: str
    members: dict[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """That member, if it is set. Raises Refused, quoting nothing, for what is no such text."""
        value = self.members.get(name)
        if not value:
            return None
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise Refused(f"the {name.replace('_', ' ')} of Slack cannot be used")
        return value

    def signing(self, now: datetime) -> tuple[str, ...]:
        """What a click may be signed with at `now`; nothing where nothing is set."""
        until = self.members.get("previous_until", 0)
        current, previous = self.text("signing_secret"), self.text("previous_signing_secret")
        overlap = isinstance(until, int | float) and now.timestamp() < until
        return tuple(each for each in (current, previous if overlap else None) if each)

    @property
    def api_url(self) -> str | None:
        """Of the stand-in; None for Slack's own."""
        return self.text("api_url") if self.stage == LOCAL else None

    @property
    def replies(self) -> str:
        """The one origin where clicks are answered."""
        if self.api_url is None:
            return SLACK_REPLIES
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}"


def read(stage: str, client: "SecretsManagerClient") -> Held:
    """As it is now. Raises Unavailable, and Refused for what is no JSON object."""
    try:
        answer = client.get_secret_value(SecretId=name_of(stage))
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("the secret of Slack cannot be read") from error
    return Held(stage, _object(answer.get("SecretString", "")))


class SlackSecret:
    """The secret of `stage`, read once per cold start and every FRESH_SECONDS."""

    def __init__(self, stage: str, client: "SecretsManagerClient", clock: Clock) -> None:
        self._stage, self._client, self._clock = stage, client, clock
        self._held: Held | None = None
        self._at = float("-inf")

    def current(self) -> Held:
        """As last read. Raises Unavailable when it was never read and cannot be."""
        return self._kept(FRESH_SECONDS)

    def again(self) -> Held:
        """Read anew, for a signature that no secret we know has made: it may have changed.

        At most once a second: whoever forges requests must not cost us a read for each.
        """
        return self._kept(_AGAIN_SECONDS)

    def _kept(self, seconds: float) -> Held:
        now = self._clock.monotonic()
        if self._held is not None and now - self._at < seconds:
            return self._held
        try:
            self._held = read(self._stage, self._client)
        except Unavailable as error:
            if self._held is None:
                raise
            telemetry.logger().warning("secret of slack kept", extra={"why": str(error)})
        self._at = now
        return self._held


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("the secret of Slack is not a JSON object")
    return found
