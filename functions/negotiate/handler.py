"""Negotiate deals: over HTTP, as the steps of a workflow, and as things happen elsewhere."""

from functools import partial
from typing import Any

from labverse.adapters import clock, doors, negotiating, xray
from labverse.entry import a2a
from labverse.entry import negotiate as entry
from labverse.negotiate.settings import NegotiateSettings
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed


@primed
def cases() -> negotiating.Negotiating:
    """The use cases, each built as it is asked for."""
    return negotiating.Negotiating(NegotiateSettings.read(), files.read)


@primed
def api() -> Api:
    """Routes behind the key check."""
    have = cases().have
    built = doors.api(have.STAGE, have.KEYS_TABLE)
    return a2a.routes(entry.routes(built, lambda: cases().negotiations, clock.new_id), cases)


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def task_gather(event: dict[str, Any], context: Any) -> Any:
    """What one agent wants."""
    return _step(lambda state, _: entry.gather(state, cases().working), event, context)


def task_solve(event: dict[str, Any], context: Any) -> Any:
    """The deal of least regret."""
    return _step(lambda state, _: entry.solve(state, cases().working), event, context)


def task_record(event: dict[str, Any], context: Any) -> Any:
    """A question to a person, or the end."""
    return _step(lambda state, _: entry.record(state, cases().recording), event, context)


def task_apply(event: dict[str, Any], context: Any) -> Any:
    """What a person's verdict comes to."""
    return _step(lambda state, _: entry.apply(state, cases().applying), event, context)


def event(event: dict[str, Any], context: Any) -> Any:
    """Approvals, executions, and a clock's tick."""
    return telemetry.invoke(partial(xray.traced, cases().react), event, context, "id")


def _step(work: telemetry.Handler, event: dict[str, Any], context: Any) -> Any:
    return telemetry.invoke(partial(xray.traced, work), event, context, "negotiation_id")
