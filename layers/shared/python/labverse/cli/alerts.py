"""`kimi alerts`: who is told of budgets that run out and models that retire."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from labverse.cli import show, target, typed
from labverse.cli.amending import amended
from labverse.cli.failures import USAGE, Commands, Failure
from labverse.cli.options import Stage
from labverse.kernel.errors import InvalidInput

_BOT = "xoxb-"

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Alerts that people read in Slack.")


@app.callback()
def alerts() -> None:
    """Without this, typer would take the one command for the whole group."""


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
    amended(found, "slack-secret", lambda text: _with_token(text, token))
    show.note("stored; the next alert is posted with it. Invite the bot to the channel")


def _with_token(text: str, token: str) -> str:
    """What else is set stays, but not the address of a stand-in: a real token must not go there."""
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise InvalidInput("the secret does not hold a JSON object")
    kept = {name: value for name, value in members.items() if name != "api_url"}
    return json.dumps({**kept, "bot_token": token}, sort_keys=True)
