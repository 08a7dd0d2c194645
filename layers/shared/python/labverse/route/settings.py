"""The environment of the route functions: built by CDK, read by the handler."""

from pydantic import Field

from labverse.kernel.model import Model
from labverse.platform.settings import Settings


class FallbackService(Model):
    """The ECS service that runs the local model, and how many tasks it may have."""

    cluster: str
    service: str
    minimum: int = Field(ge=0)
    maximum: int = Field(ge=0)


class RouteSettings(Settings):
    """Names of what the functions use. A URL is `none` where there is no such server."""

    KEYS_TABLE: str
    EVENT_BUS: str
    LOCAL_MODEL_URL: str
    LOCAL_MODEL: str
    PROVIDER_KEYS_ARN: str
    PROVIDER_BASE_URL: str
    CAPACITY_TABLE: str
    FALLBACK_SERVICE: str
    """A FallbackService as JSON: one thing, and variables are few."""
