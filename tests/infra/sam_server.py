"""SAM's commands without starting SAM for each: one process imports it, and its children run them.

Run by the Python of the environment `sam`. Each line of stdin is one command as a JSON list of
words; each line of stdout is what became of it: `{"code", "stdout", "stderr"}`.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

# Which modules a command needs it finds out by itself; those that are here it finds imported.
WARM = (
    "boto3",
    "cfnlint.api",
    "samcli.commands.build.command",
    "samcli.commands.local.invoke.cli",
    "samcli.commands.validate.validate",
    "samcli.lib.translate.sam_template_validator",
)


def _run(cli: Any, words: Sequence[str]) -> dict[str, Any]:
    """In a child, so that no command sees what another one has changed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os._exit(_code(cli, words))
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return {"code": code, "stdout": out.read(), "stderr": err.read()}


def _code(cli: Any, words: Sequence[str]) -> int:
    code = 70  # whatever is not an exit of its own, its traceback is on stderr
    try:
        cli(list(words), prog_name="sam")
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - a child must never return into its parent's loop
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    """Answer until stdin ends."""
    sam = importlib.import_module("samcli.cli.main")
    for module in WARM:
        importlib.import_module(module)
    for line in sys.stdin:
        print(json.dumps(_run(sam.cli, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
