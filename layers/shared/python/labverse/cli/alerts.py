"""`kimi alerts`: where people are told and asked, and how we know that an answer is Slack's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from labverse.adapters.teams import HOSTS, usable
from labverse.cli import show, target, typed
from labverse.cli.amending import amended
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Stage
from labverse.kernel.errors import InvalidInput

_BOT = "xoxb-"
_SIGNING = re.compile(r"[0-9a-f]{32}", re.ASCII)
OVERLAP_SECONDS = 600
"""Twice as long as a signature is good for."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="Where people read alerts and are asked to approve: Slack and Teams.",
)


@app.command("set-slack-token")
def set_slack_token(
    stage: Stage = target.LOCAL,
    force: Annotated[
        bool, typer.Option("--force", help="Store it although it is not a bot's token.")
    ] = False,
) -> None:
    """Store the token of your Slack app's bot, read from stdin; it needs the scope chat:write."""
    found = target.find(stage)
    token = typed.secret("token", "kimi alerts set-slack-token")
    if not (force or token.startswith(_BOT)):
        what = f"that is not the token of a bot: it would begin with {_BOT}"
        raise Failure(what, "--force stores it all the same", code=USAGE)
    amended(found, "slack-secret", _changed(lambda held: _with_token(held, token)))
    show.note("stored; the next alert is posted with it. Invite the bot to the channel")


@app.command("set-slack-signing-secret")
def set_slack_signing_secret(
    stage: Stage = target.LOCAL,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="The one before counts no more: it is known.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Store it although it is not what Slack makes.")
    ] = False,
) -> None:
    """Store the signing secret of your Slack app, read from stdin; it proves that clicks are
    Slack's. The one before counts ten minutes longer.
    """
    found = target.find(stage)
    given = typed.secret("signing secret", "kimi alerts set-slack-signing-secret")
    if not (force or _SIGNING.fullmatch(given)):
        what = "that is not a signing secret: it would have 32 digits from 0 to f"
        raise Failure(what, "--force stores it all the same", code=USAGE)
    until = 0 if at_once else int(datetime.now(UTC).timestamp()) + OVERLAP_SECONDS
    amended(found, "slack-secret", _changed(lambda held: _with_signing(held, given, until)))
    show.note(f"stored. In Slack, send interactivity to {found.api_url}/slack/interactions")


@app.command("set-teams-webhook")
def set_teams_webhook(stage: Stage = target.LOCAL) -> None:
    """Store the webhook of a Teams channel, read from stdin: whoever has it can post there."""
    found = target.find(stage)
    url = typed.secret("webhook", "kimi alerts set-teams-webhook")
    if not usable(url, found.stage):
        hosts = ", ".join(f"*{host}" for host in HOSTS)
        raise Failure("that is not an https address of Microsoft's", f"one of {hosts}", code=USAGE)
    amended(found, "slack-secret", _changed(lambda held: {**held, "teams_webhook_url": url}))
    show.note("stored; the next question is asked there too")


def _with_token(held: dict[str, Any], token: str) -> dict[str, Any]:
    """What else is set stays, but not the address of a stand-in: a real token must not go there."""
    kept = {name: value for name, value in held.items() if name != "api_url"}
    return {**kept, "bot_token": token}


def _with_signing(held: dict[str, Any], given: str, until: int) -> dict[str, Any]:
    """Storing the same one again does not bring back the one before it."""
    before = held.get("signing_secret")
    if before == given and until:
        return held
    names = ("previous_signing_secret", "previous_until")
    kept = {name: value for name, value in held.items() if name not in names}
    overlap = {"previous_signing_secret": before, "previous_until": until}
    return {**kept, "signing_secret": given, **(overlap if before and until else {})}


def _changed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[str], str]:
    """`change` of a secret's members, for its text."""

    def text_of(text: str) -> str:
        try:
            members = json.loads(text)
        except ValueError:
            members = None
        if not isinstance(members, dict):
            raise InvalidInput("the secret does not hold a JSON object")
        return json.dumps(change(members), sort_keys=True)

    return text_of
