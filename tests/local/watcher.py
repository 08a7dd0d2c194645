"""A process that sees one provider fail, and then asks whether it may try it.

`python -m tests.local.watcher ENDPOINT TABLE`: prints a JSON line after each of the two; the second
comes once a line was written to its stdin.
"""

import json
import sys
import time
from typing import Any

import boto3

from labverse.adapters.clock import SystemClock, new_id
from labverse.adapters.dynamodb_circuits import DynamoCircuits
from labverse.route.breaker import HealthPolicy
from labverse.route.events import Event
from labverse.route.ports import ProviderFailure
from labverse.route.watch import Watch

POLICY = HealthPolicy(window_s=2)


class Told:
    """What this process announced."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def announce(self, event: Event) -> None:
        """Remembers it."""
        self.events.append(event.model_dump(mode="json"))


def main(endpoint: str, table: str) -> None:
    """Fails ten times, waits for the word, and tries until the window is over."""
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    told, clock = Told(), SystemClock()
    watch = Watch(DynamoCircuits(table, client, clock), clock, POLICY, new_id, told)
    began = clock.now()
    for _ in range(10):
        watch.report("p", ProviderFailure("server_error", "x"), began)
    seen = watch.look()
    print(json.dumps({"told": told.events, "state": seen["p"].state}), flush=True)
    sys.stdin.readline()
    end = time.monotonic() + POLICY.window_s + 1
    admitted = 0
    while time.monotonic() < end:
        admitted += watch.admit("p")
        time.sleep(0.02)
    print(json.dumps({"admitted": admitted}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
