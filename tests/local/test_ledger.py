"""The ledger on the deployed local cloud: many processes at once, killed ones, and a naive one."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import settings

from labverse.route.ledger import seconds
from labverse.route.limits import period_of
from labverse.route.paged_ledger import PagedLedger
from tests.cloud import ROOT, Deployed
from tests.local.spender import Job, ledger
from tests.unit.route import test_ledger_model as model
from tests.unit.route.fakes import RAW

TOKENS = {"prompt_tokens": 200, "completion_tokens": 300}
# At 0.10 and 0.40 dollars per million tokens, in micro-dollars.
COST = 20 + 120


class Provider(ThreadingHTTPServer):
    """Bills every answer that it gives, and knows how many that were."""

    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.billed, self.seconds = 0, 0.02


class Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.billed += COST
        time.sleep(self.server.seconds)
        choice = {"message": {"content": "Paris"}, "finish_reason": "stop"}
        raw = json.dumps({"model": "alpha-1", "choices": [choice], "usage": TOKENS}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def table(deployed: Deployed) -> Iterator[str]:
    """A table like the deployed one, of this test's own."""
    with deployed.table_like("labverse-local-ledger") as name:
        yield name


@pytest.fixture
def job(deployed: Deployed, provider: Provider, table: str, tmp_path: Path) -> Job:
    """Ten calls' real cost, and one provider that is paid."""
    here = {"api": "openai", "base_url": f"http://127.0.0.1:{provider.server_port}/v1"}
    config = {
        **RAW,
        "routing": {"primary": "first"},
        "aliases": {"first": "alpha-1"},
        "providers": {"alpha": here},
        "models": {"alpha-1": {**RAW["models"]["alpha-1"], "retires": None, "successor": None}},
    }
    path = tmp_path / "providers.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return Job(deployed.facts["aws_endpoint_url"], table, str(path), 10 * COST, 200)


def start(job: Job) -> "subprocess.Popen[str]":
    """One spender, at work."""
    argv = [sys.executable, "-m", "tests.local.spender"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(argv, cwd=ROOT, **pipes)
    assert process.stdin is not None
    process.stdin.write(job.text())
    process.stdin.close()
    return process


def ended(processes: "list[subprocess.Popen[str]]") -> dict[str, int]:
    """What all of them were served."""
    found: dict[str, int] = {"served": 0, "refused": 0, "cost": 0}
    for process in processes:
        assert process.stdout is not None
        told = json.loads(process.stdout.read())
        assert process.wait(60) == 0
        found = {name: found[name] + told[name] for name in found}
    return found


def booked(job: Job) -> int:
    """Spent or reserved this month, in micro-dollars."""
    now = datetime.now(UTC)
    pages = ledger(job).pages(period_of(now))
    return sum(page.used.get("month", 0) - page.lent.get("month", 0) for page in pages)


@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize("shards", [1, 16])
def test_two_hundred_at_once_spend_no_more_than_there_is(
    processes: int, shards: int, job: Job, provider: Provider
) -> None:
    each = Job(**{**json.loads(job.text()), "tasks": 200 // processes, "shards": shards})
    found = ended([start(each) for _ in range(processes)])
    print(processes, "processes,", shards, "shards:", found, "billed", provider.billed)
    assert provider.billed <= job.stop
    assert found["served"] >= 8
    assert found["served"] * COST == found["cost"] == provider.billed == booked(each)
    assert found["served"] + found["refused"] == 200


def test_a_ledger_that_reads_and_then_writes_fails_the_same_test(
    job: Job, provider: Provider
) -> None:
    naive = Job(**{**json.loads(job.text()), "naive": True})
    found = ended([start(naive)])
    print("naive:", found, "billed", provider.billed)
    assert provider.billed > job.stop
    assert booked(naive) < provider.billed, "and it does not even know"


def test_a_killed_process_never_leaves_less_than_what_was_billed(
    job: Job, provider: Provider
) -> None:
    provider.seconds = 60
    each = Job(**{**json.loads(job.text()), "tasks": 4, "stop": 100 * COST})
    process = start(each)
    until = time.monotonic() + 30
    while provider.billed < 4 * COST:
        assert time.monotonic() < until, "the provider was not asked"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert provider.billed == 4 * COST
    assert each.stop >= booked(each) >= provider.billed
    now = datetime.now(UTC)
    expired = seconds(now) + ledger(each).limits.lease_seconds + 1
    (page,) = ledger(each).pages(period_of(now))
    assert page.reserved("month", expired) == 0
    assert page.spent("month", expired) >= provider.billed


@pytest.mark.parametrize("shards", [1, 16])
def test_the_server_keeps_what_the_model_says(shards: int, deployed: Deployed, table: str) -> None:
    """The same rules as in tests/unit/route, few examples: these expressions are really parsed."""
    endpoint, clean = deployed.facts["aws_endpoint_url"], deployed.client("dynamodb")

    class Served(model.Ledgers):
        def made(self) -> PagedLedger:
            for item in clean.scan(TableName=table)["Items"]:
                clean.delete_item(TableName=table, Key={"page": item["page"]})
            found = ledger(Job(endpoint, table, "", 0, 0, shards))
            return PagedLedger(found.store, self.limits)

    Served.shards = shards
    case = Served.TestCase
    case.settings = settings(max_examples=5, stateful_step_count=15, deadline=None)
    case("runTest").debug()
