"""Journey 1, last of all: people hear of it in #cost-alerts."""

from __future__ import annotations

import html
import json
import time
from datetime import UTC, datetime
from typing import Any

import boto3

from infra_cdk.local import progress, web
from infra_cdk.local.broke import limits
from infra_cdk.local.problems import Problem
from infra_cdk.local.slack.seed import SECRET
from infra_cdk.local.slack.workspace import BOT_TOKEN, CHANNELS
from labverse.route.limits import period_of

# An event, a function that may have to be started, a message: nobody waits for it but this.
SECONDS = 60.0


def heard(facts: dict[str, Any]) -> None:
    """Show what arrived there of this month's budget. Raises Problem where nothing does.

    A process announces each threshold once a month: a second demo may show the first one's message.
    """
    progress.line("\nWhat people read of it in #cost-alerts")
    held = boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    if json.loads(held).get("bot_token") != BOT_TOKEN:
        progress.line("  slack     it went to your own workspace")
        return
    period = period_of(datetime.now(UTC))
    end = time.monotonic() + SECONDS
    # Each threshold has a message; the highest one is the last of them.
    wanted = f"{max(limits().thresholds_percent)} % of the budget of {period}"
    while not (found := _messages(facts, wanted)):
        if time.monotonic() > end:
            what = f"nothing arrived in #cost-alerts within {SECONDS:.0f} s"
            raise Problem(what, "run: make down, make up, make demo; or read emulator.log")
        time.sleep(0.5)
    progress.line(f"  slack     {found[-1]}")


def _messages(facts: dict[str, Any], begins: str) -> list[str]:
    channel = CHANNELS["cost-alerts"]
    told = [one for one in web.get(f"{facts['slack_url']}/_messages") if one["channel"] == channel]
    texts = (html.unescape(one.get("text", "")) for one in told)
    return [text for text in texts if text.startswith(begins)]
