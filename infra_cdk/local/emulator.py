"""Start the local AWS emulator with four gaps closed; run by the emulator environment's Python.

A Python function's exception always arrives as `Runtime.HandlerError`, where AWS tells its class
name, so that a state machine's Retry and Catch by name never match. And a template's reference to
a secret is its name, where AWS gives its ARN, so that a policy written with it allows nothing once
IAM is enforced. And whoever may describe or update one service of ECS is asked for the whole
cluster, where AWS asks for that service. The fourth is told in `task_tokens`. Everything else is
the emulator as it is.
`tests/local/test_emulator_gap.py` fails once upstream closes one of them.
"""

from __future__ import annotations

import asyncio.constants
import importlib
import importlib.metadata
import json
import re
import sys
from collections.abc import Callable
from typing import Any

from infra_cdk.local.task_tokens import TaskTokens
from infra_cdk.local.tracebacks import exception_name

VERSION = "1.5.33"
FAREWELL_SECONDS = 0.2
LOST = "Runtime.HandlerError"
SECRET = "AWS::SecretsManager::Secret"
# An ARN ends with the secret's name, a hyphen and six characters that AWS chose.
_SECRET_ARN = re.compile(r"arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[^-]{6}")

Execute = Callable[[dict[str, Any], Any, str], dict[str, Any]]
Resource = Callable[..., str]
# What CloudFormation knows after a resource was made: its id, and its attributes.
Made = tuple[str, dict[str, Any]]


def with_class_names(execute: Execute) -> Execute:
    """Wrap the emulator's warm execution: an exception's result carries its class name."""

    def named(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result = execute(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == LOST:
            name = exception_name(result.get("log", ""), body.get("errorMessage", ""))
            body["errorType"] = name or LOST
        return result

    return named


def with_secret_arns(handlers: dict[str, Any]) -> dict[str, Any]:
    """Wrap the emulator's handlers of secrets: CloudFormation's id of one is its ARN."""

    def create(*given: Any) -> Made:
        _, attributes = handlers["create"](*given)
        return attributes["Arn"], attributes

    def update(known: str, *given: Any, **named: Any) -> Made:
        name = _secret_name(known)
        made, attributes = handlers["update"](name, *given, **named)
        # Another name means another secret; CloudFormation then deletes what has the old id.
        return (known if made == name else attributes["Arn"]), attributes

    def delete(known: str, *given: Any) -> None:
        handlers["delete"](_secret_name(known), *given)

    return {**handlers, "create": create, "update": update, "delete": delete}


def _secret_name(known: str) -> str:
    found = _SECRET_ARN.fullmatch(known)
    return found[1] if found else known


def with_ecs_services(resource: Resource) -> Resource:
    """Wrap the emulator's idea of what a call is about: a call about one service names that one."""

    def named(service: str, *call: Any) -> str:
        found = resource(service, *call)
        if service != "ecs" or ":cluster/" not in found:
            return found
        _method, _path, _headers, body, *_ = call
        asked = json.loads(body)
        services = asked.get("services") or [asked.get("service")]
        if len(services) != 1 or not services[0]:
            return found
        return f"{found.replace(':cluster/', ':service/')}/{services[0].rpartition('/')[2]}"

    return named


def main() -> None:
    """Check the version, close the gaps, serve until SIGTERM."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        sys.exit(
            f"the emulator is ministack {found}, but its gaps were studied in {VERSION}\n"
            "  what to do: run the tests in tests/local against the new version, then change "
            "VERSION in infra_cdk/local/emulator.py, or pin requirements/emulator.in again"
        )
    # By name, as only the emulator's environment has these.
    app: Any = importlib.import_module("ministack.app")
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    lambda_svc._execute_function_warm = with_class_names(lambda_svc._execute_function_warm)
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    handlers = provisioners._RESOURCE_HANDLERS
    handlers[SECRET] = with_secret_arns(handlers[SECRET])
    TaskTokens(importlib.import_module("ministack.services.stepfunctions")).close()
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    actions.extract_resource_arn = with_ecs_services(actions.extract_resource_arn)
    # With TLS it would listen on port 443 too wherever it may: nobody allotted that one to it.
    app._port_is_bindable = lambda _host, _port: False
    # Nobody on this machine is owed a farewell: functions keep idle TLS connections open, and each
    # would hold up the end, and the saving of state, for asyncio's 30 seconds.
    asyncio.constants.SSL_SHUTDOWN_TIMEOUT = FAREWELL_SECONDS
    app.main()


if __name__ == "__main__":
    main()
