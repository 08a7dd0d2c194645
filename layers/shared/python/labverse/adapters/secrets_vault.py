"""`Vault` on Secrets Manager. Neither an error nor a log line of this file holds a value."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.guard.models import Version
from labverse.kernel.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT, PENDING, ASIDE = "AWSCURRENT", "AWSPENDING", "LABVERSE_ASIDE"
"""ASIDE moves to whatever was put aside last; nobody reads by it."""
_ABSENT, _EXISTS = "ResourceNotFoundException", "ResourceExistsException"
# What is said when a label is not where the call says it is.
_ELSEWHERE = "InvalidParameterException"


class SecretsVault:
    """Secrets of one account; raises as its port says."""

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client

    def stages(self, secret: str) -> Mapping[str, frozenset[str]]:
        """A version that Secrets Manager itself made pending is here before it has a value."""
        with _asking("described"):
            found = self._client.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
        return {version: frozenset(labels) for version, labels in found.items() if labels}

    def current(self, secret: str) -> Version:
        """Raises NotFound for a secret that never had a value, too."""
        with _asking("read"):
            answer = self._client.get_secret_value(SecretId=secret, VersionStage=CURRENT)
            return Version(id=answer["VersionId"], text=answer["SecretString"])

    def version(self, secret: str, version_id: str) -> Version | None:
        """A version without a value is refused on AWS and empty on the local cloud: None."""
        try:
            with _asking("read"):
                answer = self._client.get_secret_value(SecretId=secret, VersionId=version_id)
        except NotFound:
            return None
        text = answer.get("SecretString")
        return None if text is None else Version(id=version_id, text=text)

    def put_pending(
        self, secret: str, version_id: str, text: str, rotation_token: str | None
    ) -> None:
        """A twin of ours may have been quicker: then its value stays, and ours is nobody's."""
        proof = {} if rotation_token is None else {"RotationToken": rotation_token}
        with _asking("written", passing=_EXISTS):
            self._client.put_secret_value(
                SecretId=secret,
                ClientRequestToken=version_id,
                SecretString=text,
                VersionStages=[PENDING],
                **proof,
            )

    def put_aside(self, secret: str, text: str) -> str:
        """Under a label of ours, since a version needs one to be kept."""
        made = str(uuid.uuid4())
        with _asking("written"):
            self._client.put_secret_value(
                SecretId=secret, ClientRequestToken=made, SecretString=text, VersionStages=[ASIDE]
            )
        return made

    def move_current(self, secret: str, *, to: str, instead_of: str) -> None:
        """Secrets Manager refuses to take a label from a version that does not have it."""
        with _asking("moved"):
            self._client.update_secret_version_stage(
                SecretId=secret,
                VersionStage=CURRENT,
                MoveToVersionId=to,
                RemoveFromVersionId=instead_of,
            )

    def drop_pending(self, secret: str, version_id: str) -> None:
        """Nothing is lost where somebody took the label off before."""
        with _asking("moved", passing=_ELSEWHERE):
            self._client.update_secret_version_stage(
                SecretId=secret, VersionStage=PENDING, RemoveFromVersionId=version_id
            )


@contextmanager
def _asking(done: str, *, passing: str = "") -> Iterator[None]:
    """Our errors for AWS's; `passing` is the code of one that means that there is nothing to do.

    Without AWS's error as the cause: one of a parameter quotes the parameter.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == passing:
            return
        if code == _ABSENT:
            raise NotFound("there is no such secret, or it has no value") from None
        if code == _ELSEWHERE:
            raise Conflict("another version is current by now") from None
        raise Unavailable(f"the secret could not be {done}: {code}") from None
    except (BotoCoreError, KeyError) as error:
        raise Unavailable(f"the secret could not be {done}: {type(error).__name__}") from None
