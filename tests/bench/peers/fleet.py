"""The providers that every system is measured against, in a process of their own.

`python -m tests.bench.peers.fleet` says on stdout where they are, and ends with its stdin.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from infra_cdk.local.faults.server import FaultServer
from infra_cdk.local.paths import ROOT
from tests.bench.peers.quick import QuickServer
from tests.bench.peers.system import Fleet


@contextmanager
def fleet() -> Iterator[Fleet]:
    """Both, for as long as this lasts."""
    argv = [sys.executable, "-m", "tests.bench.peers.fleet"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Fleet(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def main() -> None:
    quick, faults = QuickServer(), FaultServer(0)
    quick.start()
    faults.start()
    print(json.dumps(asdict(Fleet(quick.url, faults.url))), flush=True)
    sys.stdin.read()
    faults.stop()
    quick.stop()


if __name__ == "__main__":
    main()
