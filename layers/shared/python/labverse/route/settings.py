"""The environment of the route functions: built by CDK, read by the handler."""

from labverse.platform.settings import Settings


class RouteSettings(Settings):
    """Names of what the functions use. A URL is `none` where there is no such server."""

    KEYS_TABLE: str
    KEY_PEPPER_ARN: str
    EVENT_BUS: str
    LOCAL_MODEL_URL: str
    LOCAL_MODEL: str
    PROVIDER_KEYS_ARN: str
    PROVIDER_BASE_URL: str
