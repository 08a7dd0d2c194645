"""A goal and two platforms become a problem that is solved."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from labverse.kernel.errors import InvalidInput
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.impact import impact, kept
from labverse.negotiate.market import VARIABLES, draw
from labverse.negotiate.problem import Problem
from labverse.negotiate.sensitivity import sensitivity
from labverse.negotiate.solver import solve
from labverse.negotiate.syndication import syndication
from tests.infra.tree import ROOT

FILE = ROOT / "config" / "policy" / "negotiate.json"
POLICY = NegotiatePolicy.model_validate_json(FILE.read_text(encoding="utf-8"))
REQUEST: dict[str, Any] = {
    "goal": "Cross-platform content syndication",
    "platforms": ["tiktok", "spotify"],
}


def policy(**members: Any) -> NegotiatePolicy:
    """The committed one, with other members."""
    given = json.loads(FILE.read_text(encoding="utf-8"))
    return NegotiatePolicy.model_validate({**given, **members})


def test_the_request_of_the_readme_ends_in_a_deal() -> None:
    scene = syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], 1)
    assert np.asarray(scene.problem.utilities).shape == (2, 200, 6912)
    assert (scene.agents, scene.currency, scene.suspect) == (("tiktok", "spotify"), "USD", ())
    found = solve(scene.problem)
    assert found.status == "agreed"
    assert found.outcome is not None
    terms = scene.terms(found.outcome)
    assert terms["pricing_model"] in POLICY.deals.pricing_models
    assert terms["impressions"] in POLICY.deals.impressions
    assert found.certificate["individually_rational"]
    assert min(found.certificate["surplus_shares"]) > 0.1
    assert np.asarray(scene.problem.cost)[found.index] <= POLICY.budget
    assert scene.spread(float(str(terms["ecpm"]))).expected


def test_the_deal_holds_on_scenarios_it_was_not_chosen_on() -> None:
    planned = syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], 1).problem
    fresh = syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], 2).problem
    index = solve(planned).index
    assert index is not None
    left = kept(impact(planned, index, None, 1, 2000), impact(fresh, index, None, 2, 2000))
    assert left is not None
    assert 0.5 < left < 1.5


def test_a_seed_names_the_scenarios() -> None:
    one, same, other = (
        syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], seed).problem
        for seed in (1, 1, 2)
    )
    assert np.array_equal(np.asarray(one.utilities), np.asarray(same.utilities))
    assert not np.array_equal(np.asarray(one.utilities), np.asarray(other.utilities))


def test_the_pricing_model_moves_risk_from_buyer_to_seller() -> None:
    scene = syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], 1)
    gains = np.asarray(scene.problem.utilities) - np.asarray(scene.problem.reserve)[:, :, None]
    cube = gains.reshape(2, 200, *scene.problem.sizes)[:, :, :, 6, 3, 0, 0, 0]
    cpm, _, cpa, share = range(4)
    spread = cube.std(axis=1)
    assert spread[0, cpm] > spread[0, cpa] > spread[0, share]
    assert spread[1, cpm] < spread[1, cpa] < spread[1, share]


def test_scenarios_keep_the_correlation_and_the_median() -> None:
    market = draw(POLICY.channels, 0.3, 5, 20_000)
    logs = np.log([market[name][v] for name in POLICY.channels for v in VARIABLES])
    between = np.corrcoef(logs)[np.triu_indices(10, 1)]
    # What is doubted of a median is drawn apart, and so lowers what is seen a little.
    assert 0.2 < between.min() < between.max() < 0.31
    assert np.median(market["tiktok"]["ctr"]) == pytest.approx(0.011, rel=0.02)


def test_what_is_doubted_widens_the_scenarios() -> None:
    sure = {
        name: profile.model_copy(update={"cvr": profile.cvr.model_copy(update={"doubt": 0})})
        for name, profile in POLICY.channels.items()
    }
    spreads = [
        np.log(draw(p, 0.3, 5, 20_000)["tiktok"]["cvr"]).std() for p in (sure, POLICY.channels)
    ]
    assert spreads[0] == pytest.approx(0.3, rel=0.03)
    assert spreads[1] == pytest.approx(np.hypot(0.3, 0.1), rel=0.03)


@pytest.mark.parametrize(
    ("goal", "platforms", "named"),
    [
        ("World peace", ["tiktok", "spotify"], "goal"),
        (REQUEST["goal"], ["tiktok"], "platforms"),
        (REQUEST["goal"], ["tiktok", "tiktok"], "platforms"),
        (REQUEST["goal"], ["tiktok", "myspace"], "myspace"),
    ],
)
def test_what_config_does_not_know_is_refused(goal: str, platforms: list[str], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        syndication(POLICY, goal, platforms, 1)


def test_two_currencies_are_refused() -> None:
    channels = json.loads(FILE.read_text(encoding="utf-8"))["channels"]
    channels["spotify"]["currency"] = "EUR"
    with pytest.raises(InvalidInput, match="EUR"):
        syndication(policy(channels=channels), REQUEST["goal"], REQUEST["platforms"], 1)


def test_prices_in_cents_are_suspected() -> None:
    channels = json.loads(FILE.read_text(encoding="utf-8"))["channels"]
    channels["spotify"]["market_cpm"]["median"] = 750
    scene = syndication(policy(channels=channels), REQUEST["goal"], REQUEST["platforms"], 1)
    assert scene.suspect == ("spotify",)


@pytest.mark.parametrize(
    ("member", "value"),
    [("tail", 2), ("scenarios", 3), ("correlation", 1), ("goals", []), ("budgett", 1)],
)
def test_a_fault_in_the_policy_is_named(member: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=member):
        policy(**{member: value})


def test_a_pricing_model_that_nobody_knows_is_named() -> None:
    deals = json.loads(FILE.read_text(encoding="utf-8"))["deals"]
    with pytest.raises(ValidationError, match="pricing_models"):
        policy(deals={**deals, "pricing_models": ["cpx"]})


def test_claims_are_told_with_what_they_gain_and_cost() -> None:
    scene = syndication(POLICY, REQUEST["goal"], REQUEST["platforms"], 1)
    truth = solve(scene.problem)
    told = sensitivity(scene.problem)
    assert len(told) == 12
    assert any(one.gain > 0 and one.others < 0 for one in told)
    worst = next(one for one in told if (one.agent, one.claim) == (1, 0.5))
    claimed = np.array(scene.problem.reserve)
    claimed[1] += 0.5 * truth.certificate["stake"][1]
    found = solve(replace(scene.problem, reserve=claimed))
    gains = (
        np.asarray(scene.problem.utilities)[1, :, found.index]
        - np.asarray(scene.problem.reserve)[1]
    )
    p = np.asarray(scene.problem.probabilities)
    mean = 0.8 * gains @ p + 0.2 * np.sort(gains)[:20].mean()
    assert worst.gain == pytest.approx(mean - truth.certificate["values"][1])


def test_without_a_deal_there_is_nothing_to_misreport() -> None:
    nothing = Problem((1,), [1.0], [[3.0], [0.0]], tables=[[[[2.0]]], [[[1.0]]]])
    assert sensitivity(nothing) == ()


def test_a_claim_that_prevents_the_deal_costs_all_of_it() -> None:
    """Either takes 2 or 1; who claims a reserve above his mean gets nothing at all."""
    tables = [[[[4.0, 0.0], [4.0, 0.0]]], [[[1.0, 1.0], [1.0, 1.0]]]]
    given = Problem((2,), [0.5, 0.5], np.zeros((2, 2)), tables=tables, risk_aversion=0.7)
    told = {(m.agent, m.claim): m for m in sensitivity(given)}
    prevented = told[0, 0.5]
    assert prevented.status == "no_agreement"
    assert [prevented.gain, prevented.others] == pytest.approx([-0.6, -1.0])
