"""Decisions over fakes: what is answered, recorded, announced, and what the switches do."""

import math
from datetime import timedelta

import pytest

from labverse.kernel.errors import Unavailable
from labverse.upsell.events import OfferDecided
from labverse.upsell.models import CustomerContext, Learnt, UpsellRequest
from labverse.upsell.policy import held_out
from tests.unit.upsell.fakes import CONFIG, World, config

CONTEXT = CustomerContext(usage_percentile=95, engagement_score=0.87, churn_risk=0.12)
REQUEST = UpsellRequest(user_segment="power", offer_type="annual_30pct_off", context=CONTEXT)


def asked(**change: object) -> UpsellRequest:
    return REQUEST.model_copy(update=change)


def test_an_answer_says_what_was_recorded() -> None:
    world = World()
    answer = world.upsell.decide(REQUEST, "trace")
    record = world.store.kept[answer.decision_id].record
    assert (answer.recommended_offer, answer.segment) == (record.offer, "power")
    assert answer.propensity == pytest.approx(record.probabilities[record.offer], abs=1e-6)
    assert sum(record.probabilities.values()) == pytest.approx(1)
    assert record.reward_deadline == answer.reward_deadline
    assert answer.reward_deadline - record.decided_at == timedelta(days=14)
    assert record.context == {"usage_percentile": 95, "engagement_score": 0.87, "churn_risk": 0.12}
    assert (answer.model_version, answer.stated, answer.mode) == (
        "power/0",
        "considered",
        "apprentice",
    )


def test_the_time_is_measured_by_the_clock() -> None:
    answer = World().upsell.decide(REQUEST, "trace")
    assert answer.decision_time_ms == pytest.approx(2.0)


def test_before_any_outcome_the_catalogue_says_what_to_expect() -> None:
    answers = [
        World(config(apprentice=False), seed).upsell.decide(REQUEST, "t") for seed in range(40)
    ]
    for answer in answers:
        offer = CONFIG.offers[answer.recommended_offer]
        assert answer.expected_ltv_increase == pytest.approx(
            offer.likely * float(offer.value_usd), rel=0.35, abs=0.01
        )
    assert all(0 < (answer.confidence or 0) < 1 for answer in answers)


def test_the_event_names_no_customer() -> None:
    world = World()
    answer = world.upsell.decide(asked(customer_id="customer-1"), "trace")
    (event,) = world.bus.events
    assert isinstance(event, OfferDecided)
    assert (event.decision_id, event.trace_id) == (answer.decision_id, "trace")
    assert "customer-1" not in event.model_dump_json()
    assert "customer-1" not in world.store.kept[answer.decision_id].record.model_dump_json()


def test_what_is_stated_and_cannot_be_is_said() -> None:
    world = World()
    for request, stated in (
        (asked(offer_type=None), "none"),
        (asked(offer_type="free lunch 🦆"), "unknown"),
        (asked(user_segment="new"), "not_eligible"),
    ):
        assert world.upsell.decide(request, "t").stated == stated


def test_a_stated_offer_is_a_prior_and_no_order() -> None:
    open_ = config(apprentice=False, holdout=0.0)
    drawn = {
        stated: [
            World(open_, seed).upsell.decide(asked(offer_type=stated), "t").recommended_offer
            for seed in range(150)
        ].count("monthly_15pct_off")
        for stated in (None, "monthly_15pct_off")
    }
    assert drawn[None] < drawn["monthly_15pct_off"] < 150


def test_the_kill_switch_gives_everybody_the_incumbent_and_reads_nothing() -> None:
    world = World(config(enabled=False))
    world.store.segments["power"] = Learnt(7, b"spoilt")
    answer = world.upsell.decide(REQUEST, "t")
    assert (answer.recommended_offer, answer.mode, answer.propensity) == (
        CONFIG.incumbent,
        "off",
        1.0,
    )
    assert (answer.expected_ltv_increase, answer.confidence) == (None, None)


def test_the_holdout_is_the_same_customers_in_every_segment() -> None:
    world = World(config(holdout=0.3))
    names = [f"customer-{n}" for n in range(200)]
    for segment in ("power", "new"):
        for name in names:
            answer = world.upsell.decide(asked(customer_id=name, user_segment=segment), "t")
            assert (answer.mode == "holdout") == held_out(name, 0.3)
            if answer.mode == "holdout":
                assert (answer.recommended_offer, answer.propensity) == (CONFIG.incumbent, 1.0)


def test_spoilt_state_is_our_fault_and_not_the_callers() -> None:
    world = World()
    world.store.segments["power"] = Learnt(7, b"spoilt")
    with pytest.raises(Unavailable, match="cannot be read"):
        world.upsell.decide(REQUEST, "t")


def test_without_the_store_nothing_is_decided() -> None:
    world = World()
    world.store.down = True
    with pytest.raises(Unavailable):
        world.upsell.decide(REQUEST, "t")
    assert world.bus.events == []


def test_erasing_forgets_the_decisions_of_one_customer() -> None:
    world = World()
    for name in ("one", "one", "two"):
        world.upsell.decide(asked(customer_id=name), "t")
    assert world.upsell.erase("one").erased == 2
    assert world.upsell.erase("one").erased == 0
    assert len(world.store.kept) == 1


def test_numbers_are_finite_for_every_segment_without_any_context() -> None:
    for segment in (*CONFIG.segments, "who knows"):
        answer = World().upsell.decide(UpsellRequest(user_segment=segment), "t")
        assert math.isfinite(answer.expected_ltv_increase or 0.0)
