"""Health, the API's document and page, and every request that no route matches."""

from typing import Any

import httpx

from labverse import VERSION
from labverse.adapters import aws, clock, doors
from labverse.adapters.forewarned import ForewarnedProbe
from labverse.adapters.probes import CloudProbe, LocalModelProbe, TableProbe
from labverse.adapters.secrets_keys import SecretsKeys
from labverse.adapters.watching import Onlooker
from labverse.entry import observe as entry
from labverse.observe.service import HealthCheck
from labverse.observe.settings import ObserveSettings
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed
from labverse.route.config import RouteConfig, RoutePolicy

settings = primed(ObserveSettings.read)


@primed
def health() -> HealthCheck:
    """The probes of everything this deployment depends on."""
    local = LocalModelProbe(
        settings().LOCAL_MODEL_URL, settings().LOCAL_MODEL, httpx.Client(trust_env=False)
    )
    config = RouteConfig.model_validate_json(files.read("ai_providers.json"))
    now = clock.SystemClock()
    secrets = SecretsKeys(settings().PROVIDER_KEYS_ARN, aws.client("secretsmanager"), now)
    routed = (config.routing.primary, *config.routing.fallbacks)
    watched = Onlooker(settings().CAPACITY_TABLE)
    cloud = {alias: CloudProbe(alias, config, secrets, now, watched) for alias in routed}
    policy = RoutePolicy.model_validate_json(files.read("route_policy.json")).alerts
    days = policy.warn_retirement_days
    warned = {
        alias: ForewarnedProbe(probe, alias, config, now, days) for alias, probe in cloud.items()
    }
    keys = TableProbe(settings().KEYS_TABLE, aws.client("dynamodb"), "key_id")
    return HealthCheck({**warned, "ollama": local}, {"keys": keys}, VERSION, now)


@primed
def api() -> Api:
    """Public routes; the keyring is there for the ones that will not be."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    entry.routes(built, health, lambda: files.read("openapi.json"))
    return built


def http(event: dict[str, Any], context: Any) -> Any:
    """`GET /health`, `/docs`, `/openapi.json`, and the API's default route."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")
