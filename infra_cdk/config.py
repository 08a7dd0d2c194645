"""Facts of one deployment: `config/base.json`, overridden by `config/<stage>.json`."""

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from infra_cdk.config_fallback import FallbackConfig, FallbackTasks
from labverse.kernel.model import Model
from labverse.platform.config import ApprovingTeam

ROOT = Path(__file__).parents[1]
STAGES = ("local", "dev", "prod")
# Where CloudFront takes its certificates and firewalls from, wherever the API is.
EVERYWHERE = "us-east-1"


class Throttle(Model):
    """What the API lets through, all callers together; more is answered 429 by API Gateway."""

    per_second: float = Field(gt=0)
    burst: int = Field(gt=0)


class Domain(Model):
    """Names of your own. `name` is what callers use; with a front, `api_name` stands behind it."""

    name: str = Field(description="app.example.com; the same as api_name without a front.")
    certificate_arn: str = Field(description="For name; in us-east-1, where CloudFront looks.")
    api_name: str = Field(description="api.example.com: the name of the HTTP API itself.")
    api_certificate_arn: str = Field(description="For api_name; in the stage's own region.")


class StageConfig(Model):
    """What differs between deployments; an unknown or ill-typed member fails the synth."""

    stage: Literal["local", "dev", "prod"]
    bus_name: str = Field(description="One per account; rename it to put two stages in one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    log_retention_days: int = Field(gt=0)
    store_answers: bool = Field(
        description="Answers may be kept up to 24 h: for Idempotency-Key, and where cache_seconds "
        "asks for it. Without it both are refused."
    )
    approvers: tuple[ApprovingTeam, ...] = Field(
        default=(),
        description="Who may approve, by the ids of their Slack workspace and of theirs in it; "
        "Teams and `kimi approve` use the same ids, through keys made with --person.",
    )
    retain_data: bool = Field(description="Keep tables when their stack is destroyed.")
    function_memory_mib: int = Field(ge=128, le=10_240)
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    archive_days: int = Field(gt=0, description="How long announced events can be replayed.")
    alarm_email: str | None = Field(default=None, description="Reads every alarm.")
    max_provider_key_age_days: int = Field(
        default=90, ge=1, description="An alarm tells of a provider's key that was set before that."
    )
    throttle: Throttle
    reserved_concurrency: int | None = Field(
        default=None, ge=1, description="Of a function that spends: as many calls at once, no more."
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="https://app.example.com: whose pages may call from a browser."
    )
    domain: Domain | None = None
    front: bool = Field(default=False, description="CloudFront and a firewall before the API.")

    fallback: FallbackConfig
    fallback_tasks: FallbackTasks

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

    @model_validator(mode="after")
    def _front_can_find_the_api(self) -> Self:
        if self.front and self.domain is None and self.region != EVERYWHERE:
            raise ValueError(
                f"front: CloudFront's firewall lives in {EVERYWHERE} and cannot read what "
                f"{self.region} publishes; give the stage a domain, or front: false"
            )
        return self
