"""The environment of the observe function: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class ObserveSettings(Settings):
    """What health is asked of. `LOCAL_MODEL_URL` is `none` where no model is served."""

    KEYS_TABLE: str
    LOCAL_MODEL_URL: str
    LOCAL_MODEL: str
    PROVIDER_KEYS_ARN: str
    CAPACITY_TABLE: str
