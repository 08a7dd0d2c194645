"""Start a rotation: Secrets Manager does it on AWS; on the local cloud we call the same steps.

The local cloud's RotateSecret copies the value and calls nobody.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, get_args

from labverse.cli.failures import Failure
from labverse.cli.target import LOCAL, Target
from labverse.guard.models import Step


def rotate(found: Target, secret: str) -> bool:
    """Whether it is finished; on AWS it has only begun. Raises Failure."""
    secrets = found.client("secretsmanager")
    with found.asking_aws(f"rotating {secret}"):
        if found.stage != LOCAL:
            secrets.rotate_secret(SecretId=secret)
            return False
        function = found.published("rotation-function")
        drive(secrets, found.client("lambda"), function, secret)
    return True


def drive(secrets: Any, functions: Any, function: str, secret: str) -> str:
    """Do one whole rotation as Secrets Manager does; the new version's id. Raises Failure."""
    token = staged(secrets, secret)
    for name in get_args(Step):
        step(functions, function, secret, token, name)
    return token


def staged(secrets: Any, secret: str) -> str:
    """A pending version without a value, which is what a rotation starts from."""
    token = str(uuid.uuid4())
    secrets.put_secret_value(
        SecretId=secret, ClientRequestToken=token, VersionStages=["AWSPENDING"]
    )
    return token


def step(functions: Any, function: str, secret: str, token: str, name: str) -> None:
    """One call of the rotation function. Raises Failure with its error's name and message."""
    event = {"Step": name, "SecretId": secret, "ClientRequestToken": token}
    answer = functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    told = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        why = f"{told.get('errorType')}: {told.get('errorMessage')}"
        raise Failure(
            f"{name} of {secret} failed: {why}", "the log of the function guard says more"
        )
