"""What tokens cost, exactly: Decimal all the way, micro-dollars at the end."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from labverse.kernel.model import Model
from labverse.route.models import Tokens

# As many digits as a JSON number carries exactly.
PerMillion = Annotated[
    Decimal,
    Field(ge=0, le=10_000, max_digits=15, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
]
_MICRO = Decimal("0.000001")
_MILLION = 1_000_000
_NOTHING = Decimal(0)


class Rates(Model):
    """US dollars per million tokens, which is micro-dollars per token.

    Without `cached_input`, cached input costs what input does; without `reasoning`, tokens of
    reasoning cost what the rest of the output does.
    """

    input: PerMillion
    output: PerMillion
    cached_input: PerMillion | None = None
    reasoning: PerMillion | None = None


class Tier(Rates):
    """The rates of a whole request whose input, cached or not, is above a size."""

    above_input_tokens: int = Field(gt=0)


class Price(Rates):
    """A model's price list."""

    tiers: tuple[Tier, ...] = ()

    def rates(self, input_tokens: int) -> Rates:
        """The rates of a request with that much input: those of the highest tier it is above."""
        above = [tier for tier in self.tiers if input_tokens > tier.above_input_tokens]
        return max(above, key=lambda tier: tier.above_input_tokens, default=self)

    def cost(self, tokens: Tokens) -> Decimal:
        """What a call cost, to the micro-dollar, half up.

        `tokens.input` counts cached input too, and `tokens.output` reasoning. Raises ValueError
        where a count is missing: an unknown cost is never zero.
        """
        if tokens.input is None or tokens.output is None:
            raise ValueError("the provider did not count its tokens")
        rates = self.rates(tokens.input)
        cached = min(tokens.cached_input or 0, tokens.input)
        cached_rate = rates.input if rates.cached_input is None else rates.cached_input
        dollars = (tokens.input - cached) * rates.input + cached * cached_rate
        reasoning = min(tokens.reasoning or 0, tokens.output)
        reasoning_rate = rates.output if rates.reasoning is None else rates.reasoning
        dollars += (tokens.output - reasoning) * rates.output + reasoning * reasoning_rate
        return (dollars / _MILLION).quantize(_MICRO, rounding=ROUND_HALF_UP)

    def affordable_output(self, input_tokens: int, limit: Decimal) -> int:
        """The most output tokens that keep a call within `limit` US dollars; negative if none."""
        rate, each = self.dearest(input_tokens)
        left = limit * _MILLION - input_tokens * rate
        if left < 0:
            return -1
        return int(left / each) if each else 10**9

    def worst(self, input_tokens: int, output_tokens: int) -> int:
        """What a call with at most so many tokens costs at most, in micro-dollars."""
        rate, each = self.dearest(input_tokens)
        most = input_tokens * rate + output_tokens * each
        return int(most.to_integral_value(ROUND_CEILING))

    def dearest(self, input_tokens: int) -> tuple[Decimal, Decimal]:
        """Per token of input and of output, whatever it turns out to be.

        A request that turns out shorter is of a lower tier, which may not be the cheaper one.
        """
        tiers = [tier for tier in self.tiers if input_tokens > tier.above_input_tokens]
        any_of: list[Rates] = [self, *tiers]
        return (
            max(max(rates.input, rates.cached_input or _NOTHING) for rates in any_of),
            max(max(rates.output, rates.reasoning or _NOTHING) for rates in any_of),
        )
