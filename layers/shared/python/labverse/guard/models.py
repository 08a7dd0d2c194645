"""What Secrets Manager asks of a rotation, and what a version of a secret is."""

from typing import Literal

from pydantic import ConfigDict, Field

from labverse.kernel.model import Model

Step = Literal["createSecret", "setSecret", "testSecret", "finishSecret"]


class RotationCall(Model):
    """One step of one rotation, as Secrets Manager calls it; `token` is the new version's id."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    step: Step = Field(alias="Step")
    secret: str = Field(alias="SecretId", min_length=1, max_length=2048)
    token: str = Field(alias="ClientRequestToken", pattern=r"^[A-Za-z0-9-]{32,64}$")
    rotation_token: str | None = Field(default=None, alias="RotationToken", repr=False)


class AgeCheck(Model):
    """What the daily schedule sends."""

    check: Literal["provider-key-ages"]


class Version(Model):
    """One version of a secret. Its text is never shown."""

    id: str
    text: str = Field(repr=False)


class Rotated(Model):
    """What became of a step: `done` now, or `already` by an earlier call."""

    step: Step
    outcome: Literal["done", "already"]


class Ages(Model):
    """Days since each provider's key was set, by provider."""

    days: dict[str, float]
