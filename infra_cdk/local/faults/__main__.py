"""`python -m infra_cdk.local.faults PORT`: providers that fail on demand, for stage local only."""

from __future__ import annotations

import signal
import sys

from infra_cdk.local.faults.server import FaultServer


def main(port: int) -> None:
    """Serve on loopback until a signal ends the process; calls that wait are released."""
    ends = {signal.SIGTERM, signal.SIGINT}
    # Before any thread begins, as threads inherit the mask and sigwait needs it everywhere.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server = FaultServer(port)
    server.start()
    sys.stdout.write(f"serving providers that fail on demand on {server.url}\n")
    sys.stdout.flush()
    signal.sigwait(ends)
    server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
