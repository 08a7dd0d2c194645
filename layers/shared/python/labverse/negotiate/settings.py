"""The environment of the negotiate functions: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class NegotiateSettings(Settings):
    """Names of what the functions use; its tables are found by the stage's name."""

    KEYS_TABLE: str
    EVENT_BUS: str
    DATA_BUCKET: str
    STATE_MACHINE_ARN: str
    """Of statemachines/negotiate.asl.json; `none` in a function that starts nothing."""
