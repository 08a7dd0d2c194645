"""Config that cannot work is refused with the name of what is wrong."""

from typing import Any

import pytest
from pydantic import ValidationError

from labverse.route.config import Provider, RouteConfig
from tests.unit.route.fakes import CONFIG


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"max_latency_ms": 26_000}, "max_latency_ms"),
        ({"max_latency_ms": 2000, "hard_deadline_ms": 1000}, "hard_deadline_ms"),
        ({"temperatures": {"default": 0.6}}, "creative"),
        ({"temperatures": {"default": 3}}, "temperatures"),
        ({"edge_local": []}, "edge_local"),
        ({"edge_local": [{"model": "m"}]}, "context_window"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_each_mistake_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        RouteConfig.model_validate(CONFIG.model_dump() | change)


def test_a_listed_model_keeps_its_own_limits() -> None:
    assert CONFIG.served("big").context_window == 32_768


def test_a_model_nobody_listed_is_served_like_the_first_with_the_smallest_window() -> None:
    served = CONFIG.served("llama3:8b")
    assert (served.model, served.context_window, served.tokens_per_second) == (
        "llama3:8b",
        4096,
        10,
    )


def test_a_region_is_asked_where_it_answers_and_an_unknown_one_is_named() -> None:
    provider = {"api": "openai", "base_url": "https://a.example", "regions": {"cn": "https://b"}}
    assert Provider.model_validate(provider).url == "https://a.example"
    assert Provider.model_validate({**provider, "region": "cn"}).url == "https://b"
    with pytest.raises(ValidationError, match="region 'us' is not one of"):
        Provider.model_validate({**provider, "region": "us"})
