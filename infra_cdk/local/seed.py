"""Mint the first key with the product's own code; run by the tools environment's Python.

`python -m infra_cdk.local.seed TABLE` prints the secret, once: the table keeps only its hash.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import boto3

from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.platform.keys import mint

SCOPES = frozenset({"route", "observe", "admin"})


def main(table: str) -> None:
    """Store a new key in `table` of the cloud that the AWS_* variables name; print its secret."""
    secret, record = mint("local developer", SCOPES, datetime.now(UTC))
    DynamoKeys(table, boto3.client("dynamodb")).put(record)
    sys.stdout.write(f"{secret}\n")


if __name__ == "__main__":
    main(sys.argv[1])
