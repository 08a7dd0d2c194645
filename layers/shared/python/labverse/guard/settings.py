"""The environment of the guard function: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class GuardSettings(Settings):
    """The secrets that it rotates, and what it needs for that."""

    KEYS_TABLE: str
    KEY_PEPPER_ARN: str
    WEBHOOK_SIGNING_ARN: str
    SESSION_SIGNING_ARN: str
    PROVIDER_KEYS_ARN: str
    PROVIDER_ADMIN_ARN: str
