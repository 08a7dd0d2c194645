"""The uplift of a deal: paired, seeded, with an interval of the mean and one of a single period."""

import numpy as np
import pytest

from labverse.kernel.errors import InvalidInput
from labverse.negotiate.impact import impact, kept
from labverse.negotiate.problem import Problem
from labverse.negotiate.solver import solve
from tests.unit.negotiate.generated import market


def campaign(seed: int, scenarios: int) -> Problem:
    """Two channels, three deals; what a deal earns is log-normal and moves with the market."""
    rng = np.random.default_rng(seed)
    world = rng.lognormal(0, 0.6, (scenarios, 1))
    own = rng.lognormal(0, 0.3, (2, scenarios, 3))
    utilities = 1000 * world * own * np.array([[[1.0, 1.2, 0.9]], [[1.0, 0.9, 1.3]]])
    return Problem(
        (3,), np.full(scenarios, 1 / scenarios), 800 * np.tile(world.T, (2, 1)), utilities=utilities
    )


def test_the_interval_of_the_mean_covers_as_it_says() -> None:
    given = campaign(1, 4000)
    whole = np.asarray(given.utilities)
    truth = float((whole[:, :, 1] - whole[:, :, 0]).sum(axis=0).mean())
    told = [impact(given, 1, 0, seed, 400).ci95 for seed in range(1000)]
    assert 0.93 <= np.mean([low <= truth <= high for low, high in told]) <= 0.97


def test_the_wider_interval_covers_what_the_scenarios_were_drawn_from() -> None:
    """Each time new scenarios: their own error counts as well."""
    large = np.asarray(campaign(0, 400_000).utilities)
    truth = float((large[:, :, 1] - large[:, :, 0]).sum(axis=0).mean())
    told = [impact(campaign(seed, 300), 1, 0, seed, 300) for seed in range(1, 501)]
    wider = np.mean([one.wider_ci95[0] <= truth <= one.wider_ci95[1] for one in told])
    narrow = np.mean([one.ci95[0] <= truth <= one.ci95[1] for one in told])
    assert 0.92 <= wider <= 0.98
    assert narrow < 0.92


def test_nine_of_ten_periods_fall_into_the_prediction_interval() -> None:
    given = campaign(1, 4000)
    low, high = impact(given, 1, 0, 7, 4000).pi90
    fresh = np.asarray(campaign(2, 4000).utilities)
    seen = (fresh[:, :, 1] - fresh[:, :, 0]).sum(axis=0)
    assert 0.88 <= ((seen >= low) & (seen <= high)).mean() <= 0.92


def test_the_difference_is_paired() -> None:
    """What moves both deals alike cancels: independent draws would be several times wider."""
    given = campaign(3, 2000)
    whole = np.asarray(given.utilities).sum(axis=0)
    apart = np.sqrt(whole[:, 1].var() + whole[:, 0].var())
    low, high = impact(given, 1, 0, 1, 2000).ci95
    assert (high - low) / 2 < 1.96 * apart / np.sqrt(2000) / 1.5


def test_each_agent_is_told_and_they_sum_up() -> None:
    told = impact(campaign(4, 1000), 2, 1, 5, 1000)
    assert len(told.per_agent) == 2
    assert sum(agent.mean for agent in told.per_agent) == pytest.approx(told.mean)
    assert told.per_agent[0].mean < 0 < told.per_agent[1].mean
    assert told.total.worst_mean < told.pi90[0] < told.mean < told.pi90[1]


def test_without_a_baseline_the_reserve_is_it() -> None:
    given = campaign(5, 1000)
    told = impact(given, 0, None, 1, 200_000)
    gains = np.asarray(given.utilities)[:, :, 0] - np.asarray(given.reserve)
    assert told.mean == pytest.approx(gains.sum(axis=0).mean(), rel=0.02)


def test_a_seed_names_the_draws() -> None:
    given = campaign(6, 500)
    assert impact(given, 1, 0, 11, 300) == impact(given, 1, 0, 11, 300)
    assert impact(given, 1, 0, 11, 300).mean != impact(given, 1, 0, 12, 300).mean


def test_likely_scenarios_are_drawn_more_often() -> None:
    given = Problem(
        (2,), [0.9, 0.1], np.zeros((2, 2)), tables=[[np.array([[0.0, 0], [1, 11]])]] * 2
    )
    assert impact(given, 1, 0, 1, 100_000).mean == pytest.approx(4.0, rel=0.03)


def test_a_deal_keeps_most_of_its_worth_on_scenarios_it_was_not_chosen_on() -> None:
    planned_on, fresh = campaign(8, 300), campaign(9, 300)
    index = solve(planned_on).index
    assert index is not None
    one, other = (impact(p, index, None, 3, 2000) for p in (planned_on, fresh))
    left = kept(one, other)
    assert left is not None
    assert 0.7 < left < 1.4


def test_an_outcome_beyond_machine_integers_has_its_impact() -> None:
    given = market((10,) * 20, 50)
    told = impact(given, 10**20 - 1, 10**19, 1, 100)
    assert np.isfinite(told.mean)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((3, 0, 1, 10), "index"), ((0, -1, 1, 10), "index"), ((0, 1, 1, 1), "draws")],
)
def test_what_cannot_be_told_is_refused(arguments: tuple[int, int, int, int], field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        impact(campaign(1, 10), *arguments)


def test_a_bad_problem_is_refused() -> None:
    with pytest.raises(InvalidInput, match="probabilities"):
        impact(Problem((2,), [2.0], [[0.0], [0.0]], tables=None), 0, 1, 1, 10)
