"""Each measurement over the whole line-up: how much of it, and which of its rounds is kept."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from infra_cdk.local import progress
from infra_cdk.local.environments import GATEWAY
from infra_cdk.local.paths import TOOLS, python_of
from tests.bench.peers.cold import peak_mib
from tests.bench.peers.drive import Job
from tests.bench.peers.lineup import Contender, Failed
from tests.bench.peers.portkey import gateway
from tests.bench.peers.quality import judged
from tests.bench.peers.sickness import REQUESTS
from tests.bench.peers.speed import WARM_UPS
from tests.bench.peers.system import Fleet, Pair, make
from tests.bench.routing_data import load as load_rows


@dataclass(frozen=True)
class Size:
    """How much is measured. `cold`: fresh interpreters, after so many that are discarded."""

    latency: dict[str, int] = field(default_factory=dict)
    throughput: dict[str, int] = field(default_factory=dict)
    requests: int = REQUESTS
    cold: int = 3
    cold_warm_ups: int = WARM_UPS
    draws: int = 400


WHOLE = Size()
QUICK = Size(
    {"pairs": 100, "rounds": 1}, {"calls": 320, "rounds": 1}, cold=1, cold_warm_ups=1, draws=40
)
_BUDGET = {"at_once": 200}
_NO_BUDGET = "the open gateway has no budgets"
_NO_SCORE = "it follows rules that its user writes"
_NO_DATA = "no data: ROUTING_DATA names no file"


@dataclass(frozen=True)
class Bench:
    """One run: who, against which providers, how much."""

    contenders: Sequence[Contender]
    fleet: Fleet
    size: Size
    data: Path | None = None
    """Prompts, and which of two models answered each right."""

    def latency(self) -> dict[str, Any]:
        """Milliseconds and CPU time that a call takes, beside bare httpx."""
        return self._each(self._latency)

    def throughput(self) -> dict[str, Any]:
        """Calls a second from 32 threads, beside bare httpx."""

        def one(contender: Contender) -> dict[str, float]:
            rounds = contender.found(self._job(contender, "throughput", self.size.throughput))
            best: dict[str, float] = max(rounds, key=lambda each: each["ratio"])
            return best

        return self._each(one)

    def cold(self) -> dict[str, Any]:
        """CPU seconds and memory up to the first answer of a fresh process."""
        bare = Contender("httpx", TOOLS, {})
        return self._each(self._cold, [bare, *self.contenders])

    def faults(self) -> dict[str, Any]:
        """A sick primary; peers once as they come and once as an expert sets them up."""
        found: dict[str, Any] = {}
        for name, one in self._as_set_up():
            found |= self._each(self._sick, [one], name)
        return found

    def budget(self) -> dict[str, Any]:
        """Ten calls' money and two hundred calls at once."""

        def one(contender: Contender) -> dict[str, Any]:
            if contender.name == "portkey":
                raise Failed(contender.absent or _NO_BUDGET)
            found: dict[str, Any] = contender.found(self._job(contender, "budget", _BUDGET))
            return found

        return self._each(one)

    def quality(self) -> dict[str, Any]:
        """How well prompts are told apart that need the stronger of two models."""

        def one(contender: Contender) -> dict[str, float]:
            if contender.name == "portkey":
                raise Failed(contender.absent or _NO_SCORE)
            if self.data is None:
                raise Failed(_NO_DATA)
            job = replace(self._job(contender, "quality", {}), data=str(self.data))
            return judged(load_rows(self.data), contender.found(job), self.size.draws)

        return self._each(one, [Contender("length", TOOLS, {}), *self.contenders])

    def _job(self, contender: Contender, measure: str, counts: dict[str, int]) -> Job:
        return Job(contender.name, measure, self.fleet, contender.setup, counts)

    def _as_set_up(self) -> list[tuple[str, Contender]]:
        peers = [one for one in self.contenders if one.name != "labverse"]
        by_hand = [(f"{one.name} by hand", one.by_hand()) for one in peers]
        return sorted([*((one.name, one) for one in self.contenders), *by_hand], key=_by_name)

    def _each(
        self,
        measured: Callable[[Contender], dict[str, Any]],
        contenders: Sequence[Contender] = (),
        name: str = "",
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in contenders or self.contenders:
            watch = progress.Stopwatch()
            try:
                found[name or one.name] = measured(one)
            except Failed as failed:
                found[name or one.name] = {"absent": str(failed)}
            progress.say("bench", f"  {name or one.name}: {watch}")
        return found

    def _latency(self, contender: Contender) -> dict[str, float]:
        began = _cpu_seconds(contender.pid) if contender.pid else 0.0
        rounds = contender.found(self._job(contender, "latency", self.size.latency))
        best = {name: min(each[name] for each in rounds) for name in rounds[0]}
        if contender.pid:  # a proxy works in a process of its own
            calls = self.size.latency.get("pairs", 300) * len(rounds) + WARM_UPS
            best["cpu_ms"] += 1000 * (_cpu_seconds(contender.pid) - began) / calls
        return best

    def _sick(self, contender: Contender) -> dict[str, Any]:
        counts = {"requests": self.size.requests}
        return {"rows": contender.found(self._job(contender, "faults", counts))}

    def _cold(self, contender: Contender) -> dict[str, float]:
        if contender.absent:
            raise Failed(contender.absent)
        measured = self._cold_gateway if contender.pid else self._cold_process
        found = []
        for at in range(self.size.cold_warm_ups + self.size.cold):
            one = measured(contender)
            if at >= self.size.cold_warm_ups:
                found.append(one)
        return {name: min(each[name] for each in found) for name in found[0]}

    def _cold_process(self, contender: Contender) -> dict[str, float]:
        urls = [f"{self.fleet.quick}/{name}/v1" for name in ("primary", "backup")]
        argv = ["-m", "tests.bench.peers.cold", contender.name, *urls]
        found: dict[str, float] = json.loads(
            contender.output([str(python_of(contender.python)), *argv])
        )
        return found

    def _cold_gateway(self, contender: Contender) -> dict[str, float]:
        quick = self.fleet.quick
        with gateway(GATEWAY) as (url, pid):
            pair = Pair(f"{quick}/primary/v1", f"{quick}/backup/v1", url)
            make(contender.name, pair).ask("What is the capital of France?")
            return {"cpu_s": _cpu_seconds(pid), "peak_mib": peak_mib(pid)}


def _by_name(named: tuple[str, Contender]) -> tuple[bool, str]:
    """Ours first."""
    return named[0] != "labverse", named[0]


def _cpu_seconds(pid: int) -> float:
    """What a process has used until now (Linux)."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def load() -> float:
    """Processes that wanted to run, as a mean of the last minute."""
    return round(os.getloadavg()[0], 2)
