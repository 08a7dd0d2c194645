"""Facts of one deployment: `config/base.json`, overridden by `config/<stage>.json`."""

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from labverse.kernel.model import Model

ROOT = Path(__file__).parents[1]
STAGES = ("local", "dev", "prod")


class StageConfig(Model):
    """What differs between deployments; an unknown or ill-typed member fails the synth."""

    stage: Literal["local", "dev", "prod"]
    bus_name: str = Field(description="One per account; rename it to put two stages in one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    log_retention_days: int = Field(gt=0)
    retain_data: bool = Field(description="Keep tables when their stack is destroyed.")
    function_memory_mib: int = Field(ge=128, le=10_240)

    @classmethod
    def load(cls, stage: str) -> Self:
        """The config of `stage`. Raises ValueError for an unknown stage."""
        if stage not in STAGES:
            raise ValueError(f"stage {stage!r} is not one of {', '.join(STAGES)}: pass -c stage=…")
        facts: dict[str, object] = {}
        for name in ("base", stage):
            path = ROOT / "config" / f"{name}.json"
            found = json.loads(path.read_text(encoding="utf-8"))
            if "stage" in found:
                raise ValueError(f"{path.name} names a stage; its file name already does")
            facts |= found
        return cls.model_validate({**facts, "stage": stage})
