"""Post alerts into a Slack channel. adapters/slack_secret.py says what its secret holds."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from labverse.adapters import slack_secret
from labverse.adapters.slack_api import API_URL, SlackApi

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SlackRoom:
    """One channel. `pause` sleeps that many seconds."""

    def __init__(
        self, token: str, channel: str, pause: Callable[[float], None], api_url: str = API_URL
    ) -> None:
        self._api, self._channel = SlackApi(token, pause, api_url), channel
        self.url = api_url

    def post(self, text: str) -> None:
        """Raises Unsent, Refused, or Unavailable where nobody knows whether it was posted."""
        said = escaped(text)
        self._api.call(
            lambda client: client.chat_postMessage(
                channel=self._channel, text=said, mrkdwn=False, unfurl_links=False
            )
        )


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or markup can be smuggled in."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
        held = slack_secret.read(self._stage, self._client)
        token = held.text("bot_token")
        if not token:
            return None
        return SlackRoom(token, self._channel, self._pause, held.api_url or API_URL)
