"""Ask people for a workflow, take their answers over HTTP, and see every question to its end."""

from functools import partial
from typing import Any

from labverse.adapters import asking, doors, interacting, xray
from labverse.approve.service import Approvals
from labverse.approve.settings import ApproveSettings
from labverse.entry import approve as entry
from labverse.entry import slack
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.event import reacting
from labverse.platform.prime import primed

settings = primed(ApproveSettings.read)


@primed
def approvals() -> Approvals:
    """The use cases of all three functions."""
    return asking.approvals(settings(), files.read)


desk = primed(lambda: interacting.desk(settings().STAGE, approvals()))


@primed
def api() -> Api:
    """Routes behind the key check, and the one that Slack signs for."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    entry.routes(built, approvals)
    slack.routes(built, desk)
    return built


@primed
def react() -> telemetry.Handler:
    """The use cases of `event`."""
    reactions = {**entry.reactions(approvals), **slack.reactions(desk)}
    return reacting(asking.consumer(settings()), reactions)


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def task(event: dict[str, Any], context: Any) -> Any:
    """A state that waits for people: `.waitForTaskToken` with the function ${ApproveTask}."""
    return telemetry.invoke(partial(xray.traced, _ask), event, context, "trace_id")


def event(event: dict[str, Any], context: Any) -> Any:
    """A clock's tick, what was decided, and executions that have ended."""
    return telemetry.invoke(partial(xray.traced, react()), event, context, "id")


def _ask(state: dict[str, Any], _context: Any) -> Any:
    return entry.task_ask(state, approvals())
