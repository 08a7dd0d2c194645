"""The base class of every value that crosses a boundary."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable, and strict about unknown fields, so that a typo in a payload is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
