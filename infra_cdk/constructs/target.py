"""The two targets of the one app. They differ in assets, Runtime and Architecture, nowhere else."""

import sys
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True)
class Target:
    """What code is built for. `platform` is uv's word for it, None for this machine."""

    name: str
    python: str
    platform: str | None
    architecture: lambda_.Architecture

    @property
    def runtime(self) -> lambda_.Runtime:
        """Lambda's runtime of that Python."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON)


def named(name: str) -> Target:
    """The target `aws` or `local`.

    The local cloud runs functions on the interpreter that runs the cloud itself, whatever Runtime
    says, so `local` builds for this interpreter. Raises ValueError for another name.
    """
    if name == "aws":
        # manylinux2014 would quietly resolve to old wheels for this Python.
        return Target(name, "3.13", "aarch64-manylinux_2_28", lambda_.Architecture.ARM_64)
    if name == "local":
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Target(name, here, None, lambda_.Architecture.X86_64)
    raise ValueError(f"target {name!r} is not aws or local: pass -c target=…")
