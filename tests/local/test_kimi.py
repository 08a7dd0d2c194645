"""`kimi` as a person runs it, against the deployed app."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cloud import ROOT, Deployed, environment

QUESTION = "What is the capital of France?"


def kimi(*argv: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("kimi")
    return subprocess.run(
        [program, *argv],
        cwd=ROOT / "docs",
        env={**environment(), **changes},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_ask_and_status(deployed: Deployed) -> None:
    done = kimi("ask", QUESTION)
    assert (done.returncode, done.stdout.strip()) == (0, "Paris"), done.stderr
    health = json.loads(kimi("status", "--json").stdout)
    assert (health["status"], health["ai_providers"]["ollama"]["state"]) == ("ok", "ok")


def test_a_key_is_made_used_and_revoked(deployed: Deployed) -> None:
    argv = ("keys", "create", "--name", "test_kimi", "--scopes", "route", "--json")
    made = json.loads(kimi(*argv).stdout)
    # Revoked before its first use: a key that was used is remembered for up to 30 s.
    other = json.loads(kimi(*argv).stdout)
    assert kimi("keys", "revoke", other["id"]).returncode == 0
    assert kimi("ask", QUESTION, LABVERSE_API_KEY=made["key"]).returncode == 0
    refused = kimi("ask", QUESTION, LABVERSE_API_KEY=other["key"])
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "401 Unauthorized" in refused.stderr
    keys = json.loads(kimi("keys", "list", "--json").stdout)
    listed = {key["id"]: key["revoked_at"] for key in keys}
    assert listed[made["id"]] is None
    assert listed[other["id"]] is not None


def test_a_providers_key_reaches_the_one_secret(deployed: Deployed) -> None:
    secrets = deployed.client("secretsmanager")
    secret = "labverse/local/provider-keys"
    assert kimi("providers", "set-key", "opanai", given="sk-x").returncode == 2
    try:
        done = kimi("providers", "set-key", "moonshot", given="sk-not-shown\n")
        assert done.returncode == 0, done.stderr
        assert "sk-not-shown" not in done.stdout + done.stderr
        held = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
        assert held["moonshot"] == "sk-not-shown"
    finally:
        # Before anybody asks a prompt: a function that saw the key would keep it for minutes.
        secrets.put_secret_value(SecretId=secret, SecretString="{}")
