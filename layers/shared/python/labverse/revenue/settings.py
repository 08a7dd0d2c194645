"""The environment of the revenue functions: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class RevenueSettings(Settings):
    """Names of what the functions use. The ledger's table is found by the stage."""

    KEYS_TABLE: str
    EVENT_BUS: str
