"""Outcomes over fakes: once each, by the deadline, and none lost to others who learn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest

from labverse.kernel.errors import Conflict, NotFound, Unavailable
from labverse.upsell.events import OutcomeRecorded
from labverse.upsell.models import OutcomeRequest
from labverse.upsell.policy import Policy
from tests.unit.upsell.fakes import CONFIG, World, config
from tests.unit.upsell.test_service import REQUEST, asked


def outcome(world: World, accepted: bool = True, value: str | None = None) -> OutcomeRequest:
    """Of a new decision."""
    answer = world.upsell.decide(REQUEST, "t")
    return of(answer.decision_id, accepted, value)


def of(decision_id: str, accepted: bool = True, value: str | None = None) -> OutcomeRequest:
    told = None if value is None else Decimal(value)
    return OutcomeRequest(decision_id=decision_id, accepted=accepted, value_usd=told)


def test_an_accepted_offer_brings_what_the_catalogue_says() -> None:
    world = World(config(apprentice=False))
    request = outcome(world)
    answer = world.upsell.record(request, "t")
    offer = world.store.kept[request.decision_id].record.offer
    assert answer.reward_usd == CONFIG.offers[offer].value_usd
    assert (answer.learned, answer.late, answer.model_version) == (True, False, "power/1")


def test_a_declined_one_brings_nothing_and_a_measured_one_what_was_measured() -> None:
    world = World()
    assert world.upsell.record(outcome(world, accepted=False), "t").reward_usd == 0
    assert world.upsell.record(outcome(world, value="-12.5"), "t").reward_usd == Decimal("-12.5")


def test_the_same_again_is_answered_the_same_and_learnt_once() -> None:
    world = World()
    request = outcome(world)
    first, again = (world.upsell.record(request, "t") for _ in range(2))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.model_copy(update={"repeated": False}) == first
    assert world.store.segments["power"].version == 1
    told = [event for event in world.bus.events if isinstance(event, OutcomeRecorded)]
    assert [event.event_id for event in told] == [f"{request.decision_id}-outcome"] * 2


@pytest.mark.parametrize("other", [(False, None), (True, "1")])
def test_another_outcome_is_a_conflict(other: tuple[bool, str | None]) -> None:
    world = World()
    request = outcome(world)
    world.upsell.record(request, "t")
    with pytest.raises(Conflict):
        world.upsell.record(of(request.decision_id, *other), "t")
    assert world.store.segments["power"].version == 1


def test_what_is_not_kept_is_not_found() -> None:
    world = World()
    request = outcome(world)
    with pytest.raises(NotFound):
        world.upsell.record(of("never-decided"), "t")
    world.clock.later(days=CONFIG.retention_days, seconds=2)
    with pytest.raises(NotFound):
        world.upsell.record(request, "t")


def test_what_comes_after_the_deadline_counts_as_nothing() -> None:
    world = World()
    request = outcome(world)
    world.clock.later(days=CONFIG.reward_deadline_days, seconds=1)
    answer = world.upsell.record(request, "t")
    assert (answer.late, answer.reward_usd, answer.learned) == (True, Decimal(0), True)


def test_the_kill_switch_stops_learning_but_keeps_the_outcome() -> None:
    world = World()
    request = outcome(world)
    stopped = world.under(config(enabled=False))
    assert stopped.record(request, "t").learned is False
    decided = stopped.decide(REQUEST, "t")
    # Decided by nobody's policy, it teaches nothing once the switch is back either.
    assert world.upsell.record(of(decided.decision_id), "t").learned is False
    assert world.store.segments == {}


def test_an_offer_that_has_left_the_catalogue_is_worth_what_is_told() -> None:
    world = World(config(apprentice=False))
    request = outcome(world)
    decided = world.store.kept[request.decision_id].record.offer
    assert CONFIG.offers[decided].value_usd > 0
    offers = {name: offer for name, offer in CONFIG.offers.items() if name != decided}
    shrunk = world.under(CONFIG.model_copy(update={"offers": offers}))
    assert shrunk.record(request, "t").reward_usd == 0


def test_an_erased_decision_cannot_come_back() -> None:
    world = World()
    answer = world.upsell.decide(asked(customer_id="one"), "t")
    world.store.before_settle = once(lambda: world.upsell.erase("one"))
    with pytest.raises(NotFound):
        world.upsell.record(of(answer.decision_id), "t")
    assert world.store.kept == {}
    assert world.store.segments == {}


def test_who_finds_the_segment_moved_learns_from_what_is_there_now() -> None:
    world = World()
    mine, other = outcome(world), outcome(world)
    others = iter([lambda: world.upsell.record(other, "t")])
    world.store.before_settle = once(lambda: next(others)())
    assert world.upsell.record(mine, "t").model_version == "power/2"
    assert len(world.paused) == 1


def once(work: Callable[[], object]) -> Callable[[], None]:
    left = [work]

    def run() -> None:
        if left:
            left.pop()()

    return run


def test_fifty_who_learn_at_once_lose_nothing() -> None:
    world = World(config(apprentice=False))
    requests = [outcome(world, accepted=n % 3 == 0) for n in range(50)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda request: world.upsell.record(request, "t"), requests))
    assert sorted(answer.model_version for answer in answers) == sorted(
        f"power/{n + 1}" for n in range(50)
    )
    learnt = world.store.segments["power"]
    state = Policy.from_bytes(learnt.state or b"").state
    assert (learnt.version, state.version) == (50, 50)
    assert sum(belief.learned for belief in state.beliefs.values()) == 50


def test_without_an_end_of_others_nothing_is_recorded() -> None:
    world = World()
    request = outcome(world)

    def race() -> None:
        world.store.segments["power"] = world.store.learnt("power", exact=True)._replace(
            version=world.store.segments["power"].version + 1
            if "power" in world.store.segments
            else 1,
            state=Policy().to_bytes(),
        )

    world.store.before_settle = race
    with pytest.raises(Unavailable):
        world.upsell.record(request, "t")
    assert world.store.kept[request.decision_id].outcome is None


def test_learning_moves_what_is_expected() -> None:
    world = World(config(apprentice=False, holdout=0.0))
    rng = np.random.default_rng(5)
    for _ in range(300):
        answer = world.upsell.decide(REQUEST, "t")
        good = answer.recommended_offer == "annual_20pct_off"
        world.upsell.record(of(answer.decision_id, bool(good and rng.random() < 0.6)), "t")
    last = [world.upsell.decide(REQUEST, "t") for _ in range(30)]
    assert [answer.recommended_offer for answer in last].count("annual_20pct_off") >= 25
    expected = np.mean([a.expected_ltv_increase for a in last if a.recommended_offer[7:9] == "20"])
    assert expected == pytest.approx(0.6 * 240, rel=0.25)
