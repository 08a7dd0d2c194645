"""Drives rotations of the deployed app, and kills them between their writes."""

import secrets
from contextlib import suppress
from typing import Any

from labverse.adapters import doors
from labverse.adapters.clock import SystemClock
from labverse.adapters.secrets_vault import SecretsVault
from labverse.cli.rotation import step
from labverse.guard.minted import Minted
from labverse.guard.models import RotationCall
from labverse.guard.service import Rotation
from tests.cloud import Deployed
from tests.local.dying import Dying
from tests.secrets_manager import Crash

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Driver:
    """One rotation after the other of one secret, named as Secrets Manager names it."""

    def __init__(self, deployed: Deployed, name: str) -> None:
        self.vault = deployed.client("secretsmanager")
        self.functions, self.table = deployed.client("lambda"), deployed.client("dynamodb")
        self._deployed = deployed
        self.function = self.published("rotation-function")
        self.secret = self.published(f"{name}-secret")

    def published(self, name: str) -> str:
        """What the stacks say of themselves."""
        answer = self._deployed.client("ssm").get_parameter(Name=f"/labverse/local/{name}")
        return str(answer["Parameter"]["Value"])

    def call(self, token: str, name: str) -> None:
        step(self.functions, self.function, self.secret, token, name)

    def die(self, token: str, name: str, at: int, *, after: bool) -> None:
        """The same code in a process of its own that is gone at its `at`-th write."""
        left = [at]
        vault: Any = Dying(self.vault, left, after=after)
        table: Any = Dying(self.table, left, after=after)
        keys = doors.registry("local", self._deployed.facts["keys_table"], table, vault)
        rotation = Rotation(
            SecretsVault(vault), {self.secret: Minted(secrets.token_bytes, SystemClock(), keys)}
        )
        given = {"Step": name, "SecretId": self.secret, "ClientRequestToken": token}
        with suppress(Crash):
            rotation(RotationCall.model_validate(given))

    def stages(self) -> dict[str, str]:
        """Version by label."""
        told = self.vault.describe_secret(SecretId=self.secret)["VersionIdsToStages"]
        return {label: version for version, labels in told.items() for label in labels}

    def text(self) -> str:
        return str(self.vault.get_secret_value(SecretId=self.secret)["SecretString"])
