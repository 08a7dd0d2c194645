"""Attribution: conserved, exact where it can be counted, and deaf to the order of paths."""

from itertools import pairwise, permutations
from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.revenue.attribution import METHODS, Path, attribute

PATHS: list[Path] = [
    (("ad", "mail", "ad"), 3, 1),
    (("mail",), 2, 8),
    (("ad", "blog", "mail"), 1, 5),
    (("blog", "blog", "shop"), 0, 4),
]
RANDOM = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    max_size=8,
)


def close(one: dict[str, float], other: dict[str, float]) -> bool:
    return one.keys() == other.keys() and all(
        isclose(one[name], other[name], rel_tol=1e-9, abs_tol=1e-9) for name in one
    )


def test_rules_of_paths_alone_by_hand() -> None:
    assert attribute(PATHS, "first") == {"ad": 4, "mail": 2, "blog": 0, "shop": 0}
    assert attribute(PATHS, "last") == {"ad": 3, "mail": 3, "blog": 0, "shop": 0}
    by_touch = {"ad": 2 + 1 / 3, "mail": 1 + 2 + 1 / 3, "blog": 1 / 3, "shop": 0}
    assert close(attribute(PATHS, "linear"), by_touch)


def test_markov_by_hand() -> None:
    """Start leads to a (4 of 6) and b (2 of 6); a to b (2 of 4), b converts 1 of 4, a 1 of 4.

    Conversion: from b 1/4; from a 1/4 + 1/2 * 1/4 = 3/8; from start 2/3 * 3/8 + 1/3 * 1/4 = 1/3.
    Without a: 1/3 * 1/4 = 1/12, three quarters lost. Without b: 2/3 * 1/4 = 1/6, half lost.
    """
    paths: list[Path] = [(("a",), 1, 1), (("a", "b"), 1, 1), (("b",), 0, 2)]
    assert close(attribute(paths, "markov"), {"a": 2 * 0.6, "b": 2 * 0.4})


def walked(paths: list[Path], without: str | None) -> float:
    """The chance to convert, by walking the chain 2,000 steps; reaching `without` ends it."""
    ways = _ways(paths)
    at, converted = {"start": 1.0}, 0.0
    for _ in range(2000):
        after: dict[str, float] = {}
        for state, chance in at.items():
            total = sum(ways[state].values())
            for there, weight in ways[state].items():
                after[there] = after.get(there, 0) + chance * weight / total
        converted += after.pop("yes", 0)
        at = {state: chance for state, chance in after.items() if state not in {without, "no"}}
    return converted


def _ways(paths: list[Path]) -> dict[str, dict[str, float]]:
    ways: dict[str, dict[str, float]] = {}
    for touches, conversions, nulls in paths:
        for here, there in pairwise(("start", *touches)):
            _add(ways, here, there, conversions + nulls)
        _add(ways, touches[-1], "yes", conversions)
        _add(ways, touches[-1], "no", nulls)
    return ways


def _add(ways: dict[str, dict[str, float]], here: str, there: str, weight: float) -> None:
    known = ways.setdefault(here, {})
    known[there] = known.get(there, 0) + weight


def test_markov_is_what_walking_the_chain_loses() -> None:
    total = walked(PATHS, None)
    lost = {name: 1 - walked(PATHS, name) / total for name in ("ad", "mail", "blog", "shop")}
    share = sum(lost.values())
    expected = {name: 6 * value / share for name, value in lost.items()}
    assert close(attribute(PATHS, "markov"), expected)


@given(RANDOM)
def test_shapley_is_the_mean_over_every_order_of_joining(paths: list[Path]) -> None:
    names = sorted({channel for path in paths for channel in path[0]})
    owed = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        for place, channel in enumerate(order):
            joined = _earned(paths, {*order[: place + 1]}) - _earned(paths, {*order[:place]})
            owed[channel] += joined / len(orders)
    found = attribute(paths, "shapley")
    assert close({name: found[name] for name in names}, owed)


def _earned(paths: list[Path], coalition: set[str]) -> float:
    return sum(path[1] for path in paths if coalition.issuperset(path[0]))


@pytest.mark.parametrize("method", METHODS)
@given(paths=RANDOM, data=st.data())
def test_totals_are_conserved_in_any_order(
    method: str, paths: list[Path], data: st.DataObject
) -> None:
    found = attribute(paths, method)
    assert isclose(sum(found.values()), sum(path[1] for path in paths), abs_tol=1e-9)
    assert all(value >= 0 for value in found.values())
    other = attribute(data.draw(st.permutations(paths)), method)
    assert close(dict(sorted(found.items())), dict(sorted(other.items())))


@pytest.mark.parametrize("method", METHODS)
def test_channels_are_any_strings(method: str) -> None:
    odd = ("", "(start)", "(conversion)", "a > b", "\u202e", "x" * 10_000)
    found = attribute([(odd, 6, 0)], method)
    assert close(found, dict.fromkeys(odd, 1.0)) or method in {"first", "last"}
    assert sum(found.values()) == pytest.approx(6)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_converted(method: str) -> None:
    assert attribute([(("a", "b"), 0, 7), (("c",), 0, 0)], method) == {"a": 0, "b": 0, "c": 0}
    assert attribute([], method) == {}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (((), 1, 0), "paths[1].channels"),
        (("abc", 1, 0), "paths[1].channels"),
        ((("a", 7), 1, 0), "paths[1].channels"),
        ((("a",), -1, 0), "paths[1].conversions"),
        ((("a",), 1, float("nan")), "paths[1].nulls"),
        ((("a",), float("inf"), 0), "paths[1].conversions"),
        ((("a",), "3", 0), "paths[1].conversions"),
        ((("a",), True, 0), "paths[1].conversions"),
        ((("a",), 1), "paths[1]"),
        (None, "paths[1]"),
    ],
)
def test_a_bad_path_is_named(path: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        attribute([(("fine",), 1, 0), path], "linear")
    assert [error.field for error in raised.value.fields] == [field]


def test_an_unknown_method_lists_the_known() -> None:
    with pytest.raises(InvalidInput, match="first, last, linear, markov, shapley"):
        attribute(PATHS, "magic")


def test_a_chain_too_large_to_solve_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2001 channels, at most 2000"):
        attribute([((str(index),), 1, 0) for index in range(2001)], "markov")
