"""The only place that reads the environment."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """The variables every function has. CDK builds this object; the function reads it back."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    STAGE: str
    POWERTOOLS_SERVICE_NAME: str
    POWERTOOLS_METRICS_NAMESPACE: str = "labverse"
    POWERTOOLS_LOG_LEVEL: str = "INFO"

    @classmethod
    def read(cls) -> Self:
        """This function's settings. Raises pydantic's ValidationError naming what is missing."""
        return cls.model_validate(dict(os.environ))

    def as_environment(self) -> dict[str, str]:
        """What CDK puts into the function's environment."""
        return {name: str(value) for name, value in self.model_dump().items()}
