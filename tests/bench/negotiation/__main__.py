"""`python -m tests.bench.negotiation [WORD]`: what the solver costs, case by case, beside its bars.

Each case runs in a process of its own with one thread, five times warm; CPU time, so that a busy
machine tells nearly the same.
"""

import json
import os
import subprocess
import sys
import time

from tests.bench.negotiation.cases import cases
from tests.bench.peers.cold import peak_mib

_THREADS = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")
}
_RUNS = 5


def measure(name: str) -> dict[str, object]:
    """One case, in this process."""
    from labverse.negotiate.solver import solve

    problem = cases()[name].make()
    taken, found = [], solve(problem)
    for _ in range(_RUNS):
        start = time.process_time()
        found = solve(problem)
        taken.append(1000 * (time.process_time() - start))
    gap = found.certificate.get("gap")
    said = f"{found.status} {found.reason}".strip()
    return {"ms": min(taken), "mib": peak_mib(), "status": said, "gap": gap}


def main() -> None:
    """All cases whose name holds the word."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, case in cases().items():
        if word not in name:
            continue
        command = [sys.executable, "-m", "tests.bench.negotiation", "--one", name]
        run = subprocess.run(
            command, env={**os.environ, **_THREADS}, capture_output=True, text=True, check=True
        )
        told = json.loads(run.stdout)
        late = "  LATE" if told["ms"] > case.cpu_ms else ""
        large = "  LARGE" if case.rss_mb and told["mib"] > case.rss_mb else ""
        line = f"{name:32} {told['ms']:8.1f} of {case.cpu_ms:6.0f} ms {told['mib']:6.0f} MiB"
        print(f"{line}  {told['status']} gap {told['gap']}{late}{large}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        main()
