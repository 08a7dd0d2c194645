"""The catalogue: what an offer is worth, who may get it, and what no config may say."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from labverse.upsell.config import OTHER, Offer, UpsellPolicy
from tests.unit.upsell.fakes import CONFIG

OFFER = {"term_months": 12, "price_usd": 40, "cost_usd": 8, "lasts_months": 15}


def test_an_offer_is_worth_its_margin_less_what_comes_anyway() -> None:
    offer = Offer.model_validate({**OFFER, "discount": "0.3", "anyway": "0.2"})
    # 28 - 8 a month; of five that take it, one would have paid 40 - 8.
    assert offer.value_usd == 15 * (Decimal(20) - Decimal("6.4"))


def test_a_deep_discount_to_those_who_would_pay_anyway_loses() -> None:
    offer = Offer.model_validate({**OFFER, "discount": "0.5", "anyway": "0.9"})
    assert offer.value_usd < 0


def test_an_offer_under_its_margin_floor_is_no_config() -> None:
    with pytest.raises(ValidationError, match="margin floor"):
        Offer.model_validate({**OFFER, "discount": "0.5", "margin_floor": "0.61"})
    assert Offer.model_validate({**OFFER, "discount": "0.5", "margin_floor": "0.6"})


@pytest.mark.parametrize(
    ("segment", "usage", "eligible"),
    [("power", 95.0, True), ("power", 49.9, False), ("power", None, False), ("new", 95.0, False)],
)
def test_rules_look_at_segment_and_context(
    segment: str, usage: float | None, eligible: bool
) -> None:
    names = CONFIG.eligible(segment, {"usage_percentile": usage, "churn_risk": 0.1})
    assert ("annual_30pct_off" in names) == eligible
    assert "no_offer" in names


def test_a_segment_without_a_name_is_one_of_the_others() -> None:
    assert (CONFIG.segment("power"), CONFIG.segment("🦆")) == ("power", OTHER)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"incumbent": "gone"}, "incumbent"),
        ({"incumbent": "annual_30pct_off"}, "for everybody"),
        ({"segments": ["power", OTHER]}, "segments"),
        ({"retention_days": 14}, "retention_days"),
    ],
)
def test_what_no_config_may_say(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        UpsellPolicy.model_validate({**CONFIG.model_dump(), **change})
