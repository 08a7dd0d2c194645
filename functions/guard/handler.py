"""Rotate secrets as Secrets Manager asks, and tell how old the keys of providers are."""

import secrets
from typing import Any, NamedTuple

import httpx

from labverse.adapters import aws, clock, doors, xray
from labverse.adapters.secrets_vault import SecretsVault
from labverse.adapters.vendors import Vendors
from labverse.entry import guard as entry
from labverse.guard.minted import Minted
from labverse.guard.ports import Strategy
from labverse.guard.providers import KeyAges, ProviderKeys
from labverse.guard.service import Rotation
from labverse.guard.settings import GuardSettings
from labverse.platform import telemetry
from labverse.platform.prime import primed

settings = primed(GuardSettings.read)


class UseCases(NamedTuple):
    """What an event may ask for."""

    rotation: Rotation
    ages: KeyAges


@primed
def use_cases() -> UseCases:
    """Each secret with its way of rotating; no other secret is touched."""
    have, now, client = settings(), clock.SystemClock(), aws.client("secretsmanager")
    vault = SecretsVault(client)
    keys = doors.registry(have.STAGE, have.KEYS_TABLE, aws.client("dynamodb"), client)
    vendors = Vendors(have.PROVIDER_ADMIN_ARN, client, httpx.Client(trust_env=False))
    strategies: dict[str, Strategy] = {
        have.KEY_PEPPER_ARN: Minted(secrets.token_bytes, now, keys),
        have.WEBHOOK_SIGNING_ARN: Minted(secrets.token_bytes, now),
        have.SESSION_SIGNING_ARN: Minted(secrets.token_bytes, now),
        have.PROVIDER_KEYS_ARN: ProviderKeys(have.STAGE, vendors, now),
    }
    return UseCases(Rotation(vault, strategies), KeyAges(vault, have.PROVIDER_KEYS_ARN, now))


def event(event: dict[str, Any], context: Any) -> Any:
    """A step of a rotation, or the daily check."""
    return telemetry.invoke(_traced, event, context, "ClientRequestToken")


def _traced(event: dict[str, Any], context: Any) -> Any:
    return xray.traced(lambda asked, _: entry.handle(asked, *use_cases()), event, context)
