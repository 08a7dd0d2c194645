"""What `make up` leaves for people and programs: `.build/<instance>.json` and the closing lines."""

from __future__ import annotations

import subprocess
from typing import Any

from infra_cdk.local import chat, cloud, enforcement, progress, prompt, providers
from infra_cdk.local.instance import REGION, ROOT_KEY, Instance
from infra_cdk.local.language import Model
from infra_cdk.local.paths import ROOT, TOOLS, python_of
from infra_cdk.local.problems import Problem
from infra_cdk.local.prompt import Reply, ask
from infra_cdk.local.slack.people import APPROVER


def write(instance: Instance, model: Model, outputs: dict[str, Any]) -> None:
    """Save the addresses of what was deployed, with a key that works. Raises Problem."""
    facts = {
        "api_url": f"{cloud.endpoint(instance)}/_aws/execute-api/{outputs['ApiId']}",
        "api_key": instance.facts().get("api_key"),
        "person_key": instance.facts().get("person_key"),
        "jwt": None,
        "aws_endpoint_url": cloud.endpoint(instance),
        "aws_access_key_id": ROOT_KEY,
        "aws_secret_access_key": ROOT_KEY,
        "ca_bundle": enforcement.trust(instance),
        "region": REGION,
        "dashboard_url": None,
        "model_url": None if model.url == "none" else model.url,
        "model_name": None if model.url == "none" else model.name,
        "faults_url": providers.SERVER.address(instance.port),
        "slack_url": chat.SERVER.address(instance.port),
        "keys_table": outputs["KeysTable"],
        "event_bus": outputs["EventBusName"],
        "state_machine_arns": {
            word: outputs[f"{word.capitalize()}WorkflowArn"] for word in ("route", "negotiate")
        },
    }
    known = facts["api_key"] and facts["person_key"]
    if not known or ask(facts).status in (0, 401, 403):
        facts["api_key"], facts["person_key"] = _mint(instance, outputs["KeysTable"])
        progress.say("seed", "made a key with the scopes admin, observe, route")
        progress.say("seed", f"made a key of {APPROVER}, with which kimi approve answers")
    instance.save_facts(facts)


def show(instance: Instance, question: str, reply: Reply) -> None:
    """Print the answer, the addresses, the key, and what to run next."""
    facts = instance.facts()
    url, key = facts["api_url"], facts["api_key"]
    progress.line()
    if reply.answered:
        prompt.show(question, reply.body)
    else:
        progress.line(f"  no model: a prompt gets {reply.status} {reply.body.get('title', '')}")
    trusting = f"--cacert {facts['ca_bundle']} " if facts["ca_bundle"] else ""
    curl = (
        f"curl -s {trusting}{url}/api/v1/analyze -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{{\"text\": \"{question}\"}}'"
    )
    lines = {
        "api": url,
        "docs": f"{url}/docs",
        "key": key,
        "aws": f"AWS_ENDPOINT_URL={facts['aws_endpoint_url']} (make env prints all variables)",
        "facts": instance.file.relative_to(ROOT),
        "try": curl,
        "next": "make demo · make down",
    }
    progress.line()
    for name, value in lines.items():
        progress.line(f"  {name:<9} {value}")


def _mint(instance: Instance, table: str) -> list[str]:
    argv = [str(python_of(TOOLS)), "-m", "infra_cdk.local.seed", table]
    environ = cloud.client_environ(instance)
    done = subprocess.run(
        argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise Problem(f"making a key failed: {done.stderr.strip()}", "run make clean, then make up")
    return done.stdout.split()
