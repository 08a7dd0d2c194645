"""`python -m infra_cdk.local up|down|clean|demo|env|status`: what the Makefile calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from infra_cdk.local import cloud, commands, down, processes, progress, up
from infra_cdk.local.environments import ensure
from infra_cdk.local.instance import Instance, selected
from infra_cdk.local.paths import TOOLS, python_of
from infra_cdk.local.ports import HOST
from infra_cdk.local.problems import Problem


def main(argv: list[str]) -> int:
    """Run one command; 0 when it did what it says, 1 with a message when not, 2 for usage."""
    actions: dict[str, Callable[[Instance], None]] = {
        "up": up.up,
        "down": down.down,
        "clean": down.clean,
        "demo": _demo,
        "env": _env,
        "status": _status,
    }
    if len(argv) != 1 or argv[0] not in actions:
        sys.stderr.write(f"usage: python -m infra_cdk.local {'|'.join(actions)}\n")
        return 2
    try:
        actions[argv[0]](selected())
    except Problem as problem:
        sys.stderr.write(f"\nerror: {problem}\n")
        return 1
    except KeyboardInterrupt:
        commands.cancel()
        sys.stderr.write("\nstopped; servers that were started keep running: make down ends them\n")
        return 130
    return 0


def _demo(instance: Instance) -> None:
    """Demos use AWS clients: they go on in the tools environment, against this instance."""
    ensure("tools")
    python = python_of(TOOLS)
    there = os.environ.get("AWS_ENDPOINT_URL") == cloud.endpoint(instance)
    if sys.prefix != str(TOOLS) or not there:
        environ = cloud.client_environ(instance)
        sys.stdout.flush()
        os.execve(python, [str(python), "-m", "infra_cdk.local", "demo"], environ)
    from infra_cdk.local.demo import demo  # it needs boto3, which plain Python lacks

    demo(instance)


def _env(instance: Instance) -> None:
    """Print shell lines that point curl, the AWS CLI and SDKs to this instance."""
    known, facts = cloud.client_environ(instance), instance.facts()
    known |= {"LABVERSE_API_URL": facts["api_url"], "LABVERSE_API_KEY": facts["api_key"]}
    for name in sorted(known):
        if name.startswith(("AWS_", "LABVERSE_API_", "NODE_EXTRA_")):
            progress.line(f"export {name}={known[name]}")


def _status(instance: Instance) -> None:
    """Print which servers run, and the memory of all their processes."""
    port = instance.port
    for name, offset in down.SERVERS.items():
        server = processes.recorded(instance.pid_file(name))
        if server is None or not processes.alive(server):
            progress.line(f"{name:<10} stopped")
            continue
        pids = processes.family(server)
        mib = sum(map(processes.resident_mib, pids))
        text = f"{HOST}:{port + offset}, pid {server.pid}, {len(pids)} processes, {mib:.0f} MiB"
        progress.line(f"{name:<10} {text}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
