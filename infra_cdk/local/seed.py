"""Mint the first keys with the product's own code; run by the tools environment's Python.

`python -m infra_cdk.local.seed TABLE` prints two secrets, once: a developer's, then the one with
which Ana of the stand-in for Slack says yes or no. The table keeps only their hashes, sealed with
the pepper of the local cloud.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import boto3

from infra_cdk.local.slack.people import APPROVER
from labverse.adapters import doors
from labverse.platform.keys import mint

STAGE = "local"
SCOPES = frozenset({"route", "observe", "admin"})


def main(table: str) -> None:
    """Store new keys in `table` of the cloud that the AWS_* variables name; print their secrets."""
    now = datetime.now(UTC)
    keys = (
        mint("local developer", SCOPES, now),
        mint("Ana, who approves", frozenset({"approve"}), now, person=APPROVER),
    )
    clients = boto3.client("dynamodb"), boto3.client("secretsmanager")
    registry = doors.registry(STAGE, table, *clients)
    for secret, record in keys:
        registry.create(record)
        sys.stdout.write(f"{secret}\n")


if __name__ == "__main__":
    main(sys.argv[1])
