"""`python -m tests.bench.peers.cold NAME PRIMARY BACKUP`: one call in a fresh interpreter.

Says the CPU seconds since the process began and the most memory it held, the interpreter's own
included.
"""

import sys
import time

from tests.bench.peers.system import Pair, make


def peak_mib(pid: int | str = "self") -> float:
    """The most memory that a process ever held in RAM (Linux).

    Not getrusage's: that of a young process is what its parent held when it began.
    """
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123 - imports count
        found = [line for line in status if line.startswith("VmHWM")]
    return int(found[0].split()[1]) / 1024


if __name__ == "__main__":
    said = make(sys.argv[1], Pair(sys.argv[2], sys.argv[3])).ask("What is the capital of France?")
    if said != "Paris":
        sys.exit(f"{said!r} is not what the provider said")
    print(f'{{"cpu_s": {time.process_time():.4f}, "peak_mib": {peak_mib():.1f}}}')
