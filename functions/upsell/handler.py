"""Decide offers over HTTP, and learn from what they brought."""

from typing import Any

from labverse.adapters import deciding, doors
from labverse.entry import upsell as entry
from labverse.platform import files, telemetry
from labverse.platform.api import Api
from labverse.platform.prime import primed
from labverse.upsell.service import Upsell
from labverse.upsell.settings import UpsellSettings

settings = primed(UpsellSettings.read)


@primed
def upsell() -> Upsell:
    """The use cases, over the catalogue in the layer."""
    return deciding.upsell(settings(), files.read)


@primed
def api() -> Api:
    """Routes behind the key check."""
    built = doors.api(settings().STAGE, settings().KEYS_TABLE)
    entry.routes(built, upsell)
    return built


def http(event: dict[str, Any], context: Any) -> Any:
    """The routes of `api`."""
    return telemetry.invoke(api().handle, event, context, "requestContext.requestId")
