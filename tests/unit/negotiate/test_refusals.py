"""Bad data and impossible wishes have a typed answer each; nothing raises."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.solver import Problem, Solution, solve

GOOD: dict[str, Any] = {
    "sizes": (2, 2),
    "probabilities": [0.5, 0.5],
    "reserve": [[0.0, 0.0], [0.0, 0.0]],
    "tables": [[np.ones((2, 2)), np.ones((2, 2))], [np.ones((2, 2)), np.ones((2, 2))]],
}
NAN = [[np.full((2, 2), np.nan), np.ones((2, 2))], GOOD["tables"][1]]
WHOLE = {"tables": None, "utilities": np.ones((2, 2, 4))}


def holed(value: float) -> dict[str, Any]:
    """Utilities with one number that is none."""
    whole = np.ones((2, 2, 4))
    whole[1, 1, 3] = value
    return {"tables": None, "utilities": whole}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"sizes": ()}, "sizes"),
        ({"sizes": (2, 0)}, "sizes[1]"),
        ({"sizes": (2.5, 2)}, "sizes[0]"),
        ({"sizes": None}, "sizes"),
        ({"sizes": "22"}, "sizes"),
        ({"probabilities": [0.5, 0.6]}, "probabilities"),
        ({"probabilities": [1.5, -0.5]}, "probabilities[1]"),
        ({"probabilities": [np.nan, 1]}, "probabilities[0]"),
        ({"probabilities": [[0.5, 0.5]]}, "probabilities"),
        ({"probabilities": []}, "probabilities"),
        ({"probabilities": ["a", "b"]}, "probabilities"),
        ({"reserve": [[0.0, 0.0]]}, "reserve"),
        ({"reserve": [[0.0], [0.0]]}, "reserve"),
        ({"reserve": [[0.0, np.inf], [0.0, 0.0]]}, "reserve[0, 1]"),
        ({"reserve": [[0.0, -np.inf], [0.0, 0.0]]}, "reserve[0, 1]"),
        ({"reserve": [[0.0, 0.0], [0.0]]}, "reserve"),
        ({"reserve": [[0j, 0j], [0j, 0j]]}, "reserve"),
        ({"tables": NAN}, "tables[0][0]"),
        ({"tables": None}, "utilities"),
        ({"tables": GOOD["tables"][:1]}, "tables"),
        ({"tables": [GOOD["tables"][0][:1], GOOD["tables"][1]]}, "tables[0]"),
        ({"tables": [[np.ones((3, 2)), np.ones((2, 2))], GOOD["tables"][1]]}, "tables[0][0]"),
        ({"tables": [None, None]}, "tables[0]"),
        ({"utilities": np.ones((2, 2, 4))}, "utilities"),
        ({"tables": None, "utilities": np.ones((2, 2, 5))}, "utilities"),
        (holed(np.nan), "utilities"),
        (holed(np.inf), "utilities"),
        (holed(-np.inf), "utilities"),
        ({"risk_aversion": -0.1}, "risk_aversion"),
        ({"risk_aversion": 1.1}, "risk_aversion"),
        ({"risk_aversion": np.nan}, "risk_aversion"),
        ({"risk_aversion": "0.2"}, "risk_aversion"),
        ({"risk_aversion": True}, "risk_aversion"),
        ({"tail": 2}, "tail"),
        ({"tail": None}, "tail"),
        ({"epsilon": -1e-9}, "epsilon"),
        ({"weights": [1, 0]}, "weights[1]"),
        ({"weights": [1, -1]}, "weights[1]"),
        ({"weights": [1, np.inf]}, "weights[1]"),
        ({"weights": [1]}, "weights"),
        ({"owner": [0]}, "owner"),
        ({"owner": [0, 2]}, "owner[1]"),
        ({"owner": [0, -2]}, "owner[1]"),
        ({"owner": [0, 0.5]}, "owner[1]"),
        ({"nash_equilibrium": 1}, "nash_equilibrium"),
        ({"budget": 1}, "cost"),
        ({"budget": np.nan, "cost": [[1, 1], [1, 1]]}, "budget"),
        ({"cost": [[1, 1]]}, "cost"),
        ({"cost": [[1, 1], [1, np.nan]]}, "cost[1]"),
        ({"cost": 3}, "cost"),
        ({"cost": []}, "cost"),
        ({"cost": "much"}, "cost"),
    ],
)
def test_a_bad_field_is_named(members: dict[str, Any], field: str) -> None:
    found = solve(Problem(**{**GOOD, **members}))
    assert found.status == "invalid"
    assert found.reason.startswith(field)
    assert (found.index, found.phi, found.certificate) == (None, None, {})


def test_all_bad_fields_are_named_at_once() -> None:
    found = solve(Problem(**{**GOOD, "weights": [1], "risk_aversion": 7, "owner": [5, 5]}))
    for field in ("weights", "risk_aversion", "owner[0]"):
        assert field in found.reason


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**30),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.floats(), max_size=4),
    st.lists(st.lists(st.floats(), max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=1), st.floats(), max_size=1),
    st.just(object()),
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(Problem.__dataclass_fields__)), ANYTHING))
def test_nothing_raises(members: dict[str, Any]) -> None:
    assert isinstance(solve(Problem(**{**GOOD, **members})), Solution)


def test_probabilities_may_round_a_little() -> None:
    assert solve(Problem(**{**GOOD, "probabilities": [0.5, 0.5 + 9e-7]})).status == "agreed"


def test_a_space_too_large_is_refused_before_anything_is_read() -> None:
    """The tensor would be 160 GB; nobody has it, and it is not asked for."""
    found = solve(Problem((10**10,), [1.0], [[0.0], [0.0]], utilities=object()))
    assert found.status == "too_large"
    one = np.broadcast_to(0.0, (1,))
    members = {**GOOD, "sizes": (10**6, 10**6), "cost": one, "budget": 1.0}
    assert solve(Problem(**members)).status == "too_large"


def test_a_budget_that_nothing_meets_says_what_is_lacking() -> None:
    found = solve(Problem(**GOOD, cost=[[2, 3], [4, 9]], budget=5))
    assert (found.status, found.reason) == ("no_agreement", "infeasible_constraints")
    assert found.certificate["relaxation"] == {"constraint": "budget", "by": 1.0, "to": 6.0}
    assert solve(Problem(**GOOD, cost=[[2, 3], [4, 9]], budget=6)).status == "agreed"


def test_an_empty_zone_says_who_lacks_how_much() -> None:
    """Of 10 in all, each wants 6 or more."""
    share = np.linspace(0, 10, 11)[:, None]
    problem: dict[str, Any] = {
        "sizes": (11,),
        "probabilities": [1.0],
        "tables": [[share], [10 - share]],
    }
    found = solve(Problem(**problem, reserve=[[6.0], [7.0]]))
    assert (found.status, found.reason) == ("no_agreement", "empty_zopa")
    nearest = found.certificate["nearest"]
    assert nearest["values"] in ([-1.0, -2.0], [-2.0, -1.0])
    assert nearest["shortfall"] == [-v for v in nearest["values"]]
    assert not found.certificate["side_payments_close_it"]
    assert found.certificate["largest_joint_value"] == -3.0


def test_side_payments_that_would_close_an_empty_zone_are_seen() -> None:
    tables = [[np.array([[9.0], [4.0]])], [np.array([[1.0], [2.0]])]]
    found = solve(Problem((2,), [1.0], [[5.0], [3.0]], tables=tables))
    assert found.reason == "empty_zopa"
    assert found.certificate["side_payments_close_it"]


def test_a_deal_that_only_the_cautious_refuse_says_how_cautious_they_may_be() -> None:
    """Good on average, bad in one world of ten: V = 1 - a (1 + 8) is 0 at a = 1/9."""
    good, bad = 2.0, -8.0
    problem: dict[str, Any] = {
        "sizes": (1,),
        "probabilities": [0.9, 0.1],
        "reserve": np.zeros((2, 2)),
        "tables": [[np.array([[good, bad]])], [np.array([[1.0, 1.0]])]],
    }
    found = solve(Problem(**problem, risk_aversion=0.2))
    assert (found.status, found.reason) == ("no_agreement", "not_robust")
    assert found.certificate["largest_risk_aversion"] == pytest.approx(1 / 9)
    assert solve(Problem(**problem, risk_aversion=0.111)).status == "agreed"
    assert solve(Problem(**problem, risk_aversion=0.112)).status == "no_agreement"
