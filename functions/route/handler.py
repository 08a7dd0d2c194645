"""Answer prompts: over HTTP, or as a step of a workflow."""

from typing import Any

import httpx

from labverse.adapters import aws, clock
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.entry import route as entry
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.keys import Keyring
from labverse.platform.prime import primed
from labverse.route.config import RouteConfig
from labverse.route.service import AnswerTask, Router
from labverse.route.settings import RouteSettings

settings = primed(RouteSettings.read)


@primed
def answer_task() -> AnswerTask:
    """The use case of both entries."""
    config = RouteConfig.model_validate_json(files.read("ai_providers.json"))
    url, served = settings().LOCAL_MODEL_URL, config.served(settings().LOCAL_MODEL)
    router = Router(
        config=config,
        candidates=() if url == "none" else (served,),
        providers={served.provider: OpenAICompatible(url, httpx.Client(trust_env=False))},
        clock=clock.SystemClock(),
        new_id=clock.new_id,
    )
    bus = EventBridgeAnnouncer(aws.client("events"), settings().EVENT_BUS, "labverse.route")
    return AnswerTask(router, bus)


@primed
def api() -> Api:
    """Routes behind the key check."""
    keys = DynamoKeys(settings().KEYS_TABLE, aws.client("dynamodb"))
    built = Api(Keyring(keys, clock.SystemClock()))
    entry.routes(built, answer_task)
    return built


def http(event: dict[str, Any], context: Any) -> Any:
    """`POST /api/v1/analyze`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")


def task(event: dict[str, Any], context: Any) -> Any:
    """The state `Answer` of statemachines/route.asl.json."""
    use_case = answer_task()
    return telemetry.invoke(
        lambda state, _: entry.task_answer(state, use_case), event, context, "trace_id"
    )
