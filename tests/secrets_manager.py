"""Secrets Manager in memory, with AWS's own rules for versions and labels, and a place to crash.

The calls are those of a client. Rules that the local cloud lacks are here: a version's value never
changes, and a label put on one version leaves the other.
"""

import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


class Crash(BaseException):
    """The process is gone: nothing catches this."""


class Faults:
    """Crashes at the `at`-th write from now, before it or after it; and lets others in between."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.after = False
        self.meanwhile: Callable[[], None] | None = None

    def writing(self, write: Callable[[], Any]) -> Any:
        """Do `write`, unless that is where we die."""
        self.reading()
        if self.at is None:
            return write()
        self.at -= 1
        if self.at > 0:
            return write()
        self.at = None
        if self.after:
            write()
        raise Crash

    def reading(self) -> None:
        """Somebody else may do something right before any call."""
        if self.meanwhile is not None:
            self.meanwhile()


class Secret:
    """Values by version, and which version each label is on."""

    def __init__(self, text: str | None) -> None:
        self.values: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.history: list[str] = []
        """Every version that was ever current."""
        if text is not None:
            self.put(str(uuid.uuid4()), text, ["AWSCURRENT"])

    def put(self, version: str, text: str | None, stages: list[str]) -> None:
        if text is not None:
            if self.values.get(version, text) != text:
                raise refused("ResourceExistsException")
            self.values[version] = text
        for stage in stages:
            self.move(stage, version)

    def move(self, stage: str, version: str) -> None:
        before = self.labels.get(stage)
        self.labels[stage] = version
        if stage == "AWSCURRENT" and before != version:
            self.history.append(version)
            if before is not None:
                self.labels["AWSPREVIOUS"] = before

    @property
    def stages(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for label, version in self.labels.items():
            found.setdefault(version, []).append(label)
        return found


class MemorySecrets:
    """The calls that our adapters make; `secrets` by name."""

    def __init__(self, faults: Faults | None = None, **texts: str | None) -> None:
        self.secrets = {name.replace("_", "-"): Secret(text) for name, text in texts.items()}
        self.faults = faults or Faults()
        self.reads = 0

    def stage(self, name: str) -> str:
        """What Secrets Manager does before createSecret: a pending version without a value."""
        token = str(uuid.uuid4())
        self._secret(name).move("AWSPENDING", token)
        return token

    def get_secret_value(
        self,
        *,
        SecretId: str,  # noqa: N803 - AWS's names
        VersionId: str | None = None,  # noqa: N803
        VersionStage: str = "AWSCURRENT",  # noqa: N803
    ) -> dict[str, Any]:
        self.faults.reading()
        self.reads += 1
        secret = self._secret(SecretId)
        version = VersionId or secret.labels.get(VersionStage)
        if version is None or version not in secret.values:
            raise refused("ResourceNotFoundException")
        return {"Name": SecretId, "VersionId": version, "SecretString": secret.values[version]}

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803
        self.faults.reading()
        return {"Name": SecretId, "VersionIdsToStages": self._secret(SecretId).stages}

    def put_secret_value(self, **given: Any) -> dict[str, Any]:
        secret, version = self._secret(given["SecretId"]), given["ClientRequestToken"]
        stages = given.get("VersionStages", ["AWSCURRENT"])
        self.faults.writing(lambda: secret.put(version, given.get("SecretString"), stages))
        return {"Name": given["SecretId"], "VersionId": version}

    def update_secret_version_stage(self, **given: Any) -> dict[str, Any]:
        def move() -> None:
            secret, stage = self._secret(given["SecretId"]), given["VersionStage"]
            to, there = given.get("MoveToVersionId"), secret.labels.get(stage)
            if there not in (given.get("RemoveFromVersionId"), None, to):
                raise refused("InvalidParameterException")
            if to is None:
                if there is None:
                    raise refused("InvalidParameterException")
                del secret.labels[stage]
            else:
                secret.move(stage, to)

        self.faults.writing(move)
        return {"Name": given["SecretId"]}

    def _secret(self, name: str) -> Secret:
        if name not in self.secrets:
            raise refused("ResourceNotFoundException")
        return self.secrets[name]


def refused(code: str) -> ClientError:
    """What a client raises."""
    return ClientError({"Error": {"Code": code, "Message": "not shown"}}, "Call")
