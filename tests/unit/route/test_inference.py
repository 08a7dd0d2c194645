"""Bounds and intervals hold as often as they say, on draws that nobody chose."""

import math
import random
from collections.abc import Callable

import pytest

from labverse.route.inference import Sums, least_difference, total

Draw = Callable[[random.Random, int], int]


def sums(pairs: list[tuple[int, int]]) -> Sums:
    return Sums(
        count=len(pairs),
        x=sum(x for x, _ in pairs),
        y=sum(y for _, y in pairs),
        xx=sum(x * x for x, _ in pairs),
        yy=sum(y * y for _, y in pairs),
        xy=sum(x * y for x, y in pairs),
    )


def _as_it_comes(rng: random.Random, x: int) -> int:
    return round(rng.lognormvariate(math.log(120), 0.5))


def _longer_for_long_prompts(rng: random.Random, x: int) -> int:
    return max(1, round(60 + 0.2 * x + rng.gauss(0, 40)))


@pytest.mark.parametrize("draw", [_as_it_comes, _longer_for_long_prompts])
@pytest.mark.parametrize(("known", "new"), [(30, 400), (200, 60), (300, 300)])
def test_the_total_is_within_its_interval_in_95_of_100_months(
    draw: Draw, known: int, new: int
) -> None:
    rng, months, held = random.Random(known * 1000 + new), 1500, 0
    for _ in range(months):
        before = [round(rng.lognormvariate(6, 0.4)) for _ in range(known)]
        # The new ones are longer than what is known of, as another model's tasks may be.
        after = [round(rng.lognormvariate(6.2, 0.4)) for _ in range(new)]
        told = total(sums([(x, draw(rng, x)) for x in before]), new, sum(after))
        truth = sum(draw(rng, x) for x in after)
        held += abs(truth - told.value) <= told.half
    assert 0.93 <= held / months <= 0.97


def test_equal_inputs_leave_the_mean() -> None:
    told = total(sums([(7, 10), (7, 20), (7, 30)]), 4, 400)
    assert told.value == pytest.approx(80)
    assert told.half > 0


def test_large_sums_lose_no_digits() -> None:
    """A million tasks of 100,000 tokens: sums of squares beyond what a float counts in ones."""
    n = 10**6
    x, y = 100_000, 50_000
    pairs = Sums(n, n * x, n * y, n * x * x + n, n * y * y + n, n * x * y + n)
    told = total(pairs, 10, 10 * x)
    # y = x - 50,000 exactly: a spread of 1 in both, and a product of 1.
    assert told.value == pytest.approx(500_000, abs=1e-6)
    assert told.half == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("old", "new"), [(0.95, 0.95), (0.99, 0.97), (0.7, 0.8)])
def test_the_bound_is_above_the_truth_in_at_most_5_of_100(old: float, new: float) -> None:
    rng, trials, above = random.Random(7), 1500, 0
    for _ in range(trials):
        hits = [sum(rng.random() < chance for _ in range(150)) for chance in (old, new)]
        above += least_difference((hits[0], 150), (hits[1], 150)) > new - old
    assert above / trials <= 0.06


def test_the_bound_knows_that_few_trials_prove_little() -> None:
    assert least_difference((30, 30), (30, 30)) < -0.08
    assert least_difference((3000, 3000), (3000, 3000)) > -0.002
    assert least_difference((0, 50), (50, 50)) > 0.8
