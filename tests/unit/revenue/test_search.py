"""The split of a budget against every split there is."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labverse.revenue.search import best_moves

CHANNEL = st.tuples(st.integers(0, 3), st.integers(0, 3)).flatmap(
    lambda ends: st.tuples(
        st.just(range(-ends[0], ends[1] + 1)),
        st.lists(
            st.integers(-50, 50), min_size=ends[0] + ends[1] + 1, max_size=ends[0] + ends[1] + 1
        ),
    )
)


@given(st.lists(CHANNEL, min_size=1, max_size=4))
def test_no_split_is_worth_more(channels: list[tuple[range, list[int]]]) -> None:
    ranges = [moves for moves, _ in channels]
    worth = [dict(zip(moves, values, strict=True)) for moves, values in channels]
    found = best_moves([np.array(values, float) for _, values in channels], ranges, 12)
    assert sum(found) == 0
    value = sum(one[move] for one, move in zip(worth, found, strict=True))
    assert value == max(
        sum(one[move] for one, move in zip(worth, moves, strict=True))
        for moves in product(*ranges)
        if sum(moves) == 0
    )


def test_a_range_wider_than_the_limit_is_walked_within_it() -> None:
    values = [np.arange(-5.0, 6.0), np.zeros(11)]
    assert best_moves(values, [range(-5, 6)] * 2, 3) == (3, -3)
