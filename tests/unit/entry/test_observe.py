"""What no route matches: 405 with the methods there are, or 404."""

from typing import Any

from labverse.entry.observe import unmatched
from labverse.kernel.errors import NotAllowed, NotFound

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/health": {"get": {}, "head": {}},
        "/deals": {"post": {}},
        "/deals/{deal_id}": {"get": {}},
    }
}


def test_a_known_path_says_which_methods_it_has() -> None:
    error = unmatched(DOCUMENT, "DELETE", "/health")
    assert isinstance(error, NotAllowed)
    assert error.extra["allow"] == ["GET", "HEAD"]


def test_an_unknown_path_is_not_found() -> None:
    assert isinstance(unmatched(DOCUMENT, "GET", "/healthy"), NotFound)


def test_a_path_with_an_id_is_known_by_its_pattern() -> None:
    error = unmatched(DOCUMENT, "PUT", "/deals/d-1")
    assert isinstance(error, NotAllowed)
    assert error.extra["allow"] == ["GET"]
    assert isinstance(unmatched(DOCUMENT, "GET", "/deals/d-1/terms"), NotFound)
