"""Money at the edges of the product: exact, in US dollars, never finer than a micro-dollar."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, WithJsonSchema

# 15 significant digits survive a JSON number exactly in every reader that uses IEEE doubles
# (10^15 < 2^53), so this bound is what makes `float` a lossless carrier at the edge.
_DIGITS = 15

Usd = Annotated[
    Decimal,
    Field(ge=0, max_digits=_DIGITS, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema(
        {"type": "number", "minimum": 0, "description": "US dollars, at most 6 decimals"}
    ),
]
"""An amount that is not negative: JSON number or string in, JSON number out."""
