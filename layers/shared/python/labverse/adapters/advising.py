"""The use case that needs numpy, over what a stage has on AWS: apart from those that do not."""

from labverse.adapters import bookkeeping, clock
from labverse.revenue.advising import Advising
from labverse.revenue.settings import RevenueSettings


def advising(have: RevenueSettings, read: bookkeeping.Read) -> Advising:
    """Budgets; `read` gives the text of a file of config."""
    return Advising(bookkeeping.sums(have), bookkeeping.policy(read), clock.SystemClock())
