"""The stand-in's token, for the local Secrets Manager; a token of yours is left alone.

Run by the tools environment's Python it stores it; everything else is standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys

from infra_cdk.local import chat, cloud, progress
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem
from infra_cdk.local.slack.workspace import BOT_TOKEN, SIGNING_SECRET

SECRET = "labverse/local/slack"


def offer(instance: Instance) -> None:
    """Have functions post to this instance's stand-in, unless yours is set. Raises Problem."""
    url = f"{chat.SERVER.address(instance.port)}/api/"
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


def _store(url: str) -> str:
    import boto3  # the plain Python that runs the rest lacks it

    secrets = boto3.client("secretsmanager")
    held = json.loads(secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    if held.get("bot_token", BOT_TOKEN) != BOT_TOKEN:
        return "alerts go to your own workspace"
    made = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "api_url": url}
    secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(made))
    return ""


if __name__ == "__main__":
    print(_store(sys.argv[1]))
