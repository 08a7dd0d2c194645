"""Answer prompts, over HTTP or as a step of a workflow; react to events and to a clock."""

from functools import partial
from typing import Any

from labverse.adapters import answering, clock, doors, reactions, scaling, xray
from labverse.entry import route as entry
from labverse.entry.openai import routes as openai
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.event import reacting
from labverse.platform.prime import primed
from labverse.route.cached import CachedTask
from labverse.route.config import RoutePolicy
from labverse.route.settings import RouteSettings

settings = primed(RouteSettings.read)


@primed
def answer_task() -> CachedTask:
    """The use case of `http` and `task`."""
    return answering.answer_task(settings(), files.read)


@primed
def api() -> Api:
    """Routes behind the key check."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    entry.routes(built, answer_task)
    openai.routes(built, answer_task, clock.SystemClock().now)
    return built


@primed
def react() -> telemetry.Handler:
    """The use case of `event`."""
    policy = RoutePolicy.model_validate_json(files.read("route_policy.json"))
    known = reactions.of_route(settings(), policy, answer_task)
    return reacting(scaling.consumer(settings()), known)


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def task(event: dict[str, Any], context: Any) -> Any:
    """The state `Answer` of statemachines/route.asl.json."""
    return telemetry.invoke(partial(xray.traced, _answer), event, context, "trace_id")


def event(event: dict[str, Any], context: Any) -> Any:
    """What the local model and the health of providers need: events, and a clock's tick."""
    return telemetry.invoke(partial(xray.traced, react()), event, context, "id")


def _answer(state: dict[str, Any], _context: Any) -> Any:
    return entry.task_answer(state, answer_task())
