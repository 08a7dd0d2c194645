"""Run inside a bare interpreter: start one handler as Lambda would, and say what it did.

`python -I -S -B start.py` with one JSON object on stdin: `path` (sys.path, in Lambda's order),
`environment` (None: import without a single variable, and call nothing), `entry`, `events`.
Answers with one JSON line, the last of stdout. Standard library only, and none of our code.
"""

import gc
import importlib
import json
import os
import sys
import time
import traceback
from types import SimpleNamespace
from typing import Any

REACHES_OUT = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
STARTS = ("subprocess.Popen", "os.system", "os.fork", "os.exec", "os.posix_spawn")
CLIENTS = (
    "botocore.client.BaseClient",
    "botocore.session.Session",
    "httpx.Client",
    "labverse.adapters.deadline.Client",
)
effects: list[str] = []


def _watch(name: str, arguments: tuple[Any, ...]) -> None:
    """Note what has an effect; nothing here may leave the machine, so that is refused too."""
    if name in REACHES_OUT:
        effects.append(f"{name}{arguments[1:]}")
        raise ConnectionRefusedError(f"{name}: no network in this test")
    if name in STARTS:
        effects.append(f"{name}({arguments[0]})")
    if name == "open" and isinstance(arguments[0], str):
        path, mode = arguments[0], str(arguments[1])
        if any(letter in mode for letter in "wax+"):
            effects.append(f"open({path}, {mode})")
        elif "/python/config/" in path or "/.aws/" in path:
            effects.append(f"reads {path}")


def _names(cls: type) -> set[str]:
    bases = [f"{base.__module__}.{base.__name__}" for base in cls.__mro__]
    return {"httpx.Client" if base == "httpx._client.Client" else base for base in bases}


def _clients() -> list[str]:
    """Clients that exist now."""
    found = (_names(type(thing)) & set(CLIENTS) for thing in gc.get_objects())
    return [f"made a {name}" for names in found for name in names]


def _context(name: str) -> Any:
    return SimpleNamespace(
        function_name=name,
        function_version="$LATEST",
        memory_limit_in_mb=512,
        invoked_function_arn=f"arn:aws:lambda:eu-west-1:123456789012:function:{name}",
        aws_request_id="00000000-0000-0000-0000-000000000000",
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name="stream",
        get_remaining_time_in_millis=lambda: 29_000,
    )


def _answer(entry: Any, event: Any) -> dict[str, Any]:
    """What one invocation brought: a result, or the class and place of an error."""
    try:
        return {"result": entry(event, _context("started"))}
    except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
        kinds = [f"{base.__module__}.{base.__name__}" for base in type(error).__mro__]
        return {"error": kinds, "told": str(error), "trace": traceback.format_exc()[-1500:]}


def _told(error: Exception) -> str:
    """The error in one line; pydantic's has one per field."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"


def main() -> dict[str, Any]:
    """Import; unless that is all, build what is primed and answer every event."""
    job = json.load(sys.stdin)
    sys.path[:0] = job["path"]
    os.environ.clear()
    os.environ.update(job["environment"] or {})
    time.sleep = lambda _seconds: None  # retries of a network that is not there
    sys.addaudithook(_watch)
    report: dict[str, Any] = {"failed": "", "built": [], "answers": []}
    try:
        module = importlib.import_module("handler")
        entry = getattr(module, job["entry"])
        report["effects"] = [*effects, *_clients()]
        for name, builder in list(vars(module).items()) if job["environment"] else ():
            if hasattr(builder, "cache_info") and getattr(builder, "__module__", "") == "handler":
                builder()
                report["built"].append(name)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
        return {**report, "failed": _told(error), "trace": traceback.format_exc()[-3000:]}
    report["answers"] = [_answer(entry, event) for event in job["events"] or ()]
    report["imported"] = {
        name: file
        for name, found in list(sys.modules.items())
        if "." not in name and (file := getattr(found, "__file__", None))
    }
    return report


if __name__ == "__main__":
    answer = main()
    print()
    print(json.dumps(answer, default=str))
