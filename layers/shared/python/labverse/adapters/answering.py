"""The use case that answers tasks, over real providers and what a stage has on AWS."""

import hashlib
from collections.abc import Callable
from random import SystemRandom

from labverse.adapters import (
    aws,
    clock,
    dynamodb_answers,
    dynamodb_ledger,
    providers,
    sqs_letters,
    watching,
)
from labverse.adapters.attempt_log import AttemptLog
from labverse.adapters.dynamodb_counters import DynamoCounters
from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.racing import Threads
from labverse.adapters.secrets_keys import SecretsKeys
from labverse.adapters.shared_experience import SharedExperience
from labverse.platform.config import FILE, StageFacts
from labverse.route.cached import CachedTask
from labverse.route.config import RouteConfig, RoutePolicy
from labverse.route.purse import Purse
from labverse.route.router import Means, Router
from labverse.route.settings import RouteSettings
from labverse.route.thresholds import AnnouncingLedger


def answer_task(have: RouteSettings, read: Callable[[str], str]) -> CachedTask:
    """Made of the names in `have`, and of the files of config that `read` gives the text of."""
    now = clock.SystemClock()
    config = RouteConfig.model_validate_json(read("ai_providers.json"))
    config = providers.moved(config, have.PROVIDER_BASE_URL)
    policy = RoutePolicy.model_validate_json(read("route_policy.json"))
    keys = SecretsKeys(have.PROVIDER_KEYS_ARN, aws.client("secretsmanager"), now)
    catalogue = providers.catalogue(config, keys, have.LOCAL_MODEL_URL, have.LOCAL_MODEL)
    letters = sqs_letters.of_stage(have.STAGE, aws.client("sqs"))
    bus = EventBridgeAnnouncer(aws.client("events"), have.EVENT_BUS, "labverse.route", letters)
    table = dynamodb_ledger.of_stage(have.STAGE, aws.client("dynamodb"), policy.spend)
    ledger = AnnouncingLedger(table, bus, now, clock.new_id)
    counters = DynamoCounters(have.CAPACITY_TABLE, aws.client("dynamodb"))
    learnt = SharedExperience(counters, now)
    purse = Purse(ledger, now, clock.new_id, clock.pause, learnt.likely_output)
    health = watching.watch(have.CAPACITY_TABLE, policy.health, bus)
    means = Means(health, learnt, Threads(), SystemRandom(), policy.choice)
    router = Router(catalogue, now, clock.new_id, AttemptLog(), purse, means)
    stored = StageFacts.model_validate_json(read(FILE)).store_answers
    answers = dynamodb_answers.of_stage(have.STAGE, aws.client("dynamodb")) if stored else None
    config_name = _digest(config.model_dump_json() + policy.model_dump_json())
    return CachedTask(router, bus, counters, answers=answers, config=config_name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
