"""How time is split: equal shares while another could meet the SLA, then nobody is cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.clocks import Clocks


@pytest.mark.parametrize(
    ("sla", "remaining", "hopeful", "share"),
    [
        (1.2, 4, 4, 0.4),
        (0.8, 3, 3, 0.4),
        (0.4, 2, 2, 12.0),
        (1.2, 2, 2, 0.6),
        (1.2, 2, 1, 12.0),
        (1.2, 1, 1, 24.0),
        (-1.0, 2, 2, 12.0),
        (0.5, 3, 3, 8.0),
    ],
)
def test_worked_examples(sla: float, remaining: int, hopeful: int, share: float) -> None:
    assert Clocks(sla=sla, hard=24.0).share(remaining, hopeful, 0.35) == pytest.approx(share)


@given(st.floats(-5, 25), st.floats(0, 25), st.integers(1, 9), st.integers(0, 9))
def test_a_share_is_within_the_hard_deadline_and_useful(
    sla: float, hard: float, remaining: int, hopeful: int
) -> None:
    share = Clocks(sla=sla, hard=hard).share(remaining, min(hopeful, remaining), 0.35)
    assert 0 <= share <= hard
    assert share >= min(0.35, hard / remaining) - 1e-9
