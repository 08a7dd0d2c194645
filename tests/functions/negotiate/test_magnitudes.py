"""Numbers that nobody can calculate with are refused at the door."""

import json
from typing import Any

import pytest

from tests.functions.bargaining import CHANNELS, Bargaining
from tests.functions.negotiate.stated import changed
from tests.functions.negotiate.test_invalid import BODY, refused


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("issues.0.values.1", 10**400),
        ("issues.0.values.1", 1e300),
        ("issues.0.values.1", -1e-300),
        ("positions.1.utilities.1.2", 1e308),
        ("positions.1.reserve.1", -1e16),
        ("positions.1.weight", 1e300),
        ("epsilon", 1e300),
    ],
)
def test_a_number_whose_sums_are_none_is_named(deals: Bargaining, path: str, value: Any) -> None:
    assert path in refused(deals, changed(BODY, path, value))


def test_so_is_one_of_a_profile(deals: Bargaining) -> None:
    given = {**CHANNELS, "profiles": {"tiktok": {"lifetime_value": {"median": 1e300}}}}
    assert "profiles.tiktok.lifetime_value.median" in refused(deals, given)


def test_numbers_that_json_does_not_have_are_named(deals: Bargaining) -> None:
    text = json.dumps(changed(BODY, "positions.1.reserve.1", float("nan")))
    assert refused(deals, text) == {"positions.1.reserve.1"}


def test_a_number_too_large_for_a_float_is_named(deals: Bargaining) -> None:
    text = json.dumps(changed(BODY, "positions.1.reserve.1", 123454321))
    assert refused(deals, text.replace("123454321", "1e999")) == {"positions.1.reserve.1"}
