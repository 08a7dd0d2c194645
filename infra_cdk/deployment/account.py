"""Whose account it is, and whether the CDK can work in it."""

from __future__ import annotations

import os

from botocore.exceptions import BotoCoreError, ClientError

from infra_cdk.deployment.cli import cdk
from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress
from infra_cdk.local.problems import Problem

# What `cdk bootstrap` leaves, under the qualifier that is the CDK's own default.
_VERSION = "/cdk-bootstrap/hnb659fds/version"
_NEEDED_VERSION = 6


def check(stage: Stage) -> str:
    """The account's number. Raises Problem unless credentials work and the regions agree."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        said = os.environ.get(name)
        if said and said != stage.region:
            what = f"config places stage {stage.name!r} in {stage.region}, but {name} is {said}"
            step = f"unset {name}, or change `region` in config/{stage.name}.json"
            raise Problem(what, step)
    try:
        identity = stage.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        what = f"AWS does not know who you are: {error}"
        step = "set AWS_PROFILE (aws configure list-profiles), or sign in: aws sso login"
        raise Problem(what, step) from error
    progress.say("account", f"{identity['Account']} in {stage.region}, as {identity['Arn']}")
    return str(identity["Account"])


def bootstrap(stage: Stage, account: str) -> None:
    """Have in each region what the CDK deploys through: a bucket and roles. Raises Problem."""
    for region in sorted({stack.region for stack in stage.stacks}):
        if _version(stage, region) >= _NEEDED_VERSION:
            continue
        progress.say("bootstrap", f"aws://{account}/{region} has no CDK bootstrap: making it")
        step = (
            "it takes an administrator, once per account and region; docs/permissions.md says what "
            "it makes, and how to give it less than AdministratorAccess"
        )
        cdk(stage, "bootstrap", f"aws://{account}/{region}", step=step)


def _version(stage: Stage, region: str) -> int:
    """The version of the bootstrap stack there; 0 without one. Raises Problem."""
    client = stage.client("ssm", region)
    try:
        return int(client.get_parameter(Name=_VERSION)["Parameter"]["Value"])
    except client.exceptions.ParameterNotFound:
        return 0
    except (ClientError, BotoCoreError) as error:
        what = f"cannot read the SSM parameter {_VERSION} in {region}: {error}"
        raise Problem(what, "docs/permissions.md lists what deploying needs") from error
