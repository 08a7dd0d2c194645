"""Breakers on the deployed local cloud: shared by processes, and by the functions of the app."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from labverse.adapters.dynamodb_circuits import DynamoCircuits
from labverse.adapters.dynamodb_counters import DynamoCounters
from tests.cloud import ROOT, Deployed
from tests.unit.route.fake_means import FakeClock

PROCESSES = 4


@pytest.fixture
def table(deployed: Deployed) -> Iterator[str]:
    """A table like the deployed one, of this test's own."""
    with deployed.table_like("labverse-local-capacity") as name:
        yield name


def test_of_four_processes_one_announces_and_one_tries(deployed: Deployed, table: str) -> None:
    endpoint = deployed.facts["aws_endpoint_url"]
    command = [sys.executable, "-m", "tests.local.watcher", endpoint, table]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    first = [answer(one) for one in running]
    assert [one["state"] for one in first] == ["open"] * PROCESSES
    (event,) = [event for one in first for event in one["told"]]
    assert (event["provider"], event["state"], event["why"]) == ("p", "down", "server_error")
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert sum(answer(one)["admitted"] for one in running) == 1, "one tries it for everybody"
    for one in running:
        assert one.wait(20) == 0
    clock, client = FakeClock(), deployed.client("dynamodb")
    assert DynamoCircuits(table, client, clock).read()["p"].failures == 1


def answer(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_counts_of_many_processes_add_up(deployed: Deployed, table: str) -> None:
    counters = DynamoCounters(table, deployed.client("dynamodb"))
    for _ in range(5):
        counters.add("item", {"odd|na:me|3": 2, "other": 1}, 2_000_000_000)
    assert counters.read(["item", "nothing"]) == [{"odd|na:me|3": 10, "other": 5}, {}]
