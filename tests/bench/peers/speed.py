"""What a system adds to bare httpx: milliseconds and CPU time a call, and calls a second."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.bench.peers.quick import ANSWER
from tests.bench.peers.system import System

WARM_UPS = 5
# A kilobyte of plain words.
PROMPT = ("Say in one word what the capital of France is, and no more than that. " * 16)[:1024]


@dataclass(frozen=True)
class Counts:
    """How much is measured: `pairs` of calls, or `calls` of all `threads` together, per round."""

    pairs: int = 300
    calls: int = 1600
    threads: int = 32
    rounds: int = 3


def latency(bare: System, system: System, counts: Counts) -> list[dict[str, float]]:
    """One result a round, of calls that alternate between the two; who goes first does, too."""
    for _ in range(WARM_UPS):
        _timed(bare)
        _timed(system)
    return [_round(bare, system, counts.pairs) for _ in range(counts.rounds)]


def throughput(bare: System, system: System, counts: Counts) -> list[dict[str, float]]:
    """One result a round: calls a second of each, one after the other, from many threads."""
    found = []
    with ThreadPoolExecutor(counts.threads) as pool:
        for one in (bare, system):
            _rate(pool, one, counts.threads * WARM_UPS)
        for at in range(counts.rounds):
            rates = [0.0, 0.0]
            for which in (0, 1) if at % 2 == 0 else (1, 0):
                rates[which] = _rate(pool, (bare, system)[which], counts.calls)
            found.append({"bare_rps": rates[0], "rps": rates[1], "ratio": rates[1] / rates[0]})
    return found


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share is at or below."""
    at = max(0, -int(-share * len(sorted_values) // 1) - 1)
    return sorted_values[at]


def _round(bare: System, system: System, pairs: int) -> dict[str, float]:
    took: tuple[list[float], list[float]] = ([], [])
    cpu = [0.0, 0.0]
    for at in range(pairs):
        for which in (0, 1) if at % 2 == 0 else (1, 0):
            wall, used = _timed((bare, system)[which])
            took[which].append(wall)
            cpu[which] += used
    anchor, own = (sorted(each) for each in took)
    figures: dict[str, float] = {"cpu_ms": cpu[1] / pairs, "bare_cpu_ms": cpu[0] / pairs}
    for name, share in (("p50", 0.50), ("p99", 0.99)):
        figures[f"bare_{name}_ms"] = quantile(anchor, share)
        figures[f"{name}_ms"] = quantile(own, share)
        figures[f"added_{name}_ms"] = quantile(own, share) - quantile(anchor, share)
    return figures


def _timed(system: System) -> tuple[float, float]:
    """Milliseconds and CPU milliseconds of this process."""
    began, used = time.perf_counter(), time.process_time()
    _right(system.ask)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)


def _rate(pool: ThreadPoolExecutor, system: System, calls: int) -> float:
    began = time.perf_counter()
    for _ in pool.map(lambda _: _right(system.ask), range(calls)):
        pass
    return calls / (time.perf_counter() - began)


def _right(ask: Callable[[str], str]) -> None:
    """A fast answer that is wrong is worth nothing, so it ends the measurement."""
    said = ask(PROMPT)
    if said != ANSWER:
        raise AssertionError(f"{said!r} is not what the provider said")
