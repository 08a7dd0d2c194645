"""The two targets of the one app. They differ in assets and Architecture, nowhere else."""

import sys
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_

_AWS = "3.13"
# On both targets: the local cloud runs functions on the interpreter that runs itself, whatever is
# written here, but takes snapshots only of a runtime that has them on AWS.
RUNTIME = lambda_.Runtime(f"python{_AWS}", lambda_.RuntimeFamily.PYTHON, supports_snap_start=True)


@dataclass(frozen=True)
class Target:
    """What code is built for. `platform` is uv's word for it, None for this machine."""

    name: str
    python: str
    platform: str | None
    architecture: lambda_.Architecture


def named(name: str) -> Target:
    """The target `aws` or `local`.

    `local` builds for this interpreter, as the local cloud runs on it, and functions with it.
    Raises ValueError for another name.
    """
    if name == "aws":
        # manylinux2014 would quietly resolve to old wheels for this Python.
        return Target(name, _AWS, "aarch64-manylinux_2_28", lambda_.Architecture.ARM_64)
    if name == "local":
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Target(name, here, None, lambda_.Architecture.X86_64)
    raise ValueError(f"target {name!r} is not aws or local: pass -c target=…")
