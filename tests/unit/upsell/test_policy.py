"""The bandit: it learns, its propensities are true, and it can be led, held out and stored."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.upsell.policy import Policy, Rules, held_out
from labverse.upsell.space import Context

OFFERS = ("none", "monthly", "annual", "team")
PRICE = np.array([0.6, 0.8, 1.0, 1.4])
SLOPES = np.array([[0.0, 0, 0], [1.5, -0.5, 0.3], [-1.0, 1.2, -0.6], [0.4, 1.0, 1.5]])


def customer(rng: np.random.Generator) -> tuple[Context, np.ndarray]:
    """A context, and what each offer is worth to us there."""
    usage, engagement, pro = rng.uniform(0, 100), rng.uniform(), float(rng.random() < 0.4)
    x = np.array([(usage - 50) / 29, (engagement - 0.5) / 0.29, pro])
    chance = 1 / (1 + np.exp(-(SLOPES @ x - np.array([1.5, 1.0, 0.8, 1.8]))))
    context = {"usage_percentile": usage, "engagement_score": engagement}
    return {**context, "plan": "pro" if pro else "free"}, chance * PRICE


def run(policy: Policy, decisions: int, seed: int, delay: int = 50) -> tuple[Policy, float]:
    """The policy after that many, and the share of the way from even odds to an oracle."""
    rng = np.random.default_rng(seed)
    waiting, got, even, oracle = [], 0.0, 0.0, 0.0
    for _ in range(decisions):
        context, value = customer(rng)
        decision = policy.act(context, OFFERS, rng)
        chosen = OFFERS.index(decision.offer)
        paid = float(rng.random() < value[chosen] / PRICE[chosen]) * PRICE[chosen]
        waiting.append((decision, paid))
        got, even, oracle = got + value[chosen], even + value.mean(), oracle + value.max()
        if len(waiting) > delay:
            policy = policy.learn(*waiting.pop(0))
    return policy, (got - even) / (oracle - even)


@pytest.fixture(scope="module")
def learned() -> tuple[Policy, float]:
    return run(Policy(), 6000, 1)


def test_most_of_what_an_oracle_gains_is_gained(learned: tuple[Policy, float]) -> None:
    assert learned[1] >= 0.85  # with all that learning cost
    policy, rng = learned[0], np.random.default_rng(2)
    shown = [(customer(rng), rng) for _ in range(800)]
    got = even = oracle = 0.0
    for (context, value), _ in shown:
        own = policy.act(context, OFFERS, rng).own
        got += sum(own[name] * value[place] for place, name in enumerate(OFFERS))
        even, oracle = even + value.mean(), oracle + value.max()
    assert (got - even) / (oracle - even) >= 0.90


def test_offers_are_drawn_with_the_recorded_propensity(learned: tuple[Policy, float]) -> None:
    rng = np.random.default_rng(3)
    decided = [
        learned[0].act({"usage_percentile": 60.0, "plan": "pro"}, OFFERS, rng) for _ in range(3000)
    ]
    for offer in OFFERS:
        recorded = np.mean([one.probabilities[offer] for one in decided])
        frequency = np.mean([one.offer == offer for one in decided])
        # Within four standard errors.
        assert abs(recorded - frequency) <= 4 * math.sqrt(recorded * (1 - recorded) / 3000) + 1e-9
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in decided)
    assert all(one.propensity == one.probabilities[one.offer] for one in decided)


def test_expected_rewards_are_near_the_truth(learned: tuple[Policy, float]) -> None:
    rng = np.random.default_rng(4)
    told, real = 0.0, 0.0
    for _ in range(500):
        context, value = customer(rng)
        decision = learned[0].act(context, OFFERS, rng)
        told, real = told + decision.expected, real + value[OFFERS.index(decision.offer)]
    assert told == pytest.approx(real, rel=0.1)


def test_state_survives_storage(learned: tuple[Policy, float]) -> None:
    policy = learned[0]
    data = policy.to_bytes()
    back = Policy.from_bytes(data)
    context = {"usage_percentile": 95, "engagement_score": 0.87, "plan": "pro"}
    one = policy.act(context, OFFERS, np.random.default_rng(5))
    two = back.act(context, OFFERS, np.random.default_rng(5))
    assert one.offer == two.offer
    assert one.expected == pytest.approx(two.expected, rel=1e-3)
    assert (back.to_bytes(), back.state.version) == (data, policy.state.version)
    assert len(data) < 20_000


@pytest.mark.parametrize("data", [b"", b"{}\n", b"[]\nabcd", b'{"places": 3}\n', b"\xff\n\x00"])
def test_bytes_that_are_no_state_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="state"):
        Policy.from_bytes(data)


def test_the_same_generator_gives_the_same_decision() -> None:
    decided = [Policy().act({"x": 1.0}, OFFERS, np.random.default_rng(6)) for _ in range(2)]
    assert decided[0] == decided[1]


def test_a_stated_offer_is_preferred_until_it_is_known() -> None:
    rng = np.random.default_rng(7)
    policy = Policy()
    stated = policy.act({}, OFFERS, rng, stated="annual").own
    assert stated["annual"] == max(stated.values())
    for _ in range(150):
        decision = policy.act({}, ["annual", "team"], rng, stated="annual")
        policy = policy.learn(decision, float(decision.offer == "team"))
    assert policy.act({}, ["annual", "team"], rng, stated="annual").own["team"] > 0.95


def test_an_apprentice_follows_until_it_is_proven() -> None:
    rules = Rules(incumbent="none", apprentice=True)
    rng = np.random.default_rng(8)
    first = Policy(rules).act({}, OFFERS, rng)
    assert first.mode == "apprentice"
    assert first.probabilities["none"] >= 1 - rules.own_share
    after, _ = run(Policy(rules), 4000, 9)
    assert after.proven
    assert after.act({}, OFFERS, rng).mode == "learning"


def test_an_apprentice_that_is_no_better_stays_one() -> None:
    rng = np.random.default_rng(10)
    policy = Policy(Rules(incumbent="none", apprentice=True))
    for _ in range(1500):
        decision = policy.act({}, OFFERS, rng)
        policy = policy.learn(decision, float(rng.random() < 0.3))
    assert not policy.proven


def test_the_holdout_gets_the_incumbent_and_teaches_nothing() -> None:
    policy = Policy(Rules(incumbent="none", holdout=0.1))
    rng = np.random.default_rng(11)
    names = [f"customer-{n}" for n in range(2000)]
    held = [name for name in names if held_out(name, 0.1)]
    assert 150 <= len(held) <= 250
    decision = policy.act({"customer_id": held[0]}, OFFERS, rng)
    assert (decision.mode, decision.offer, decision.propensity) == ("holdout", "none", 1.0)
    assert policy.learn(decision, 5.0).state.beliefs == {}


def test_learning_leaves_the_old_policy_as_it_was() -> None:
    policy = Policy()
    decision = policy.act({"x": 1.0}, OFFERS, np.random.default_rng(12))
    assert policy.learn(decision, 1.0).state.version == 1
    assert policy == Policy()


VALUES = st.one_of(
    st.floats(), st.text(max_size=100), st.integers(), st.none(), st.booleans(), st.binary()
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(max_size=90), VALUES, max_size=60), st.integers(0, 2**32))
def test_any_context_is_answered_and_learnt_from(context: Context, seed: int) -> None:
    rng = np.random.default_rng(seed)
    policy = Policy()
    for reward in (1.0, 0.0, -2.5):
        decision = policy.act(context, OFFERS, rng)
        policy = policy.learn(decision, reward)
    later = Policy.from_bytes(policy.to_bytes()).act(context, OFFERS, rng)
    assert 0 < later.propensity <= 1
    assert math.isfinite(later.expected)


def test_no_offers_and_no_number_are_refused() -> None:
    rng = np.random.default_rng(13)
    with pytest.raises(InvalidInput, match="offers"):
        Policy().act({}, [], rng)
    decision = Policy().act({}, OFFERS, rng)
    with pytest.raises(InvalidInput, match="reward"):
        Policy().learn(replace(decision), math.nan)
