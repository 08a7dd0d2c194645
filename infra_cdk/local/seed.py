"""Mint the first key with the product's own code; run by the tools environment's Python.

`python -m infra_cdk.local.seed TABLE` prints the secret, once: the table keeps only its hash,
sealed with the pepper of the local cloud.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import boto3

from labverse.adapters import doors
from labverse.platform.keys import mint

STAGE = "local"
SCOPES = frozenset({"route", "observe", "admin"})


def main(table: str) -> None:
    """Store a new key in `table` of the cloud that the AWS_* variables name; print its secret."""
    secret, record = mint("local developer", SCOPES, datetime.now(UTC))
    clients = boto3.client("dynamodb"), boto3.client("secretsmanager")
    doors.registry(STAGE, table, *clients).create(record)
    sys.stdout.write(f"{secret}\n")


if __name__ == "__main__":
    main(sys.argv[1])
