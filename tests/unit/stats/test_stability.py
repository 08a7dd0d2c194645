"""psi says nothing where nothing moved, and enough where something did."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.stats import psi
from labverse.stats.stability import _null_mean

Draw = Callable[[np.random.Generator, int], np.ndarray]
LAWS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "cauchy": lambda rng, n: rng.standard_cauchy(size=n),
    "counts": lambda rng, n: rng.poisson(0.7, size=n),
    "coin": lambda rng, n: rng.integers(0, 2, size=n),
}
SAMPLES = st.lists(st.integers(-3, 3), min_size=1, max_size=12)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("n", "m", "bins"), [(1, 1, 10), (3, 50, 5), (20, 20, 10), (200, 40, 40), (500, 500, 10)]
)
def test_without_drift_the_mean_is_zero(law: str, n: int, m: int, bins: int) -> None:
    rng = np.random.default_rng(7)
    found = np.array([psi(LAWS[law](rng, n), LAWS[law](rng, m), bins) for _ in range(400)])
    error = found.std() / 20
    assert abs(found.mean()) <= 4 * error + 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=8), st.data())
def test_over_every_dealing_of_the_values_the_mean_is_exactly_zero(
    pooled: list[int], data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(pooled) - 1))
    bins = data.draw(st.integers(2, 12))
    found = []
    for chosen in combinations(range(len(pooled)), n):
        others = [pooled[i] for i in range(len(pooled)) if i not in chosen]
        found.append(psi([pooled[i] for i in chosen], others, bins))
    assert np.mean(found) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("n", "m", "bins"), [(5_000, 5_000, 10), (2_000, 50_000, 20)])
def test_what_is_removed_tends_to_the_published_mean(n: int, m: int, bins: int) -> None:
    totals = np.full(bins, (n + m) // bins)
    assert _null_mean(totals, n, m) == pytest.approx((bins - 1) * (1 / n + 1 / m), rel=0.02)


@given(SAMPLES, SAMPLES, st.integers(2, 20))
def test_order_and_direction_do_not_matter(one: list[int], other: list[int], bins: int) -> None:
    found = psi(one, other, bins)
    assert np.isfinite(found)
    assert psi(other[::-1], one[::-1], bins) == pytest.approx(found, abs=1e-12)


@given(SAMPLES, SAMPLES, st.integers(2, 20))
def test_the_scale_does_not_matter(one: list[int], other: list[int], bins: int) -> None:
    moved = [np.exp(np.array(values)) for values in (one, other)]
    assert psi(moved[0], moved[1], bins) == pytest.approx(psi(one, other, bins), abs=1e-12)


def test_a_shift_is_measured_as_bankers_know_it() -> None:
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=20_000), rng.normal(0.5, 1, size=20_000)
    edges = np.quantile(old, np.arange(1, 10) / 10)
    p, q = (np.bincount(np.digitize(x, edges)) / x.size for x in (old, new))
    assert psi(old, new) == pytest.approx(float(np.sum((p - q) * np.log(p / q))), rel=0.03)


@pytest.mark.parametrize(("n", "m"), [(20, 20), (10, 2_000), (2_000, 10)])
def test_two_constants_are_far_apart(n: int, m: int) -> None:
    assert psi([0.0] * n, [1.0] * m) > 2


def test_one_constant_has_not_moved() -> None:
    assert psi([4.2] * 5, [4.2] * 900) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "bad", [[], [1.0, float("nan")], [float("inf")], ["x"], [[1.0, 2.0]], 3.0, None]
)
def test_a_sample_that_is_none_is_refused_by_name(bad: object) -> None:
    with pytest.raises(InvalidInput, match="expected: "):
        psi(bad, [1.0])  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="actual: "):
        psi([1.0], bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bins", [1, 0, -4, True, 2.5])
def test_bins_are_a_whole_number_from_two(bins: int) -> None:
    with pytest.raises(InvalidInput, match="bins: "):
        psi([1.0], [2.0], bins)
