"""The stand-in's token, for the local Secrets Manager; a token of yours is left alone.

And the other way round: where the stand-in sends clicks.

Run by the tools environment's Python it stores it; everything else is standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

from infra_cdk.local import chat, cloud, progress, web
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem
from infra_cdk.local.slack.controls import TEAMS
from infra_cdk.local.slack.workspace import BOT_TOKEN, SIGNING_SECRET

SECRET = "labverse/local/slack"


def offer(instance: Instance) -> None:
    """Have functions post to this instance's stand-in, unless yours is set. Raises Problem."""
    url = chat.SERVER.address(instance.port)
    argv = [str(python_of(TOOLS)), "-m", "infra_cdk.local.slack.seed", url]
    done = subprocess.run(
        argv,
        cwd=ROOT,
        env=cloud.client_environ(instance),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise Problem(f"storing Slack's token failed: {done.stderr.strip()[-300:]}", "run: make up")
    if done.stdout.strip():
        progress.say("slack", done.stdout.strip())


def connect(instance: Instance) -> None:
    """Have clicks reach the app; said again each time, as either may have started anew."""
    facts = instance.facts()
    told = {"url": f"{facts['api_url']}/slack/interactions", "trust": facts["ca_bundle"]}
    url = f"{chat.SERVER.address(instance.port)}/_interactivity"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(told).encode(), headers)
    try:
        status, answer = web.call(request, 5.0, None)
    except web.NoAnswer as silence:
        raise Problem(f"the stand-in for Slack: {silence}", "run: make up") from silence
    if status != 200:
        raise Problem(f"the stand-in for Slack answers {status}: {answer}", "run: make up")


def _store(url: str) -> str:
    import boto3  # the plain Python that runs the rest lacks it

    secrets = boto3.client("secretsmanager")
    held = json.loads(secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    if held.get("bot_token", BOT_TOKEN) != BOT_TOKEN:
        return "alerts and approvals go to your own workspace"
    made = made_for(url, held)
    secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(made))
    return ""


def made_for(url: str, held: dict[str, str]) -> dict[str, str]:
    """What the secret holds for a stand-in at `url`; a channel of yours in Teams stays yours."""
    teams = held.get("teams_webhook_url", "")
    made = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "api_url": f"{url}/api/"}
    return {**made, "teams_webhook_url": teams if teams.startswith("https") else f"{url}{TEAMS}"}


if __name__ == "__main__":
    print(_store(sys.argv[1]))
