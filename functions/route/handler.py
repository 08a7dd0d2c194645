"""Answer prompts: over HTTP, or as a step of a workflow."""

from typing import Any

from labverse.adapters import answering, aws, clock, xray
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.entry import route as entry
from labverse.entry.openai import routes as openai
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.keys import Keyring
from labverse.platform.prime import primed
from labverse.route.service import AnswerTask
from labverse.route.settings import RouteSettings

settings = primed(RouteSettings.read)


@primed
def answer_task() -> AnswerTask:
    """The use case of both entries."""
    config, policy = (files.read(f"{name}.json") for name in ("ai_providers", "route_policy"))
    return answering.answer_task(settings(), config, policy)


@primed
def api() -> Api:
    """Routes behind the key check."""
    keys = DynamoKeys(settings().KEYS_TABLE, aws.client("dynamodb"))
    built = Api(Keyring(keys, clock.SystemClock()))
    entry.routes(built, answer_task)
    openai.routes(built, answer_task, clock.SystemClock().now)
    return built


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def task(event: dict[str, Any], context: Any) -> Any:
    """The state `Answer` of statemachines/route.asl.json."""
    return telemetry.invoke(
        lambda state, lambda_context: xray.traced(_answer, state, lambda_context),
        event,
        context,
        "trace_id",
    )


def _answer(event: dict[str, Any], _context: Any) -> Any:
    return entry.task_answer(event, answer_task())
