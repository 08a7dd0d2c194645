"""What a policy would have earned, from another one's log, against simulations that know."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labverse.kernel.errors import InvalidInput, Refused
from labverse.upsell.evaluate import evaluate
from labverse.upsell.policy import Policy

ARMS = ("a", "b", "c")
LEANING = np.array([[1.0, -0.5], [-0.6, 0.8], [0.1, 0.2]])


def worth(x: np.ndarray) -> np.ndarray:
    """(rows, arms): probability of a reward of 1."""
    return np.asarray(1 / (1 + np.exp(-(x @ LEANING.T + np.array([0.2, 0.0, -0.4])))))


def chances(x: np.ndarray) -> np.ndarray:
    power = np.exp(1.5 * x @ LEANING.T)
    return np.asarray(0.9 * power / power.sum(axis=1, keepdims=True) + 0.1 / 3)


def target(row: Mapping[str, Any]) -> dict[str, float]:
    found = chances(np.array([[row["usage"], row["engagement"]]]))[0]
    return dict(zip(ARMS, found.tolist(), strict=True))


def logged(seed: int, rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2))
    action = rng.integers(0, 3, rows)
    reward = (rng.random(rows) < worth(x)[np.arange(rows), action]).astype(float)
    context = {
        "usage": x[:, 0],
        "engagement": x[:, 1],
        "plan": np.where(x[:, 0] > 0, "pro", "free"),
    }
    action_names = np.array(ARMS)[action]
    return pd.DataFrame({**context, "action": action_names, "reward": reward, "propensity": 1 / 3})


def truth() -> float:
    x = np.random.default_rng(99).normal(size=(200_000, 2))
    return float((chances(x) * worth(x)).sum(axis=1).mean())


@pytest.mark.parametrize(("method", "worst"), [("ipw", 0.045), ("snipw", 0.04), ("dr", 0.035)])
def test_estimates_are_near_and_their_intervals_hold(method: str, worst: float) -> None:
    actual = truth()
    told = [evaluate(logged(seed, 1000), target, method) for seed in range(1000, 1080)]
    error = np.sqrt(np.mean([(one.value - actual) ** 2 for one in told])) / actual
    assert error <= worst
    assert np.mean([one.low <= actual <= one.high for one in told]) >= 0.92


def test_logging_policy_itself_is_worth_what_it_earned() -> None:
    log = logged(1, 1000)
    told = evaluate(log, lambda _: dict.fromkeys(ARMS, 1 / 3), "ips")
    assert told.value == pytest.approx(log["reward"].mean())
    assert told.ess == pytest.approx(1000)


def test_one_offer_for_everybody_is_a_policy() -> None:
    log = logged(2, 900)
    told = evaluate(log, "b", "snips")
    assert told.value == pytest.approx(log[log["action"] == "b"]["reward"].mean())


def test_our_own_policy_can_be_judged() -> None:
    told = evaluate(logged(3, 400), Policy(), "dr")
    assert told.low < told.value < told.high


def test_too_little_support_is_refused() -> None:
    log = logged(4, 400)
    log.loc[log["action"] == "a", "propensity"] = 0.01
    log.loc[log.index[log["action"] == "a"][5:], "action"] = "b"
    with pytest.raises(Refused, match="effective"):
        evaluate(log, "a", "dr")


def test_actions_that_were_never_taken_are_refused() -> None:
    with pytest.raises(Refused, match="never took"):
        evaluate(logged(5, 400), "unheard of", "dr")


@pytest.mark.parametrize(
    ("column", "value"), [("propensity", 0.0), ("propensity", np.nan), ("reward", np.inf)]
)
def test_a_log_that_cannot_be_is_refused(column: str, value: float) -> None:
    log = logged(6, 100)
    log.loc[3, column] = value
    with pytest.raises(InvalidInput, match=column):
        evaluate(log, "a", "ips")


def test_unknown_method_and_missing_column_are_refused() -> None:
    with pytest.raises(InvalidInput, match="method"):
        evaluate(logged(7, 100), "a", "magic")
    with pytest.raises(InvalidInput, match="propensity"):
        evaluate(logged(7, 100).drop(columns=["propensity"]), "a", "ips")
