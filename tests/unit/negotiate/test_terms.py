"""The same deal is the same bytes, whoever writes it down and in whatever order."""

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.negotiate.terms import Agreement, digest, plain, seed, terms

VALUE = st.one_of(
    st.text(max_size=20),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    ),
)
AGREEMENT = Agreement(
    "reach", [("a", "buyer"), ("b", "seller")], {"price": Decimal("7.50")}, "USD", "2026-11",
    Decimal("42000.10"),
)  # fmt: skip


def test_terms_say_what_is_agreed() -> None:
    assert terms(AGREEMENT) == {
        "goal": "reach",
        "parties": [{"agent": "a", "role": "buyer"}, {"agent": "b", "role": "seller"}],
        "deal": {"price": "7.5"},
        "currency": "USD",
        "month": "2026-11",
        "committed": "42000.1",
    }


def test_the_digest_is_that_of_rfc_8785() -> None:
    """Written by hand: sorted members, no spaces, text as UTF-8."""
    text = '{"a":["1.5",true,3],"é":"x"}'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert digest({"é": "x", "a": ["1.5", True, 3]}) == expected


@given(st.dictionaries(st.text(max_size=8), VALUE, max_size=6), st.randoms())
def test_order_and_form_do_not_matter(deal: dict[str, Any], random: Any) -> None:
    said = terms(AGREEMENT._replace(deal=deal))
    names = list(deal)
    random.shuffle(names)
    again = terms(AGREEMENT._replace(deal={name: deal[name] for name in names}))
    assert digest(json.loads(json.dumps(again))) == digest(said)


@pytest.mark.parametrize(
    "other",
    [
        AGREEMENT._replace(goal="reach "),
        AGREEMENT._replace(month="2026-12"),
        AGREEMENT._replace(currency="EUR"),
        AGREEMENT._replace(committed=Decimal("42000.11")),
        AGREEMENT._replace(deal={"price": Decimal("7.51")}),
        AGREEMENT._replace(parties=[("b", "seller"), ("a", "buyer")]),
    ],
)
def test_another_deal_has_another_digest(other: Agreement) -> None:
    assert digest(terms(other)) != digest(terms(AGREEMENT))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("1.50"), "1.5"),
        (Decimal(100), "100"),
        (0.1, "0.1"),
        (7, 7),
        (True, True),
        (2**60, str(2**60)),
        (Decimal("1e3"), "1000"),
        ("text", "text"),
    ],
)
def test_numbers_are_texts_unless_they_are_small_and_whole(value: Any, said: Any) -> None:
    assert plain(value) == said
    assert type(plain(value)) is type(said)


def test_names_make_seeds() -> None:
    assert seed("a", "b") == seed("a", "b") != seed("ab", "")
    assert seed("a").bit_length() <= 256
