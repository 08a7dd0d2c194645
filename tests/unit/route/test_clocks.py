"""How time is split: equal shares while another could meet the SLA, then nobody is cut off."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.clocks import Clocks, Turn
from labverse.route.latency import NOTHING, Known, Latency
from labverse.route.ranking import Group, Ranked
from tests.unit.route.candidates import LOCAL_CANDIDATE, candidate

ASKED = 512


def clocks(sla: float, hard: float = 24.0, *, hedge: bool = True) -> Clocks:
    return Clocks(sla=sla, hard=hard, least=0.35, output=ASKED, hedge=hedge)


def ranked(group: Group = Group.GOOD, known: Known = NOTHING) -> Ranked:
    return Ranked(candidate(), "why", group, known=known)


def taking(*seconds: float) -> Known:
    """Each of these times as often as the others."""
    shares = accumulate(1 / len(seconds) for _ in seconds)
    return Known(Latency(float(len(seconds)), tuple(sorted(seconds)), tuple(shares)))


class Near:
    """Equal to a turn of about these times."""

    def __init__(self, seconds: float, beside: float | None = None) -> None:
        self.seconds, self.beside = pytest.approx(seconds), pytest.approx(beside)

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Turn)
        return bool(other.seconds == self.seconds and other.beside == self.beside)

    __hash__ = None  # type: ignore[assignment]


def unknown(hopeful: int, slow: int) -> list[Ranked]:
    return [ranked()] * hopeful + [ranked(Group.SLOW)] * slow


@pytest.mark.parametrize(
    ("sla", "remaining", "hopeful", "seconds"),
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
def test_what_nobody_measured_gets_an_equal_share(
    sla: float, remaining: int, hopeful: int, seconds: float
) -> None:
    one, *others = unknown(hopeful, remaining - hopeful)
    assert clocks(sla).turn(one, others) == Near(seconds)


def test_a_measured_one_has_what_it_needs_and_leaves_what_the_other_needs() -> None:
    other = ranked(known=taking(*[0.2] * 9))
    quick = clocks(1.2).turn(ranked(known=taking(*[0.1] * 9)), [other])
    assert quick == Near(0.6)
    needy = clocks(1.2).turn(ranked(known=taking(*[0.65] * 9)), [other])
    assert needy == Near(0.65 * 1.25)
    dear = clocks(1.2).turn(ranked(known=taking(*[0.8] * 9)), [other])
    assert dear == Near(1.2 - 0.35), "it keeps no less than min_attempt_ms"


def test_another_is_asked_beside_one_whose_p95_is_too_late() -> None:
    often_late = ranked(known=taking(*[0.2] * 8, 3.0, 3.0))
    other = ranked(known=taking(*[0.3] * 9))
    turn = clocks(1.2).turn(often_late, [other])
    assert turn == Near(24.0, 0.85)
    assert clocks(1.2, hedge=False).turn(often_late, [other]) == Near(0.85)


def test_two_slow_ones_race_if_the_second_may_be_in_time() -> None:
    slow = ranked(Group.SLOW, taking(0.9, 2.0, 2.0, 2.0))
    sometimes = ranked(Group.SLOW, taking(0.4, 0.4, 2.0, 2.0))
    assert clocks(1.2).turn(slow, [sometimes]) == Near(24.0, 0.8)
    never = ranked(Group.SLOW, taking(*[3.0] * 4))
    assert clocks(1.2).turn(slow, [never]).beside is None


def test_before_the_last_one_a_measured_one_is_given_up_when_it_never_took_so_long() -> None:
    last = Ranked(LOCAL_CANDIDATE, "why", Group.LAST)
    quick, slow = ranked(known=taking(*[0.1] * 9)), ranked(known=taking(*[4.0] * 9))
    assert clocks(1.2).turn(quick, [last]) == Near(1.2)
    assert clocks(-0.5).turn(quick, [last]) == Near(0.35)
    assert clocks(1.2).turn(slow, [last]) == Near(5.0)
    assert clocks(1.2).turn(quick, []) == Near(24.0)
    assert clocks(1.2).turn(ranked(), [last]) == Near(12.0)


def test_nothing_is_hedged_on_a_guess_or_for_a_local_model() -> None:
    late = taking(3.0, 3.0)
    assert clocks(1.2).turn(ranked(known=late), [ranked()]).beside is None
    local = Ranked(LOCAL_CANDIDATE, "why", Group.LAST, known=taking(*[3.0] * 9))
    assert clocks(1.2).turn(local, [ranked(known=taking(*[0.1] * 9))]).beside is None


times = st.lists(st.floats(0.01, 30), max_size=12)
groups = st.sampled_from([Group.GOOD, Group.WEAK, Group.SLOW])
several = st.lists(st.builds(lambda g, t: ranked(g, taking(*t)), groups, times), max_size=8)


@given(st.floats(-5, 25), st.floats(0, 25), times, several)
def test_a_turn_is_within_the_hard_deadline_and_useful(
    sla: float, hard: float, taken: list[float], others: list[Ranked]
) -> None:
    turn = clocks(sla, hard).turn(ranked(known=taking(*taken)), others)
    assert 0 <= turn.seconds <= hard
    assert turn.seconds >= min(0.35, hard / (1 + len(others))) - 1e-9
    if turn.beside is not None:
        assert 0 < turn.beside < sla
        assert others
