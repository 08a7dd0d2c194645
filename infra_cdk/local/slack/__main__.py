"""`python -m infra_cdk.local.slack PORT [FILE]`: a stand-in for Slack, for stage local only.

FILE keeps its messages from one start to the next.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from infra_cdk.local.slack.server import SlackServer


def main(port: int, file: Path | None = None) -> None:
    """Serve on loopback until a signal ends the process; calls that hang are released."""
    ends = {signal.SIGTERM, signal.SIGINT}
    # Before any thread begins, as threads inherit the mask and sigwait needs it everywhere.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server = SlackServer(port, file)
    server.start()
    sys.stdout.write(f"serving what looks like Slack on {server.url}\n")
    sys.stdout.flush()
    signal.sigwait(ends)
    server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None)
