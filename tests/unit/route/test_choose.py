"""The choice: the cheapest that is good enough, and a reason for every other."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.health import Breaker
from labverse.route.latency import NOTHING, Known, Latency, Output
from labverse.route.models import TIERS, Tier
from labverse.route.ranking import BudgetView, CandidateState, Group, Ranking, Request
from labverse.route.service import choose
from tests.unit.route.candidates import LOCAL_CANDIDATE, MONEY, candidate, request
from tests.unit.route.fake_means import FakeChance

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEVER_EXPLORES, ALWAYS_EXPLORES = FakeChance(0.999), FakeChance(0.0)


def in_time(share: float, calls: float = 100) -> Known:
    """So many calls, of which that share took half a second and the others ten."""
    return Known(Latency(calls, (0.5, 10.0), (share, 1.0)))


def state(name: str, price: str = "1", known: Known = NOTHING, **more: Any) -> CandidateState:
    return CandidateState(candidate(name, price, **more), known=known)


def down(name: str, seconds: float, *, ordered: bool = False, price: str = "1") -> CandidateState:
    until = NOW + timedelta(seconds=seconds)
    breaker = Breaker(name, "open", "server_error", until, ordered)
    return CandidateState(candidate(name, price), breaker)


LOCAL = CandidateState(LOCAL_CANDIDATE)


def ranking(
    *states: CandidateState, asked: Request | None = None, rng: Any = NEVER_EXPLORES
) -> Ranking:
    return choose(asked or request(), states, MONEY, NOW, rng)


def names(found: Ranking) -> list[str]:
    return [one.candidate.alias for one in found.order]


def test_the_cheapest_good_one_goes_first_and_the_local_one_last() -> None:
    found = ranking(LOCAL, state("dear", "9"), state("cheap", "1"), state("mid", "3"))
    assert names(found) == ["cheap", "mid", "dear", "small"]
    assert names(ranking(state("b"), state("a"))) == ["b", "a"], "equals, as in config"


def test_no_price_makes_up_for_a_missed_sla() -> None:
    found = ranking(state("free", "0", in_time(0.5)), state("dear", "15", in_time(0.99)))
    assert names(found) == ["dear", "free"]
    assert "52% of calls meet the SLA, 90% should" in found.order[1].why


def test_no_price_makes_up_for_a_tier_that_is_too_low() -> None:
    states = [state(tier, str(index), tier=tier) for index, tier in enumerate(TIERS)]
    for complexity, order in (
        (0.1, ["basic", "standard", "strong"]),
        (0.5, ["standard", "strong", "basic"]),
        (0.9, ["strong", "standard", "basic"]),
    ):
        assert names(ranking(*states, asked=request(complexity=complexity))) == order


def test_in_time_and_weak_is_before_strong_and_slow() -> None:
    found = ranking(
        state("slow", "1", in_time(0.1), tier="strong"),
        state("weak", "5", in_time(1), tier="standard"),
        asked=request(complexity=0.9),
    )
    assert [(one.candidate.alias, one.group) for one in found.order] == [
        ("weak", Group.WEAK),
        ("slow", Group.SLOW),
    ]


def test_of_slow_ones_the_quickest_goes_first() -> None:
    found = ranking(state("never", "1", in_time(0.0)), state("often", "5", in_time(0.6)))
    assert names(found) == ["often", "never"]


def test_few_calls_are_no_verdict_and_many_are() -> None:
    one_late = state("new", "1", in_time(0.0, calls=1))
    others = state("known", "5", in_time(0.99))
    assert names(ranking(one_late, others))[0] == "new"
    many_late = state("new", "1", in_time(0.5, calls=10))
    assert names(ranking(many_late, others))[0] == "known"


def test_expected_costs_count_what_answers_are_usually_long() -> None:
    wordy = Known(Latency(50, (0.5,), (1.0,)), Output(200.0, 500.0))
    terse = Known(Latency(50, (0.5,), (1.0,)), Output(200.0, 50.0))
    found = ranking(state("wordy", "1", wordy), state("terse", "2", terse))
    assert names(found) == ["terse", "wordy"]
    assert found.order[0].expected_usd < found.order[1].expected_usd


def test_now_and_then_a_cheaper_one_that_was_slow_is_seen_again() -> None:
    states = (state("slow", "1", in_time(0.2)), state("good", "5", in_time(1)))
    assert names(ranking(*states, rng=ALWAYS_EXPLORES)) == ["slow", "good"]
    assert names(ranking(*states)) == ["good", "slow"]
    firsts = [names(ranking(*states, rng=Random(seed)))[0] for seed in range(2000)]
    assert 0.005 < firsts.count("slow") / len(firsts) < 0.05
    dearer = (state("slow", "9", in_time(0.2)), state("good", "5", in_time(1)))
    assert names(ranking(*dearer, rng=ALWAYS_EXPLORES)) == ["good", "slow"]


def test_who_is_down_is_refused_with_the_failure_and_the_time() -> None:
    found = ranking(down("sick", 30), state("well", "5"))
    assert names(found) == ["well"]
    assert [(item.model, item.reason) for item in found.refused] == [
        ("sick", "not asked: sick failed (server_error), until 12:00:30 UTC")
    ]
    assert found.until == NOW + timedelta(seconds=30)


def test_all_down_leaves_the_local_model() -> None:
    assert names(ranking(down("a", 30), down("b", 60, ordered=True), LOCAL)) == ["small"]


def test_without_a_local_one_our_own_guess_is_doubted_and_an_order_is_not() -> None:
    found = ranking(down("guess", 30), down("order", 60, ordered=True))
    assert [(one.candidate.alias, one.trial) for one in found.order] == [("guess", False)]
    assert [item.model for item in found.refused] == ["order"]
    assert found.until == NOW + timedelta(seconds=60)


def test_whose_time_has_come_is_on_trial() -> None:
    half_open = CandidateState(candidate("back"), Breaker("back", "half_open"))
    passed = down("late", -1)
    assert [one.trial for one in ranking(half_open, passed, state("well")).order] == [
        True,
        True,
        False,
    ]


def test_a_named_model_is_tried_whatever_its_tier() -> None:
    work = request().work.model_copy(update={"model": "weak"})
    asked = Request(work, request().size, 0.99, 1.2, 512, request().policy)
    found = ranking(state("weak", tier="basic"), state("other"), asked=asked)
    assert found.order[0].group == Group.GOOD
    assert names(found) == ["weak"]


def test_what_costs_more_than_the_task_may_is_refused() -> None:
    poor = BudgetView(Decimal("0.000001"))
    found = choose(request(), [state("dear", "100")], poor, NOW, NEVER_EXPLORES)
    assert found.order == ()
    assert found.refused[0].reason.startswith("the prompt alone may cost more than")


tiers = st.sampled_from(TIERS)
any_state = st.builds(
    lambda name, price, tier, share, calls: state(
        name, str(price), in_time(share, calls) if calls else NOTHING, tier=tier
    ),
    st.sampled_from("abcdef"),
    st.integers(0, 20),
    tiers,
    st.floats(0, 1),
    st.integers(0, 200),
)


@given(st.lists(any_state, unique_by=lambda one: one.candidate.alias), st.floats(0, 1))
def test_nobody_good_enough_is_passed_over_for_a_dearer_one(
    states: list[CandidateState], complexity: float
) -> None:
    asked = request(complexity=complexity)
    found = ranking(*states, asked=asked)
    assert len(found.order) + len(found.refused) == len(states)
    assert all(one.why for one in found.order)

    def good(one: CandidateState) -> bool:
        strong = TIERS.index(one.candidate.tier) >= TIERS.index(asked.tier)
        return strong and one.known.latency.hoped(1.2) >= asked.policy.chance

    expected = {one.candidate.alias: one.expected_usd for one in found.order}
    best = min((expected[one.candidate.alias] for one in states if good(one)), default=None)
    if best is not None:
        first = found.order[0]
        assert first.group == Group.GOOD
        assert first.expected_usd == best


@pytest.mark.parametrize(
    ("complexity", "tier"), [(0, "basic"), (0.3, "standard"), (0.85, "strong"), (1, "strong")]
)
def test_complexity_decides_the_tier(complexity: float, tier: Tier) -> None:
    assert request(complexity=complexity).tier == tier
