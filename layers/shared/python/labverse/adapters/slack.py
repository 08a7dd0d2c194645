"""Post into a Slack channel, with Slack's own SDK.

The secret `labverse/<stage>/slack` holds {"bot_token", "signing_secret"?, "api_url"?}; `api_url` is
for a stand-in on the local cloud, and means nothing on any other stage: whoever may write that
secret must not be able to point a function at an address inside its network.
"""

import json
from collections.abc import Callable
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Refused, Unavailable
from labverse.platform import telemetry
from labverse.route.alerting import Unsent

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from slack_sdk.errors import SlackApiError

API_URL = "https://slack.com/api/"
_LOCAL = "local"
# Per step of a call: connect, send, read.
_SECONDS = 5
# Slack said how long to wait: so long we do, in the same call. Longer waits are Lambda's.
_MOST_WAIT = 5
# Answers by which nothing was posted, and by which nobody knows. All others are ours to mend.
_PASSING = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout"}
_UNSURE = {"internal_error", "fatal_error"}


def secret(stage: str) -> str:
    """The secret of `stage`, by the name that infra_cdk/stacks/data.py gives it."""
    return f"labverse/{stage}/slack"


class SlackRoom:
    """One channel. `pause` sleeps that many seconds."""

    def __init__(
        self, token: str, channel: str, pause: Callable[[float], None], api_url: str = API_URL
    ) -> None:
        self._token, self._channel, self._pause = token, channel, pause
        self.url = api_url

    def post(self, text: str) -> None:
        """Raises Unsent, Refused, or Unavailable where nobody knows whether it was posted."""
        try:
            self._post(text)
        except Unsent as error:
            if error.retry_after is None or error.retry_after > _MOST_WAIT:
                raise
            self._pause(error.retry_after)
            self._post(text)

    def _post(self, text: str) -> None:
        # Half as dear to import as everything else: whoever posts nothing need not pay for it.
        from slack_sdk.errors import SlackApiError, SlackClientError
        from slack_sdk.web import WebClient

        # Its own retries would post again what may have been posted.
        client = WebClient(self._token, self.url, timeout=_SECONDS, retry_handlers=[])
        client.proxy = None
        try:
            client.chat_postMessage(
                channel=self._channel, text=escaped(text), mrkdwn=False, unfurl_links=False
            )
        except SlackApiError as error:
            raise _told(error) from None
        except URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise Unsent("Slack cannot be reached") from error
            raise Unavailable("Slack did not answer") from error
        except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as error:
            # The last two are what the SDK makes of an answer that is none of Slack's.
            raise Unavailable("Slack's answer cannot be read") from error


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or markup can be smuggled in."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _told(error: "SlackApiError") -> Unavailable | Refused:
    """What an answer means for the message. Only Slack's own code is logged."""
    status, data = error.response.status_code, error.response.data
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    known = code if code.replace("_", "").isalnum() else "unreadable"
    telemetry.logger().error("slack refused", extra={"status": status, "code": known})
    if status == 429 or code in _PASSING:
        return Unsent(f"Slack: {known}", retry_after=_seconds(error.response.headers))
    if status >= 500 or code in _UNSURE or known == "unreadable":
        return Unavailable(f"Slack: {status} {known}")
    return Refused(f"Slack: {known}")


def _seconds(headers: Any) -> int | None:
    found = {str(name).lower(): value for name, value in dict(headers).items()}
    text = str(found.get("retry-after", ""))
    return int(text) if text.isascii() and text.isdigit() else None


class SlackRooms:
    """The room of a stage; its secret is read at each call, as alerts are few."""

    def __init__(
        self,
        stage: str,
        channel: str,
        client: "SecretsManagerClient",
        pause: Callable[[float], None],
    ) -> None:
        self._stage, self._channel, self._client, self._pause = stage, channel, client, pause

    def __call__(self) -> SlackRoom | None:
        """None where no token is set. Raises Unavailable, and Refused for an unusable secret."""
        try:
            answer = self._client.get_secret_value(SecretId=secret(self._stage))
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the secret of Slack cannot be read") from error
        held = _object(answer.get("SecretString", ""))
        token = held.get("bot_token")
        if not token:
            return None
        if not (isinstance(token, str) and token.isascii() and token.isprintable()):
            raise Refused("the bot token of Slack is not a token")
        url = held.get("api_url") if self._stage == _LOCAL else None
        return SlackRoom(token, self._channel, self._pause, str(url or API_URL))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("the secret of Slack is not a JSON object")
    return found
