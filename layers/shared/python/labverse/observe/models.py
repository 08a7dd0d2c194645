"""Words of the observe capability: what is up, and what is not."""

from datetime import date
from typing import Literal

from pydantic import Field

from labverse.kernel.model import Model

State = Literal["ok", "configured", "open", "half_open", "warming", "unreachable", "not_configured"]
"""`ok`: it answered within the last hour or two. `configured`: there is a key, and nobody has asked
the provider lately. `open`: it failed, and nobody asks it for a while; `half_open`: that while is
over, and one request will try it. `warming`: the local model is not up; a prompt that needs it
starts it."""


class ProviderHealth(Model):
    """One provider of models. Null is what nobody has measured or configured yet."""

    state: State
    provider: str | None = Field(default=None, description="Whose key it needs; null for none.")
    model: str | None
    resolves_to: str | None = None
    retires: date | None = None
    p95_ms: int | None = None
    last_error_code: str | None = None
    warning: str | None = Field(
        default=None, description="It means another model today, retires soon, or is dead."
    )


class Health(Model):
    """The answer to: is it healthy?"""

    status: Literal["ok", "degraded"] = Field(
        description="`ok` when every component is, and at least one provider can answer."
    )
    ai_providers: dict[str, ProviderHealth]
    components: dict[str, State]
    version: str
