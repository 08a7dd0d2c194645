"""Keep revenue events and tell what they come to; count them as the table's stream brings them."""

from typing import Any

from labverse.adapters import bookkeeping, doors, dynamodb_revenue
from labverse.entry import revenue as entry
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed
from labverse.revenue.counting import Counting
from labverse.revenue.service import Attributing, Recording, Reporting
from labverse.revenue.settings import RevenueSettings

settings = primed(RevenueSettings.read)


@primed
def recording() -> Recording:
    """Events in, and customers forgotten."""
    return bookkeeping.recording(settings(), files.read)


@primed
def reporting() -> Reporting:
    """Figures out."""
    return bookkeeping.reporting(settings(), files.read)


@primed
def api() -> Api:
    """Routes behind the key check."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    entry.routes(built, recording, reporting)
    entry.erasing(built, recording)
    return built
