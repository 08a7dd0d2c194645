"""Your own provider keys, from `.env.local`, for the local Secrets Manager.

With one, the local cloud asks the real providers; without any, stand-ins answer in their place.
Run by the tools environment's Python it stores them; everything else is standard library only.
"""

from __future__ import annotations

import hashlib
import json
import subprocess

from infra_cdk.local import cloud, progress
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem

FILE = ROOT / ".env.local"
SECRET = "labverse/local/provider-keys"
VARIABLES = {
    "DASHSCOPE_API_KEY": "dashscope",
    "OPENAI_API_KEY": "openai",
    "ANTHROPIC_API_KEY": "anthropic",
    "MOONSHOT_API_KEY": "moonshot",
}


def keys(text: str | None = None) -> dict[str, str]:
    """Keys by provider: the lines of `.env.local` (or of `text`) whose variable is one of ours."""
    if text is None:
        text = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        value = value.strip().strip("'\"")
        if name.strip() in VARIABLES and value:
            found[VARIABLES[name.strip()]] = value
    return found


def fingerprint() -> str:
    """Changes when the keys do, and tells nothing about them; empty without any."""
    known = keys()
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest() if known else ""


def offer(instance: Instance) -> None:
    """Store the keys, if there are any, in this local cloud. Raises Problem."""
    known = keys()
    if not known:
        return
    # The program reads the file itself: a key is neither in argv nor in the environment.
    argv = [str(python_of(TOOLS)), "-m", "infra_cdk.local.real_keys"]
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
        raise Problem(f"storing provider keys failed: {done.stderr.strip()[-300:]}", "run: make up")
    progress.say("providers", f"keys of {', '.join(sorted(known))} from .env.local: real providers")


def _store() -> None:
    import boto3  # the plain Python that runs the rest lacks it

    text = json.dumps(keys(), sort_keys=True)
    boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=text)


if __name__ == "__main__":
    _store()
