"""What judges and fits complexity: the area of known orders, and weights that are known."""

import random
import runpy
from pathlib import Path

import pytest

from tests.bench.complexity import half_splits, spread
from tests.bench.fit_complexity import Fitter, written
from tests.bench.ridge import Prior, Sums, fit
from tests.bench.routing_data import Row, apgr, bootstrap, folds, order

GAINS = [1, 0, 1, 0, 0, 0, 0, 0]
ONES = [1] * len(GAINS)


def test_the_area_of_a_perfect_order_and_of_the_reverse() -> None:
    # Two of eight calls recover all: a triangle over a quarter, and then the whole gap.
    assert apgr(order(GAINS), GAINS, ONES) == pytest.approx(0.125 + 0.75)
    assert apgr(order([-gain for gain in GAINS]), GAINS, ONES) == pytest.approx(0.125)


def test_a_prompt_drawn_twice_counts_twice() -> None:
    doubled = apgr(order([3, 2, 1]), [1, 0, 0], [2, 1, 1])
    assert doubled == pytest.approx(apgr(order([3, 3, 2, 1]), [1, 1, 0, 0], [1] * 4))


def test_better_by_bootstrap_only_where_it_is() -> None:
    rng = random.Random(0)
    gains = [int(rng.random() < 0.2) for _ in range(600)]
    noise = [rng.random() for _ in gains]
    told = [gain + rng.random() for gain in gains]
    assert bootstrap(told, noise, gains, 60, seed=1)[0] > 0
    assert bootstrap(noise, noise, gains, 60, seed=1) == (0, 0)


def test_the_fit_finds_weights_and_keeps_them_on_their_side() -> None:
    rng = random.Random(0)
    rows = []
    for _ in range(400):
        first, second = rng.gauss(0, 1), rng.gauss(5, 3)
        rows.append([first, second, 2 * first - 0.5 * second])
    free = fit(["a", "b"], Sums.of(rows, 1.0), Prior(1e-9, {}, {}))
    assert free.weights == pytest.approx({"a": 2, "b": -0.5}, abs=1e-3)
    bound = fit(["a", "b"], Sums.of(rows, 1.0), Prior(1e-9, {}, {"b": 1}))
    assert bound.weights["b"] == 0


def test_folds_hold_whole_subjects_once() -> None:
    rows = [Row(subject, "", weak=False, strong=True) for subject in "abcdefg" * 3]
    dealt = folds(rows, 3, seed=2)
    assert sorted(name for part in dealt for name in part) == list("abcdefg")


def _rows() -> list[Row]:
    return [
        Row(f"s{at % 3}", f"Is it {'so' * at}?\nA. more\nB. less than {at}", at % 2 == 0, True)
        for at in range(30)
    ]


def test_a_half_is_judged_by_the_other_half() -> None:
    # The longer half of each subject but one gains, and nothing else does.
    rows = [
        Row(subject, f"Is it {'so ' * at}?\nA. yes\nB. no", at < 20 or subject == "b", True)
        for subject in "abcd"
        for at in range(40)
    ]
    splits = half_splits(rows, Fitter(rows), 6)
    assert len(splits) == 6
    assert spread(splits).startswith("6 halves")
    assert splits == half_splits(rows, Fitter(rows), 6)
    assert all(score > 0.5 and length > 0.5 for score, length in splits)


def test_a_fit_is_written_as_a_module(tmp_path: Path) -> None:
    fitter = Fitter(_rows())
    module = tmp_path / "weights.py"
    module.write_text(written(fitter), encoding="utf-8")
    assert list(runpy.run_path(str(module))["CHOICE"]) == fitter.names
