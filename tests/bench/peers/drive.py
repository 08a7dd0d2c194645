"""`python -m tests.bench.peers.drive` with a Job as JSON on stdin: measures one system.

Runs in the environment of that system, beside bare httpx; says what it found as JSON on stdout.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.peers import budget, sickness, speed
from tests.bench.peers import quality as of_prompts
from tests.bench.peers.system import Fleet, Pair, make


@dataclass(frozen=True)
class Job:
    """`setup`: members of `Pair` that say how the system is set up. `data`: a file, by its path."""

    system: str
    measure: str
    fleet: Fleet
    setup: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    data: str = ""

    def text(self) -> str:
        """What the program reads."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> "Job":
        """What `text` was made of."""
        told = json.loads(text)
        return Job(**{**told, "fleet": Fleet(**told["fleet"])})

    @property
    def pair(self) -> Pair:
        """The two that answer at once, and how the system is set up."""
        quick = self.fleet.quick
        return Pair(f"{quick}/primary/v1", f"{quick}/backup/v1", **self.setup)


def latency(job: Job) -> Any:
    """See `speed.latency`."""
    pair = job.pair
    return speed.latency(make("httpx", pair), make(job.system, pair), speed.Counts(**job.counts))


def throughput(job: Job) -> Any:
    """See `speed.throughput`."""
    pair = job.pair
    bare, system = make("httpx", pair), make(job.system, pair)
    return speed.throughput(bare, system, speed.Counts(**job.counts))


def faults(job: Job) -> Any:
    """See `sickness.suffer`."""
    return sickness.suffer(job.system, job.fleet.faults, job.pair, job.counts["requests"])


def spending(job: Job) -> Any:
    """See `budget.overspent`."""
    return budget.overspent(job.system, job.fleet.quick, **job.counts)


def quality(job: Job) -> Any:
    """See `quality.scores`."""
    return of_prompts.scores(job.system, Path(job.data))


MEASURES: dict[str, Callable[[Job], Any]] = {
    "latency": latency,
    "throughput": throughput,
    "faults": faults,
    "budget": spending,
    "quality": quality,
}

if __name__ == "__main__":
    job = Job.read(sys.stdin.read())
    print(json.dumps(MEASURES[job.measure](job)))
