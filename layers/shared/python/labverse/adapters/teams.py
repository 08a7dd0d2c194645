"""Cards into a channel of Microsoft Teams, by a webhook of one of its workflows.

A webhook only takes new cards: none can be changed, and no answer comes back through it.
"""

from typing import Any
from urllib.parse import urlsplit

from labverse.adapters.slack_secret import LOCAL
from labverse.adapters.webhook import Webhook
from labverse.kernel.errors import Refused

HOSTS = (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com")
"""Where Microsoft hosts them: connectors, and workflows in both of their homes."""
_LOOPBACK = "127.0.0.1"
_SECONDS = 5.0


def usable(url: str, stage: str) -> bool:
    """Whether cards may be sent there: to Microsoft, or on stage local to this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if stage == LOCAL and (parts.scheme, host) == ("http", _LOOPBACK):
        return True
    plain = parts.username is None and port in (None, 443)
    return plain and parts.scheme == "https" and host.endswith(HOSTS)


class TeamsChannel:
    """The channel behind one webhook."""

    def __init__(self, url: str, stage: str) -> None:
        self._url, self._stage = url, stage
        self._webhook = Webhook("the webhook of Teams")

    def post(self, card: dict[str, Any]) -> None:
        """Raises Refused, also for an address that is not Microsoft's, and Unavailable where
        nobody knows whether it was posted.
        """
        if not usable(self._url, self._stage):
            raise Refused("the webhook of Teams is not an https address of Microsoft's")
        self._webhook.post(self._url, card, _SECONDS)
