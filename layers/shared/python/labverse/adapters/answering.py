"""The use case that answers tasks, over real providers, Secrets Manager and EventBridge."""

from labverse.adapters import aws, clock, providers, sqs_letters
from labverse.adapters.attempt_log import AttemptLog
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.secrets_keys import SecretsKeys
from labverse.route.config import RouteConfig
from labverse.route.router import Router
from labverse.route.service import AnswerTask
from labverse.route.settings import RouteSettings


def answer_task(have: RouteSettings, config_json: str) -> AnswerTask:
    """Made of the names in `have`, and of a RouteConfig as JSON."""
    now = clock.SystemClock()
    config = providers.moved(RouteConfig.model_validate_json(config_json), have.PROVIDER_BASE_URL)
    keys = SecretsKeys(have.PROVIDER_KEYS_ARN, aws.client("secretsmanager"), now)
    catalogue = providers.catalogue(config, keys, have.LOCAL_MODEL_URL, have.LOCAL_MODEL)
    router = Router(catalogue, now, clock.new_id, AttemptLog())
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    bus = EventBridgeAnnouncer(aws.client("events"), have.EVENT_BUS, "labverse.route", letters)
    return AnswerTask(router, bus)
