"""ks against its definition, written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.stats import ks

TIED = st.lists(st.integers(-2, 2).map(float), min_size=1, max_size=15)
ANY = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=15)


def by_definition(one: list[float], other: list[float]) -> float:
    """The largest gap, each distribution function counted out at each value."""
    return max(
        abs(sum(v <= x for v in one) / len(one) - sum(v <= x for v in other) / len(other))
        for x in one + other
    )


@given(TIED | ANY, TIED | ANY)
def test_it_is_the_definition(one: list[float], other: list[float]) -> None:
    assert ks(one, other) == pytest.approx(by_definition(one, other), abs=1e-12)
    assert ks(one, other) == ks(other, one)
    assert ks(one, one) == 0


def test_samples_that_do_not_meet_are_one_apart() -> None:
    assert ks([0.0, 1.0], [2.0]) == 1
    assert ks([5.0] * 9, [5.0]) == 0


@pytest.mark.parametrize("bad", [[], [float("nan")], [float("-inf")], ["x"], [[1.0]], None])
def test_a_sample_that_is_none_is_refused_by_name(bad: object) -> None:
    with pytest.raises(InvalidInput, match="actual: "):
        ks([1.0], bad)  # type: ignore[arg-type]
