"""What was learnt from attempts: how long models take, how much they write, what tasks came to.

Counts by the hour: the present and the last one say how a model is now, so that a bad hour is
forgotten and a recovered model is seen again. All processes of a stage add to the same counts; a
process that has nobody to share with keeps them to itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from labverse.route import tally
from labverse.route.choice import Candidate
from labverse.route.counters import Counters, Counts
from labverse.route.latency import (
    MOST_OUTPUT,
    Bins,
    Calls,
    Known,
    Latency,
    latency,
    length_bin,
    most_tokens,
    output,
    seconds_bin,
    token_bin,
)
from labverse.route.limits import period_of
from labverse.route.models import TaskClass

Key = tuple[str, str, str]
"""Model, task class, and what is counted: tokens finely, or seconds at a length."""
_OUTPUT, _SECONDS, _MARK = "output", "seconds", "|"
_HOUR = timedelta(hours=1)
_KEPT, _TALLY_KEPT = timedelta(hours=3), timedelta(days=100)
# What was worked out holds for so long; attempts come by the hundred in a second.
_FRESH_SECONDS = 0.25
# A call that was cut would have taken longer: how much longer, nobody knows.
_CUT = 2.0
_USUAL_TOKENS = 64


class Experience:
    """Learns and tells; safe from many threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._lock = now, Lock()
        self._own: dict[str, dict[Key, dict[int, int]]] = {}
        """By hour, what nobody else knows of yet."""
        self._shared: dict[str, dict[Key, dict[int, int]]] = {}
        self._tallies: dict[str, dict[str, int]] = {}
        self._known: dict[tuple[str, str, int], tuple[float, Known]] = {}

    def answered(
        self, candidate: Candidate, task_class: TaskClass, seconds: float, tokens: int | None
    ) -> None:
        """A call brought an answer of so many tokens after so long."""
        self._took(candidate.model, task_class, seconds, tokens)
        if tokens:
            self._count((candidate.model, task_class, _OUTPUT), token_bin(tokens))

    def cut(self, candidate: Candidate, task_class: TaskClass, seconds: float) -> None:
        """A call had brought no answer by then, and was given up."""
        self._took(candidate.model, task_class, _CUT * seconds, None)

    def came_to(self, task_class: TaskClass, model: str, told: tally.Tally) -> None:
        """A part of what this month's tasks came to."""
        counts = tally.as_counts(task_class, model, told)
        with self._lock:
            _add(self._tallies.setdefault(tally.item(period_of(self._now())), {}), counts)

    def of(self, candidate: Candidate, task_class: TaskClass, most_output: int) -> Known:
        """What is known of calls that may write so much, worked out a moment ago."""
        key = (candidate.model, task_class, token_bin(most_output))
        at, kept = self._now().timestamp(), self._known.get(key)
        if kept is None or at - kept[0] >= _FRESH_SECONDS:
            kept = (at, self._work_out(candidate, task_class, most_output))
            self._known[key] = kept
        return kept[1]

    def overall(self, model: str) -> Latency:
        """The latency of calls of all task classes as they came, for people to look at."""
        return latency(self._calls(model, None), 1, MOST_OUTPUT)

    def likely_output(self, model: str, task_class: str) -> int | None:
        """What 19 of 20 answers did not exceed; None where nothing is known."""
        return most_tokens(self._outputs(model, task_class), 0.95)

    def sync(self, counters: Counters) -> None:
        """Add what is new to what all processes know, and learn that. Raises Unavailable.

        What could not be added is lost: adding it again might count it twice.
        """
        now = self._now()
        with self._lock:
            own, self._own = self._own, {}
            tallies, self._tallies = self._tallies, {}
        for item, found in own.items():
            counters.add(item, _flat(found), int((now + _KEPT).timestamp()))
        for item, counts in tallies.items():
            counters.add(item, counts, int((now + _TALLY_KEPT).timestamp()))
        items = [_hour(now), _hour(now - _HOUR)]
        self._shared = dict(zip(items, map(_parted, counters.read(items)), strict=True))

    def _work_out(self, candidate: Candidate, task_class: TaskClass, most_output: int) -> Known:
        # Another class tells more of a model's speed than nothing does.
        calls = self._calls(candidate.model, task_class) or self._calls(candidate.model, None)
        told = latency(calls, candidate.tokens_per_second, most_output)
        return Known(told, output(self._outputs(candidate.model, task_class)))

    def _took(self, model: str, task_class: TaskClass, seconds: float, tokens: int | None) -> None:
        tokens = tokens or int(output(self._outputs(model, task_class)).mean) or _USUAL_TOKENS
        kind = f"{_SECONDS}{length_bin(tokens)}"
        self._count((model, task_class, kind), seconds_bin(seconds))

    def _outputs(self, model: str, task_class: str) -> Bins:
        found: dict[int, float] = {}
        for _, index, count in self._counted(model, task_class, _OUTPUT):
            found[index] = found.get(index, 0.0) + count
        return found

    def _calls(self, model: str, task_class: str | None) -> Calls:
        found: dict[tuple[int, int], float] = {}
        for kind, index, count in self._counted(model, task_class, _SECONDS):
            bins = int(kind.removeprefix(_SECONDS)), index
            found[bins] = found.get(bins, 0.0) + count
        return found

    def _counted(
        self, model: str, task_class: str | None, kind: str
    ) -> list[tuple[str, int, float]]:
        """Counts of this hour, and of the last one the less, the longer ago it is."""
        now = self._now()
        passed = now.timestamp() % _HOUR.total_seconds() / _HOUR.total_seconds()
        with self._lock:
            return [
                (key[2], index, weight * count)
                for hour, weight in ((_hour(now), 1.0), (_hour(now - _HOUR), 1 - passed))
                for counts in (self._own.get(hour, {}), self._shared.get(hour, {}))
                for key, bins in counts.items()
                if key[0] == model and key[2].startswith(kind) and task_class in (None, key[1])
                for index, count in bins.items()
            ]

    def _count(self, key: Key, index: int) -> None:
        hour = _hour(self._now())
        with self._lock:
            if hour not in self._own and len(self._own) > 1:
                # Without anybody to share with, hours that no one looks at any more pile up.
                self._own = {name: self._own[name] for name in sorted(self._own)[-1:]}
            bins = self._own.setdefault(hour, {}).setdefault(key, {})
            bins[index] = bins.get(index, 0) + 1


def _hour(now: datetime) -> str:
    return f"latency#{now:%Y-%m-%dT%H}"


def _add(there: dict[str, int], counts: Counts) -> None:
    for name, count in counts.items():
        there[name] = there.get(name, 0) + count


def _flat(found: Mapping[Key, Mapping[int, int]]) -> dict[str, int]:
    return {
        _MARK.join((*key, str(index))): count
        for key, bins in found.items()
        for index, count in bins.items()
    }


def _parted(counts: Counts) -> dict[Key, dict[int, int]]:
    """What `_flat` joined. A model's name may hold anything, so the parts are told from the end."""
    found: dict[Key, dict[int, int]] = {}
    for name, count in counts.items():
        model, task_class, kind, index = name.rsplit(_MARK, 3)
        found.setdefault((model, task_class, kind), {})[int(index)] = count
    return found
