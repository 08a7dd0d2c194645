"""The environment of the route functions: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class RouteSettings(Settings):
    """Names of what the functions use. `LOCAL_MODEL_URL` is `none` where no model is served."""

    KEYS_TABLE: str
    EVENT_BUS: str
    LOCAL_MODEL_URL: str
    LOCAL_MODEL: str
