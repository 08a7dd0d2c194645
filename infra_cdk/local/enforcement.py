"""`LABVERSE_AUTH=true`: a local cloud that checks signatures and IAM policies, and speaks TLS.

TLS comes with it because the bucket of `cdk bootstrap` refuses everybody who comes without.
"""

from __future__ import annotations

import os
from pathlib import Path

from infra_cdk.local.commands import Command, run
from infra_cdk.local.instance import Instance
from infra_cdk.local.paths import python_of
from infra_cdk.local.problems import Problem

VARIABLE = "LABVERSE_AUTH"
_MEANINGS = {"": False, "0": False, "false": False, "no": False}
_MEANINGS |= {"1": True, "true": True, "yes": True}


def wanted() -> bool:
    """What LABVERSE_AUTH says. Raises Problem for a word that is neither yes nor no."""
    text = os.environ.get(VARIABLE, "")
    if text.lower() not in _MEANINGS:
        raise Problem(f"{VARIABLE} is {text!r}", "set it to true or false, or unset it")
    return _MEANINGS[text.lower()]


def trust(instance: Instance) -> str | None:
    """The file of the authority that signed the emulator's certificate; None without TLS."""
    return str(instance.ca_file) if instance.enforced else None


def server_environ(instance: Instance, emulator: Path) -> dict[str, str]:
    """The variables that make the emulator strict, with a new certificate; none if it is not."""
    if not instance.enforced:
        return {}
    folder = instance.ca_file.parent
    argv = [python_of(emulator), "-m", "infra_cdk.local.certificate", folder]
    log = instance.log("certificate")
    run(Command("making a certificate", argv, log, "run: make clean, then make up"))
    return {
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(folder / "server.pem"),
        "MINISTACK_SSL_KEY": str(folder / "server.key"),
        # Functions inherit it: their AWS clients come back to this emulator, and nowhere else.
        "AWS_CA_BUNDLE": str(instance.ca_file),
    }


def client_environ(instance: Instance) -> dict[str, str]:
    """The variables with which AWS clients and the CDK (on Node) trust the emulator."""
    if not instance.enforced:
        return {}
    return {
        "AWS_CA_BUNDLE": str(instance.ca_file),
        "NODE_EXTRA_CA_CERTS": str(instance.ca_file),
    }
