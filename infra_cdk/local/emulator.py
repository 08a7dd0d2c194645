"""Start the local AWS emulator with its one gap closed; run by the emulator environment's Python.

The gap: a Python function's exception always arrives as `Runtime.HandlerError`, where AWS tells
its class name, so that a state machine's Retry and Catch by name never match. Everything else is
the emulator as it is. `tests/local/test_emulator_gap.py` fails once upstream closes the gap.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from collections.abc import Callable
from typing import Any

from infra_cdk.local.tracebacks import exception_name

VERSION = "1.5.33"
LOST = "Runtime.HandlerError"

Execute = Callable[[dict[str, Any], Any, str], dict[str, Any]]


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


def main() -> None:
    """Check the version, close the gap, serve until SIGTERM."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        sys.exit(
            f"the emulator is ministack {found}, but its gap was studied in {VERSION}\n"
            "  what to do: run the tests in tests/local against the new version, then change "
            "VERSION in infra_cdk/local/emulator.py, or pin requirements/emulator.in again"
        )
    # By name, as only the emulator's environment has these.
    app: Any = importlib.import_module("ministack.app")
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    lambda_svc._execute_function_warm = with_class_names(lambda_svc._execute_function_warm)
    app.main()


if __name__ == "__main__":
    main()
