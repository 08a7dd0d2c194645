"""What a month has cost, by provider, model, key and task class."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import Field

from labverse.kernel.model import Model
from labverse.kernel.money import Usd
from labverse.route.ledger import standing
from labverse.route.limits import MONTH, Limits, usd
from labverse.route.models import Budget
from labverse.route.page import Page
from labverse.route.purse import budget
from labverse.route.recommendations import Recommendation

PERIOD = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

By = dict[str, Usd]


class PageSpend(Model):
    """One page of the month: a share of its limits."""

    page: str
    settled_usd: Usd
    presumed_usd: Usd
    unsettled: int = Field(description="Leases that nobody settled in time.")
    since: datetime | None = Field(
        description="When the first of those that are on the page expired; older ones leave it."
    )


class Spend(Model):
    """A month of the ledger. Each breakdown adds up to `spent_usd`, to the micro-dollar."""

    period: str = Field(examples=["2026-11"])
    limit_usd: Usd
    stop_usd: Usd = Field(description="No model that costs money is asked above this.")
    spent_usd: Usd = Field(
        description="What was settled, and the worst case of calls that nobody settled in time."
    )
    reserved_usd: Usd = Field(description="Held for calls that are not settled yet.")
    state: str
    by_provider: By
    by_model: By
    by_key: By = Field(description="By id of an API key; `none` where there was none.")
    by_class: By
    presumed_usd: Usd = Field(
        description="What of `spent_usd` nobody settled: it may have cost less, and never more."
    )
    presumed_by_provider: By
    presumed_by_model: By
    pages: tuple[PageSpend, ...]
    recommendations: tuple[Recommendation, ...] | None = Field(
        default=None,
        description="What would have cost less at equal outcome; null where that cannot be read.",
    )


def report(limits: Limits, period: str, pages: Sequence[Page], at: int) -> Spend:
    """The month as its pages have it at a moment, in seconds since 1970."""
    told: Budget = budget(standing(limits, period, pages, at))
    parts = {part: _by(part, pages, at) for part in ("provider", "model", "key", "class")}
    return Spend(
        period=period,
        limit_usd=told.limit_usd,
        stop_usd=usd(limits.stop),
        spent_usd=told.spent_usd,
        reserved_usd=told.reserved_usd,
        state=told.state,
        by_provider=parts["provider"],
        by_model=parts["model"],
        by_key=parts["key"],
        by_class=parts["class"],
        presumed_usd=usd(sum(page.presumed(MONTH, at) for page in pages)),
        presumed_by_provider=_by("provider", pages, at, Page.presumed),
        presumed_by_model=_by("model", pages, at, Page.presumed),
        pages=tuple(_page(page, at) for page in pages),
    )


def _page(page: Page, at: int) -> PageSpend:
    presumed = page.presumed(MONTH, at)
    first = min((one.expires for one in page.expired(at)), default=None)
    return PageSpend(
        page=page.id,
        settled_usd=usd(page.spent(MONTH, at) - presumed),
        presumed_usd=usd(presumed),
        unsettled=page.unsettled(at),
        since=None if first is None else datetime.fromtimestamp(first, UTC),
    )


def _by(
    part: str,
    pages: Sequence[Page],
    at: int,
    how_much: Callable[[Page, str, int], int] = Page.spent,
) -> dict[str, Decimal]:
    """What was spent, the most first; what is only reserved is left out."""
    prefix = f"{part}:"
    lines = {line for page in pages for line in page.used if line.startswith(prefix)}
    spent = {line: sum(how_much(page, line, at) for page in pages) for line in lines}
    order = sorted(spent, key=lambda line: (-spent[line], line))
    return {line.removeprefix(prefix): usd(spent[line]) for line in order if spent[line]}
