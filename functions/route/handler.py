"""Answer prompts: over HTTP, or as a step of a workflow."""

from typing import Any

from labverse.adapters import aws, clock, providers, sqs_letters, xray
from labverse.adapters.attempt_log import AttemptLog
from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.secrets_keys import SecretsKeys
from labverse.entry import route as entry
from labverse.entry.openai import routes as openai
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.keys import Keyring
from labverse.platform.prime import primed
from labverse.route.config import RouteConfig
from labverse.route.router import Router
from labverse.route.service import AnswerTask
from labverse.route.settings import RouteSettings

settings = primed(RouteSettings.read)


@primed
def answer_task() -> AnswerTask:
    """The use case of both entries."""
    have, now = settings(), clock.SystemClock()
    config = RouteConfig.model_validate_json(files.read("ai_providers.json"))
    config = providers.moved(config, have.PROVIDER_BASE_URL)
    keys = SecretsKeys(have.PROVIDER_KEYS_ARN, aws.client("secretsmanager"), now)
    catalogue = providers.catalogue(config, keys, have.LOCAL_MODEL_URL, have.LOCAL_MODEL)
    router = Router(catalogue, now, clock.new_id, AttemptLog())
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    bus = EventBridgeAnnouncer(aws.client("events"), have.EVENT_BUS, "labverse.route", letters)
    return AnswerTask(router, bus)


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
    return telemetry.invoke(_traced_task, event, context, "trace_id")


def _traced_task(event: dict[str, Any], context: Any) -> Any:
    answer = answer_task()
    return xray.traced(lambda state, _: entry.task_answer(state, answer), event, context)
