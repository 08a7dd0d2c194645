"""What an attempt has to be paid for, and how sure we are of the figure."""

from dataclasses import dataclass
from decimal import Decimal

from labverse.route.choice import Candidate, Size
from labverse.route.models import CostSource, Tokens
from labverse.route.ports import ProviderFailure, Reply
from labverse.route.tokens import upper_bound

FREE = Decimal(0)
_UNKNOWN = Tokens(input=None, cached_input=None, output=None)


@dataclass(frozen=True)
class Bill:
    """`source`: priced from the provider's count, from ours, free because local, or not billed."""

    tokens: Tokens
    cost_usd: Decimal
    source: CostSource


def priced(candidate: Candidate, ended: Reply | ProviderFailure, size: Size, allowed: int) -> Bill:
    """The bill of one attempt.

    A failure that the provider counted tokens for is billed like an answer. An answer that it did
    not count is billed by our upper bound, within the output tokens that it was `allowed`: an
    unknown cost is never zero.
    """
    tokens = ended.tokens or _UNKNOWN
    if candidate.price is None:
        return Bill(tokens, FREE, "local")
    if tokens.input is not None and tokens.output is not None:
        return Bill(tokens, candidate.price.cost(tokens), "provider")
    if isinstance(ended, ProviderFailure):
        return Bill(tokens, FREE, "none")
    written = min(upper_bound(ended.text), allowed)
    most = Tokens(input=candidate.most_input(size), cached_input=None, output=written)
    return Bill(tokens, candidate.price.cost(most), "estimate")
