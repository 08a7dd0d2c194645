"""The environment of the approve functions: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class ApproveSettings(Settings):
    """Names of what the functions use; the table of approvals is found by the stage."""

    KEYS_TABLE: str
    EVENT_BUS: str
    DATA_KEY_ARN: str
    """Seals the tokens of workflows."""
