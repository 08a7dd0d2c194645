"""The rooms of a stage in which people are asked: channels of Slack, and one of Teams.

Either may be set up, both, or none. In Slack a message is changed when something is decided; Teams
gets another card then, as a webhook changes none.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from labverse.adapters import aws, clock, slack_secret
from labverse.adapters.slack_api import API_URL, SlackApi
from labverse.adapters.slack_secret import Held
from labverse.adapters.teams import TeamsChannel
from labverse.approve import cards
from labverse.approve.cards import Question
from labverse.approve.models import Approval
from labverse.approve.ports import Rooms
from labverse.approve.stored import Posted
from labverse.kernel.errors import Refused, Unavailable
from labverse.platform import telemetry

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class _Place(NamedTuple):
    """Where a message is: Slack's channel and time stamp, and whether Teams was told too."""

    channel: str = ""
    ts: str = ""
    teams: bool = False

    @classmethod
    def read(cls, reference: str) -> "_Place":
        """From the text that was kept. Raises Refused for one that nobody here wrote."""
        try:
            channel, ts, teams = json.loads(reference)
        except (ValueError, TypeError):
            raise Refused("nobody knows where this message is") from None
        return cls(str(channel), str(ts), bool(teams))


class ChatRooms:
    """Slack and Teams, as the secret of `stage` has them; it is read for each message."""

    def __init__(
        self, stage: str, client: "SecretsManagerClient", pause: Callable[[float], None]
    ) -> None:
        self._stage, self._client, self._pause = stage, client, pause

    def post(self, room: str, question: Question, approval: Approval) -> Posted | None:
        """Slack first. Once it is told, Teams cannot fail us any more: it would be asked twice."""
        held = slack_secret.read(self._stage, self._client)
        slack, teams = self._slack(held), self._teams(held)
        if slack is None:
            if teams is None:
                return None
            teams.post(cards.teams(question, approval))
            return _posted(room, _Place(teams=True))
        shown = cards.slack(question, approval)
        answer = slack.call(
            lambda client: client.chat_postMessage(channel=room, unfurl_links=False, **shown)
        )
        told = teams is not None and _told(teams, question, approval)
        return _posted(room, _Place(str(answer["channel"]), str(answer["ts"]), told))

    def update(self, posted: Posted, question: Question, approval: Approval) -> None:
        """Teams hears of what is final, and once: in the room where it was asked first."""
        held, place = slack_secret.read(self._stage, self._client), _Place.read(posted.reference)
        slack, teams = self._slack(held), self._teams(held)
        if slack is not None and place.ts:
            shown = cards.slack(question, approval)
            slack.call(
                lambda client: client.chat_update(channel=place.channel, ts=place.ts, **shown)
            )
        if teams is not None and not approval.open and posted.room == approval.room:
            teams.post(cards.teams(question, approval))

    def _slack(self, held: Held) -> SlackApi | None:
        token = held.text("bot_token")
        return SlackApi(token, self._pause, held.api_url or API_URL) if token else None

    def _teams(self, held: Held) -> TeamsChannel | None:
        url = held.text("teams_webhook_url")
        return TeamsChannel(url, self._stage) if url else None


def rooms(stage: str) -> Rooms:
    """The rooms of `stage`."""
    return ChatRooms(stage, aws.client("secretsmanager"), clock.pause)


def _posted(room: str, place: _Place) -> Posted:
    return Posted(room=room, reference=json.dumps(place))


def _told(teams: TeamsChannel, question: Question, approval: Approval) -> bool:
    try:
        teams.post(cards.teams(question, approval))
    except (Refused, Unavailable) as error:
        telemetry.logger().error("teams not told", extra={"why": str(error)})
        return False
    return True
