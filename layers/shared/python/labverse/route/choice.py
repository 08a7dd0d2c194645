"""What there is to choose from, how large a prompt is, and what both allow."""

from dataclasses import dataclass
from decimal import Decimal

from labverse.route.chat import Capability
from labverse.route.config import RouteConfig
from labverse.route.models import Tier, Work
from labverse.route.pricing import Price
from labverse.route.tokens import lower_bound, upper_bound

LOCAL = "ollama"
TOO_LONG = "the prompt is longer than"
LACKING = "it cannot serve: "
OTHER_MODEL = "another model was asked for"
TOO_DEAR = "the prompt alone may cost more than"
NOT_CONFIGURED = "not configured: "
RETIRED = "retired, and so are its successors"
NO_MONEY = "no money: "
DOWN = "not asked: "


@dataclass(frozen=True)
class Candidate:
    """A model that could be asked. `alias` is its name in config; without a price it is free."""

    provider: str
    alias: str
    model: str
    context_window: int
    tokens_per_second: int
    capabilities: frozenset[Capability]
    price: Price | None = None
    tier: Tier = "standard"
    named_after: str | None = None
    image_tokens: int = 0

    @property
    def names(self) -> set[str | None]:
        """What a request may call it; a request that names nothing may have any."""
        return {None, self.alias, self.model, self.named_after}

    def most_input(self, size: "Size") -> int:
        """Tokens that this model surely does not count more of."""
        return size.most + size.images * self.image_tokens


@dataclass(frozen=True)
class Size:
    """How large a prompt is: at least and at most that many tokens, and so many images."""

    least: int
    most: int
    images: int = 0

    @classmethod
    def of(cls, work: Work) -> "Size":
        """Counted without a tokenizer. What a model makes of tools and schemas is only bounded."""
        chat = work.chat
        most = upper_bound(chat.text, len(chat.messages))
        if chat.beside_text:
            most += upper_bound(chat.beside_text, len(chat.tools) + 1)
        return cls(lower_bound(chat.text), most, chat.images)


def task_limit(work: Work, config: RouteConfig) -> Decimal:
    """What one task may cost: a request can lower the configured limit, never raise it."""
    configured = config.max_cost_usd_per_task
    return configured if work.max_cost_usd is None else min(work.max_cost_usd, configured)


def output_limit(
    candidate: Candidate, asked: int, seconds: float, money: Decimal, size: Size
) -> int:
    """Tokens a candidate may write: what was asked for, unless time, money or room is shorter."""
    limits = [asked, int(candidate.tokens_per_second * seconds)]
    if candidate.price is not None:
        limits.append(candidate.price.affordable_output(candidate.most_input(size), money))
    room = candidate.context_window - candidate.most_input(size)
    if room > 0:
        limits.append(room)
    return max(1, min(limits))
