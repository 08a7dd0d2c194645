"""Keep revenue events and tell what they come to; count them as the table's stream brings them."""

from typing import Any

from labverse.adapters import bookkeeping, doors, dynamodb_revenue
from labverse.entry import revenue as entry
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed
from labverse.revenue.attribution import attribute
from labverse.revenue.service import Attributing
from labverse.revenue.settings import RevenueSettings

settings = primed(RevenueSettings.read)


@primed
def api() -> Api:
    """Events in and figures out, behind the key check."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    recording = bookkeeping.recording(settings(), files.read)
    reporting = bookkeeping.reporting(settings(), files.read)
    entry.routes(built, lambda: recording, lambda: reporting)
    return built


@primed
def attribution() -> Api:
    """The route whose solver the others do not wait for."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    attributing = Attributing(bookkeeping.sums(settings()), attribute)
    entry.attribution(built, lambda: attributing)
    return built


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
    """The route of `attribution`."""
    return telemetry.invoke(attribution().handle, event, context, "requestContext.requestId")


def stream(event: dict[str, Any], context: Any) -> Any:
    """New events of the table, once they are in it."""
    return telemetry.invoke(take(), event, context, "Records[0].eventID")
