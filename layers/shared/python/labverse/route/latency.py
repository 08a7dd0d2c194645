"""How long a model takes and how much it writes, told from counts of what it did.

Calls are counted in bins of a constant factor: by their seconds and, coarsely, their tokens, so
that the effect of a lower limit of tokens can be told; and by their tokens once more, finely, to
tell what answers cost.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import exp, floor, log, sqrt

# What a call takes beside its tokens, by config's reckoning: for calls that a limit would shorten.
_OVERHEAD_SECONDS = 0.3
_SECONDS, _TOKENS, _LENGTH = log(1.15), log(1.25), log(2)
_LEAST_SECONDS, _MOST_SECONDS = 1e-3, 1e3
# Nothing known counts like so many calls of which so large a share was in time: an optimist's prior
# has everything tried, and gives way to a few calls that say otherwise.
_PRIOR_CALLS, _PRIOR_IN_TIME = 4.0, 0.95

# As many answers of a model weigh as much as what answers of all models have in common.
_USUAL_ANSWERS = 20.0

MOST_OUTPUT = 10**9
"""More tokens than anybody may ask for: nothing is shortened."""
Bins = Mapping[int, float]
"""How often, by bin."""
Calls = Mapping[tuple[int, int], float]
"""How often, by the bins of length and of seconds."""


def seconds_bin(seconds: float) -> int:
    """The bin of a call that took so long."""
    return floor(log(max(_LEAST_SECONDS, min(_MOST_SECONDS, seconds))) / _SECONDS)


def length_bin(tokens: float) -> int:
    """The coarse bin of an answer of so many tokens."""
    return floor(log(max(tokens, 1)) / _LENGTH + 1e-9)


def token_bin(tokens: int) -> int:
    """The fine one."""
    return floor(log(max(tokens, 1)) / _TOKENS + 1e-9)


def tokens_of(index: int) -> float:
    """The middle of a fine bin of tokens."""
    return exp((index + 0.5) * _TOKENS)


def most_tokens(outputs: Bins, share: float) -> int | None:
    """What that share of answers did not exceed; None where none is known."""
    total, seen = sum(outputs.values()), 0.0
    for index in sorted(outputs):
        seen += outputs[index]
        if seen >= share * total:
            return floor(exp((index + 1) * _TOKENS))
    return None


@dataclass(frozen=True)
class Output:
    """How long answers are: their mean in tokens, and how many it rests on."""

    answers: float = 0.0
    mean: float = 0.0

    def towards(self, usual: float) -> float:
        """The mean, as far as it can be told: few answers are taken for usual ones."""
        known = self.answers + _USUAL_ANSWERS
        return (self.answers * self.mean + _USUAL_ANSWERS * usual) / known


def output(outputs: Bins) -> Output:
    """What was counted, on average."""
    total = sum(outputs.values())
    if not total:
        return Output()
    return Output(total, sum(n * tokens_of(index) for index, n in outputs.items()) / total)


@dataclass(frozen=True)
class Latency:
    """The distribution of a model's time for one kind of task. `calls`: how many it rests on."""

    calls: float = 0.0
    seconds: tuple[float, ...] = ()
    """Sorted; `shares[i]` of the calls took `seconds[i]` at most."""
    shares: tuple[float, ...] = ()

    def within(self, seconds: float) -> float:
        """The share of calls that took no longer than that, with the prior's in it."""
        at = bisect_right(self.seconds, seconds)
        seen = self.shares[at - 1] if at else 0.0
        return (seen * self.calls + _PRIOR_CALLS * _PRIOR_IN_TIME) / (self.calls + _PRIOR_CALLS)

    def hoped(self, seconds: float) -> float:
        """The most that share may be in truth: one standard error above what was seen.

        Whoever is judged by few calls gets the benefit of the doubt, and is seen again.
        """
        share = self.within(seconds)
        return share + sqrt(share * (1 - share) / (self.calls + _PRIOR_CALLS))

    def quantile(self, share: float) -> float | None:
        """The time that this share of the calls did not exceed; None where there were none."""
        if not self.seconds:
            return None
        at = bisect_right(self.shares, share - 1e-9)
        return self.seconds[min(at, len(self.seconds) - 1)]


@dataclass(frozen=True)
class Known:
    """What is known of a model for one task class."""

    latency: Latency = Latency()
    output: Output = Output()


NOTHING = Known()


def latency(calls: Calls, tokens_per_second: int, most_output: int) -> Latency:
    """The time of calls that may write `most_output` tokens, from what was counted."""
    total = sum(calls.values())
    if not total:
        return Latency()
    times = sorted(
        (exp((index + 0.5) * _SECONDS) * _shortened(length, tokens_per_second, most_output), count)
        for (length, index), count in calls.items()
    )
    shares = accumulate(count / total for _, count in times)
    return Latency(total, tuple(seconds for seconds, _ in times), tuple(shares))


def _shortened(length: int, tokens_per_second: int, most_output: int) -> float:
    """By which factor a call of that length is shorter if it may write no more than that."""
    tokens = exp((length + 0.5) * _LENGTH)
    if tokens <= most_output:
        return 1.0
    limited = _OVERHEAD_SECONDS + most_output / tokens_per_second
    return limited / (_OVERHEAD_SECONDS + tokens / tokens_per_second)


def milliseconds(told: Latency, share: float) -> int | None:
    """The time that this share of calls did not exceed; None where there were none."""
    seconds = told.quantile(share)
    return None if seconds is None else round(seconds * 1000)
