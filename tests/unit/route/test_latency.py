"""Chances and quantiles from counts: as good as the calls themselves would tell."""

from collections import Counter
from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.latency import (
    Latency,
    latency,
    length_bin,
    most_tokens,
    output,
    seconds_bin,
    token_bin,
    tokens_of,
)

SPEED = 60


def counted(calls: list[tuple[float, int]]) -> dict[tuple[int, int], float]:
    found: dict[tuple[int, int], float] = {}
    for seconds, tokens in calls:
        bins = length_bin(tokens), seconds_bin(seconds)
        found[bins] = found.get(bins, 0) + 1
    return found


def simulated(seed: int, n: int, speed: float, base: float) -> list[tuple[float, int]]:
    """Lengths and times as of a provider whose speed is not what config says."""
    rng = Random(seed)
    calls = []
    for _ in range(n):
        tokens = max(1, int(exp(rng.gauss(4, 0.8))))
        calls.append(((base + tokens / speed) * exp(rng.gauss(0, 0.25)), tokens))
    return calls


@pytest.mark.parametrize(("speed", "base"), [(60, 0.3), (200, 0.2), (30, 0.5), (120, 1.0)])
def test_the_chance_told_is_the_share_that_comes_true(speed: float, base: float) -> None:
    told = latency(counted(simulated(1, 400, speed, base)), SPEED, 10_000)
    fresh = [seconds for seconds, _ in simulated(2, 4000, speed, base)]
    for seconds in (0.5, 0.8, 1.2, 2.0, 4.0):
        came_true = sum(taken <= seconds for taken in fresh) / len(fresh)
        assert told.within(seconds) == pytest.approx(came_true, abs=0.07)
    for share in (0.5, 0.9, 0.95):
        quantile = told.quantile(share)
        assert quantile is not None
        within = sum(taken <= quantile for taken in fresh) / len(fresh)
        assert within == pytest.approx(share, abs=0.06)


def test_a_limit_of_tokens_shortens_the_time() -> None:
    calls = counted(simulated(3, 200, 60, 0.3))
    short, long = latency(calls, SPEED, 10), latency(calls, SPEED, 10_000)
    assert short.within(0.8) > long.within(0.8) + 0.3


def test_nothing_known_is_hoped_to_be_in_time_and_has_no_quantile() -> None:
    assert Latency().hoped(0.001) > 0.9
    assert Latency().quantile(0.95) is None
    assert output({}).towards(70) == 70
    assert most_tokens({}, 0.95) is None


@given(st.integers(1, 100_000))
def test_a_bin_of_tokens_is_within_a_quarter_of_what_is_in_it(tokens: int) -> None:
    assert tokens / 1.26 <= tokens_of(token_bin(tokens)) <= tokens * 1.26 + 1


def test_few_answers_are_taken_for_usual_ones() -> None:
    few, many = output({token_bin(10): 2.0}), output({token_bin(10): 2000.0})
    assert few.towards(100) > 80
    assert many.towards(100) == pytest.approx(10, rel=0.2)


def test_what_19_of_20_did_not_exceed_covers_them() -> None:
    rng = Random(5)
    lengths = [rng.randint(1, 400) for _ in range(1000)]
    most = most_tokens(Counter(map(token_bin, lengths)), 0.95)
    assert most is not None
    assert sum(length <= most for length in lengths) / len(lengths) >= 0.95


times = st.lists(st.tuples(st.floats(0, 1000), st.integers(1, 10_000)), min_size=1, max_size=50)


@given(times, st.floats(0, 60), st.floats(0, 60))
def test_chances_are_shares_and_grow_with_time(
    calls: list[tuple[float, int]], one: float, other: float
) -> None:
    told = latency(counted(calls), SPEED, 500)
    less, more = sorted((one, other))
    assert 0 <= told.within(less) <= told.within(more) <= 1
    assert told.within(less) <= told.hoped(less)
    assert told.calls == len(calls)
    assert told.shares[-1] == pytest.approx(1)
