"""Answers to whoever clicked, at the address that came with the click."""

import json
from collections.abc import Callable

from labverse.adapters.webhook import Webhook
from labverse.approve.replies import Reply
from labverse.kernel.errors import Refused


class SlackReplies:
    """`origin` tells the one place that may be posted to, read anew for each reply."""

    def __init__(self, origin: Callable[[], str]) -> None:
        self._origin, self._webhook = origin, Webhook("Slack's address for replies")

    def send(self, reply: Reply, seconds: float) -> None:
        """Raises Unavailable for what may pass by itself, and Refused for what will not."""
        if not reply.url.startswith(f"{self._origin()}/"):
            raise Refused("the address for replies is not Slack's")
        said = self._webhook.post(reply.url, reply.body(), seconds)
        # The usual answer is `ok`, or an object that says so.
        if said.startswith(b"{") and not _taken(said):
            raise Refused("Slack does not take the reply")


def _taken(said: bytes) -> bool:
    try:
        told = json.loads(said)
    except ValueError:
        return True
    return bool(told.get("ok", True))
