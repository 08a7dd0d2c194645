"""What cannot be negotiated is told at once, every bad field by its name, and nothing is kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.bargaining import CHANNELS, Bargaining, Market
from tests.functions.negotiate.stated import changed, issue, position, request, tabled, three_prices

PATH = "/api/v2/negotiations"
BODY = three_prices()
TABLES = request(
    [issue("price", 5, 8), issue("volume", 1, 2)],
    [tabled(agent, [[1], [2]], [[1], [2]]) for agent in ("buyer", "seller")],
)
QUOTE = {"pricing_model": "cpa", "price": 30, "rates": {"ctr": 0.01, "cvr": 0.02}}


def refused(deals: Bargaining, body: Any) -> set[str]:
    """The fields that a request is refused for."""
    status, told = deals.call("POST", PATH, body)
    assert (status, told["outcome"], told["title"]) == (422, "invalid", "Unprocessable Entity")
    market = deals.market
    assert (market.deals.items, market.objects, market.executions) == ({}, {}, {})
    return {error["field"] for error in told["errors"]}


def old(**age: float) -> str:
    return (datetime.now(UTC) - timedelta(**age)).isoformat()


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("positions.1.utilities.1.2", "NaN", "positions.1.utilities.1.2"),
        ("positions.1.utilities.0.0", "-Infinity", "positions.1.utilities.0.0"),
        ("positions.1.utilities.0.0", "much", "positions.1.utilities.0.0"),
        ("positions.1.utilities.0.0", {}, "positions.1.utilities.0.0"),
        ("positions.0.reserve.1", "inf", "positions.0.reserve.1"),
        ("positions.0.reserve", [0], "positions.0.reserve"),
        ("positions.0.reserve", None, "positions.0.reserve"),
        ("positions.0.utilities", [[1, 2, 3]], "positions.0.utilities"),
        ("positions.0.utilities.1", [1, 2], "positions.0.utilities.1"),
        ("positions.0.utilities", None, "positions.0.utilities"),
        ("positions.1.weight", 0, "positions.1.weight"),
        ("positions.1.weight", -1, "positions.1.weight"),
        ("positions.1.agent", "buyer", "positions.1.agent"),
        ("positions.1.agent", "", "positions.1.agent"),
        ("positions.1", None, "positions"),
        ("positions.1.currency", "EUR", "positions.1.currency"),
        ("positions.1.currency", "EURO", "positions.1.currency"),
        ("positions.1.unit", "cents", "positions.1.unit"),
        ("positions.1.unit", None, "positions.1.unit"),
        ("positions.1.currency", None, "positions.1.currency"),
        ("positions.1.as_of", None, "positions.1.as_of"),
        ("positions.1.as_of", old(days=2), "positions.1.as_of"),
        ("positions.1.as_of", old(days=-1), "positions.1.as_of"),
        ("positions.1.as_of", "2026-11-24T12:00:00", "positions.1.as_of"),
        ("positions.1.extra", 1, "positions.1.extra"),
        ("issues", [], "issues"),
        ("issues", None, "issues"),
        ("issues.0.values", [], "issues.0.values"),
        ("issues.0.values", [5, 5, 8], "issues.0.values"),
        ("issues.0.values.1", "NaN" * 50, "issues.0.values.1"),
        ("issues.0.owner", "nobody", "issues.0.owner"),
        ("issues.0.values.1", 10**400, "issues.0.values.1"),
        ("issues.0.values.1", 1e300, "issues.0.values.1"),
        ("issues.0.values.1", -1e-300, "issues.0.values.1"),
        ("positions.1.utilities.1.2", 1e308, "positions.1.utilities.1.2"),
        ("positions.1.reserve.1", -1e16, "positions.1.reserve.1"),
        ("positions.1.weight", 1e300, "positions.1.weight"),
        ("epsilon", 1e300, "epsilon"),
        ("issues.0.cost", [1, 2], "issues.0.cost"),
        ("issues.0.cost", [1, 2, -1], "issues.0.cost.2"),
        ("issues.0.cost", [1, 2, "0.0000001"], "issues.0.cost.2"),
        ("scenarios.probabilities", [0.5, 0.6], "scenarios.probabilities"),
        ("scenarios.probabilities", [1.5, -0.5], "scenarios.probabilities.1"),
        ("scenarios.probabilities", ["NaN", 1], "scenarios.probabilities.0"),
        ("scenarios.probabilities", [], "scenarios.probabilities"),
        ("scenarios", None, "scenarios"),
        ("risk_aversion", 1.1, "risk_aversion"),
        ("risk_aversion", -0.1, "risk_aversion"),
        ("tail", 2, "tail"),
        ("epsilon", -1, "epsilon"),
        ("budget", 5, "budget"),
        ("budget", -5, "budget"),
        ("goal", "", "goal"),
        ("mode", "sometimes", "mode"),
        ("platforms", ["tiktok", "spotify"], "platforms"),
        ("profiles", {}, "profiles"),
        (
            "positions.0.quote",
            {"pricing_model": "cpx", "price": 3},
            "positions.0.quote.pricing_model",
        ),
        ("positions.0.quote", {**QUOTE, "price": 0}, "positions.0.quote.price"),
        ("positions.0.quote", {**QUOTE, "rates": {"ctr": 0.01}}, "positions.0.quote.rates.cvr"),
        (
            "positions.0.quote",
            {**QUOTE, "rates": {"ctr": 2, "cvr": 1}},
            "positions.0.quote.rates.ctr",
        ),
        (
            "positions.0.quote",
            {**QUOTE, "rates": {"ctr": [0.1], "cvr": 1}},
            "positions.0.quote.rates.ctr",
        ),
        (
            "positions.0.quote",
            {"pricing_model": "flat_rate", "price": 3},
            "positions.0.quote.impressions",
        ),
    ],
)
def test_a_bad_field_is_named(deals: Bargaining, path: str, value: Any, field: str) -> None:
    assert field in refused(deals, changed(BODY, path, value))


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("positions.0.tables.1", [[1]], "positions.0.tables.1"),
        ("positions.0.tables.1.0", [1, 2], "positions.0.tables.1.0"),
        ("positions.0.tables", [[[1], [2]]], "positions.0.tables"),
        ("positions.1.utilities", [[1, 2, 3, 4]], "positions.1.utilities"),
        ("issues.1.name", "price", "issues.1.name"),
    ],
)
def test_tables_are_checked_as_well(deals: Bargaining, path: str, value: Any, field: str) -> None:
    assert field in refused(deals, changed(TABLES, path, value))


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("goal", "World peace", "goal"),
        ("platforms", ["tiktok"], "platforms"),
        ("platforms", ["tiktok", "tiktok"], "platforms"),
        ("platforms.1", "myspace", "platforms.1"),
        ("profiles", {"myspace": {}}, "profiles.myspace"),
        ("profiles", {"tiktok": {"ctr": {"median": 1.5}}}, "profiles.tiktok"),
        ("profiles", {"tiktok": {"ctr": {"median": 0}}}, "profiles.tiktok.ctr.median"),
        ("profiles", {"tiktok": {"mood": 1}}, "profiles.tiktok.mood"),
        ("profiles", {"tiktok": {"currency": "EUR"}}, "platforms"),
        ("issues", [issue("price", 1)], "issues"),
        ("platforms", None, "platforms"),
    ],
)
def test_so_is_what_config_does_not_know(
    deals: Bargaining, path: str, value: Any, field: str
) -> None:
    assert field in refused(deals, changed(CHANNELS, path, value))


@pytest.mark.parametrize("body", [[], "text", 3, None, {}])
def test_what_is_no_request_is_refused(deals: Bargaining, body: Any) -> None:
    assert refused(deals, json.dumps(body))


def test_everything_is_told_at_once(deals: Bargaining) -> None:
    body = changed(BODY, "scenarios.probabilities", [0.7, 0.7])
    for path, value in (
        ("positions.1.reserve.1", "NaN"),
        ("positions.0.unit", "cents"),
        ("positions.1.agent", "buyer"),
        ("positions.1.as_of", old(days=9)),
        ("risk_aversion", 7),
        ("positions.0.weight", 0),
    ):
        body = changed(body, path, value)
    assert refused(deals, body) == {
        "scenarios.probabilities", "positions.1.reserve.1", "positions.0.unit",
        "positions.1.agent", "positions.1.as_of", "risk_aversion", "positions.0.weight",
    }  # fmt: skip


def test_numbers_that_json_does_not_have_are_named(deals: Bargaining) -> None:
    text = json.dumps(changed(BODY, "positions.1.reserve.1", float("nan")))
    assert refused(deals, text) == {"positions.1.reserve.1"}


def test_a_number_too_large_for_a_float_is_named(deals: Bargaining) -> None:
    text = json.dumps(changed(BODY, "positions.1.reserve.1", 123454321))
    assert refused(deals, text.replace("123454321", "1e999")) == {"positions.1.reserve.1"}


def test_thousands_of_faults_end_somewhere(deals: Bargaining) -> None:
    rows = [["x"] * 3] * 400
    body = changed(BODY, "positions.0.utilities", rows)
    assert 200 <= len(refused(deals, body)) <= 201


def test_too_many_outcomes_are_refused_from_sizes_alone(deals: Bargaining, cloud: Market) -> None:
    """The tensor would be gigabytes; the utilities are not even looked at."""
    issues = [issue(f"i{n}", *range(10)) for n in range(8)]
    body = request(issues, [position(agent, [[1], [1]]) for agent in ("buyer", "seller")])
    status, told = deals.call("POST", PATH, body)
    assert (status, told["outcome"], told["outcomes"]) == (422, "too_large", 10**8)
    assert told["errors"][0]["field"] == "issues"
    assert cloud.deals.items == {}


def test_a_key_without_the_scope_learns_nothing(deals: Bargaining, cloud: Market) -> None:
    assert deals.call("POST", PATH, {}, **{"x-api-key": ""})[0] == 401
