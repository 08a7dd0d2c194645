"""Which route a request is for."""

import pytest

from labverse.platform.route_table import RouteTable


def table() -> RouteTable[str]:
    made: RouteTable[str] = RouteTable()
    made.add("GET", "/deals/<deal_id>", "one")
    made.add("GET", "/deals/open", "open")
    made.add("POST", "/deals/<deal_id>/notes/<note_id>", "note")
    return made


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/deals/d-1", "one"),
        ("GET", "/deals/open", "open"),
        ("POST", "/deals/a/notes/b_2", "note"),
        ("POST", "/deals/d-1", None),
        ("GET", "/deals/", None),
        ("GET", "/deals/a/b", None),
        ("GET", "/deals/a%2Fb", None),
        ("GET", "/deals/a b", None),
        ("GET", "/dealsXd-1", None),
        ("GET", f"/deals/{'a' * 129}", None),
        ("GET", "/deals/é", None),
    ],
)
def test_a_parameter_is_one_plain_segment(method: str, path: str, found: str | None) -> None:
    assert table().find(method, path) == found


def test_it_lists_what_was_registered() -> None:
    assert ("GET", "/deals/<deal_id>") in table().known
