"""The environment of upsell's function: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class UpsellSettings(Settings):
    """Where keys, decisions and what was learnt are, and the bus that is told of them."""

    KEYS_TABLE: str
    EVENT_BUS: str
    DECISIONS_TABLE: str
    SEGMENTS_TABLE: str
