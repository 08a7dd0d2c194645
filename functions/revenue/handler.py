"""Keep revenue events and tell what they come to; count them as the table's stream brings them."""

from typing import Any

from labverse.adapters import bookkeeping, doors, dynamodb_revenue
from labverse.entry import revenue as entry
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed
from labverse.revenue.settings import RevenueSettings

settings = primed(RevenueSettings.read)
books = primed(lambda: bookkeeping.books(settings(), files.read))
api = primed(lambda: entry.routes(_door(), books))
attribution = primed(lambda: entry.attribution(_door(), books))
optimization = primed(lambda: entry.optimizing(_door(), _advising))


@primed
def take() -> telemetry.Handler:
    """The use case of `stream`."""
    counting = bookkeeping.counting(settings(), files.read)
    again = bookkeeping.timelines(settings()).events
    work = entry.work(dynamodb_revenue.event_of, again, counting)
    consumer = bookkeeping.consumer(settings())
    return lambda event, _context: consumer.take(event, work)


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def http_attribution(event: dict[str, Any], context: Any) -> Any:
    """The route whose solver the others do not wait for."""
    return telemetry.invoke(attribution().handle, event, context, "requestContext.requestId")


def http_optimize(event: dict[str, Any], context: Any) -> Any:
    """The route that fits curves."""
    return telemetry.invoke(optimization().handle, event, context, "requestContext.requestId")


def stream(event: dict[str, Any], context: Any) -> Any:
    """New events of the table, once they are in it."""
    return telemetry.invoke(take(), event, context, "Records[0].eventID")


def _door() -> Api:
    return doors.api(settings().STAGE, settings().KEYS_TABLE)


def _advising() -> entry.Advise:
    """Not before it is asked for: it imports what only its own function's layers hold."""
    from labverse.adapters.advising import advising  # numpy

    return advising(settings(), files.read)
