"""Churn, on customers whose probability of leaving is known."""

import numpy as np
import pandas as pd
import pytest

from labverse.kernel.errors import InvalidInput
from labverse.upsell.churn import Model, train


def customers(seed: int, rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Features with the label, and the true probability."""
    rng = np.random.default_rng(seed)
    tenure, charges = rng.uniform(0, 72, rows), rng.normal(65, 25, rows)
    contract = rng.choice(["month", "year", "two years"], rows, p=[0.5, 0.3, 0.2])
    monthly = contract == "month"
    logit = -1.5 + 2.0 * (tenure < 12) + 1.2 * monthly + 0.02 * (charges - 65) * monthly
    chance = 1 / (1 + np.exp(-logit))
    frame = pd.DataFrame({"tenure": tenure, "charges": charges, "contract": contract})
    frame["churn"] = np.where(rng.random(rows) < chance, "Yes", "No")
    frame["id"] = [f"customer-{n}" for n in range(rows)]
    return frame, chance


@pytest.fixture(scope="module")
def model() -> Model:
    return train(customers(1, 4000)[0], "churn", 1)


def test_probabilities_are_calibrated_and_near_the_truth(model: Model) -> None:
    frame, chance = customers(2, 8000)
    told = model.predict(frame.drop(columns=["churn"]))
    assert np.sqrt(np.mean((told - chance) ** 2)) <= 0.08
    edges = np.quantile(told, np.linspace(0, 1, 11)[1:-1])
    group = np.searchsorted(edges, told)
    gaps = [abs(told[group == n].mean() - chance[group == n].mean()) for n in range(10)]
    assert np.mean(gaps) <= 0.03


def test_training_is_the_same_with_the_same_seed(model: Model) -> None:
    again = train(customers(1, 4000)[0], "churn", 1)
    assert (again.weights == model.weights).all()


def test_missing_and_unheard_of_values_have_a_probability(model: Model) -> None:
    odd = pd.DataFrame(
        {"tenure": [np.nan, 1e12, -5], "charges": ["?", 10, None], "contract": [None, "🦆", "year"]}
    )
    told = model.predict(odd)
    assert ((told > 0) & (told < 1)).all()


def test_effects_add_up_to_the_prediction(model: Model) -> None:
    frame = customers(3, 20)[0]
    logit = model.weights[0] + model.effects(frame).sum(axis=1)
    assert model.predict(frame) == pytest.approx(1 / (1 + np.exp(-logit)))


def test_a_missing_column_is_named(model: Model) -> None:
    with pytest.raises(InvalidInput, match="tenure"):
        model.predict(pd.DataFrame({"charges": [1.0], "contract": ["year"]}))


@pytest.mark.parametrize("label", [[0] * 60, [0, 1] * 20, [0, 1, 2] * 20, [0, None] * 30])
def test_labels_that_are_not_two_values_are_refused(label: list[int]) -> None:
    with pytest.raises(InvalidInput, match="label"):
        train(pd.DataFrame({"x": range(len(label)), "gone": label}), "gone", 1)
