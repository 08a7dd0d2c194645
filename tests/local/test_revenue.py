"""The revenue ledger on the deployed local cloud: many writers, a real stream, and poison."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.config import Config

from labverse.adapters import clock
from labverse.adapters.bookkeeping import pause
from labverse.adapters.dynamodb_book import DynamoBook
from labverse.adapters.dynamodb_revenue import event_item, table_of
from labverse.revenue.config import RevenuePolicy
from labverse.revenue.ledger import rollup
from labverse.revenue.models import parse
from labverse.revenue.rates import Rates
from labverse.revenue.report import shown
from labverse.revenue.service import Recording
from tests.cloud import ROOT, Deployed
from tests.local.test_kimi import kimi

WRITERS, CUSTOMERS, DAYS = 200, 60, 30
FIRST = date(2026, 3, 1)
SECONDS = 45
KINDS = ("new", "expansion", "contraction", "churn", "reactivation")
Given = list[dict[str, Any]]


@pytest.fixture
def client(deployed: Deployed) -> Any:
    """As many connections as there are writers."""
    make: Any = boto3.client
    return make(
        "dynamodb",
        endpoint_url=deployed.facts["aws_endpoint_url"],
        region_name=deployed.facts["region"],
        aws_access_key_id=deployed.facts["aws_access_key_id"],
        aws_secret_access_key=deployed.facts["aws_secret_access_key"],
        config=Config(max_pool_connections=WRITERS, connect_timeout=20, read_timeout=60),
    )


def events(run: str, number: int) -> Given:
    """Movements of `run`'s own plan, channel and segment; every 20th is taken back."""
    dice, made = random.Random(number), []
    for at in range(number):
        day = FIRST + timedelta(days=dice.randrange(DAYS))
        made.append(
            {
                "id": f"{run}-{at}",
                "kind": dice.choice(KINDS),
                "customer": f"{run}-{dice.randrange(CUSTOMERS)}",
                "plan": f"{run}-{dice.choice(['basic', 'pro'])}",
                "channel": f"{run}-{dice.choice(['ads', 'mail', 'web'])}",
                "segment": f"{run}-all",
                "amount": str(Decimal(dice.randrange(1, 50_000)) / 100),
                "currency": dice.choice(["USD", "EUR"]),
                "effective_at": f"{day}T12:00:00Z",
            }
        )
    undone = [{"id": f"{one['id']}-r", "kind": "reversal", "reverses": one["id"]} for one in made]
    return made + undone[::20]


def figures(deployed: Deployed, by: str = "") -> Any:
    """The days of the run: of everything, or of each value of a dimension."""
    last = FIRST + timedelta(days=DAYS)
    asked = {"from": str(FIRST), "to": str(last), **({"by": by} if by else {})}
    answer = deployed.http.get("/api/v2/revenue/mrr", params=asked, headers=deployed.key)
    assert answer.status_code == 200, answer.text
    return answer.json()["groups"] if by else answer.json()["days"]


def until(is_so: Callable[[], bool], what: str) -> None:
    """Asks again until it is so; fails after SECONDS."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.5)


def wanted(found: Mapping[str, Any]) -> dict[str, Any]:
    """As the API would say it."""
    days = shown(found, FIRST, FIRST + timedelta(days=DAYS))
    return {value: [day.model_dump(mode="json") for day in mine] for value, mine in days.items()}


def counted(deployed: Deployed, run: str, by: str, whole: dict[str, Any]) -> bool:
    groups = figures(deployed, by)
    return {value: days for value, days in groups.items() if value.startswith(run)} == whole


def policy() -> Rates:
    text = (ROOT / "config" / "policy" / "revenue.json").read_text(encoding="utf-8")
    return RevenuePolicy.model_validate_json(text).rates


def test_two_hundred_writers_come_to_the_cent(deployed: Deployed, client: Any) -> None:
    """Every event is sent by two of them, in another order, some of it over HTTP."""
    run = f"w{clock.new_id()[:6]}"
    sent = events(run, 1200)
    rates = policy()
    book = DynamoBook(
        table_of("local"), client, kept=timedelta(days=9), new_name=clock.new_id, pause=pause
    )
    record, start = Recording(book, rates, clock.SystemClock()), Barrier(WRITERS)
    piles = [sent[at::100] for at in range(100)] * 2

    def write(number: int) -> tuple[int, int]:
        pile = list(piles[number])
        random.Random(number).shuffle(pile)
        start.wait()
        if number % 50 == 0:
            answer = deployed.http.post(
                "/api/v2/revenue/events", json={"events": pile}, headers=deployed.key
            )
            receipt = answer.json()
            assert (answer.status_code, receipt["rejected"]) == (200, []), answer.text
            return receipt["accepted"], receipt["duplicate"]
        kept = record(pile)
        assert kept.rejected == []
        return kept.accepted, kept.duplicate

    with ThreadPoolExecutor(WRITERS) as pool:
        receipts = list(pool.map(write, range(WRITERS)))
    accepted, duplicate = (sum(column) for column in zip(*receipts, strict=True))
    assert (accepted, duplicate) == (len(sent), len(sent))
    found = rollup(sent, rates)
    for by, whole in (
        ("plan", found.by_plan), ("channel", found.by_channel), ("segment", found.by_segment),
    ):  # fmt: skip
        told = wanted(whole)
        until(lambda by=by, told=told: counted(deployed, run, by, told), f"{by} never agreed")  # type: ignore[misc]
    before = figures(deployed)
    redeliver(deployed, client, [one["id"] for one in sent[-200:]])
    assert figures(deployed) == before


def redeliver(deployed: Deployed, client: Any, ids: list[str]) -> None:
    """The stream's function gets these events once more, backwards."""
    keys = [{"pk": {"S": f"event#{id_}"}, "sk": {"S": "event"}} for id_ in reversed(ids)]
    images = [client.get_item(TableName=table_of("local"), Key=key)["Item"] for key in keys]
    records = [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]
    answer = deployed.client("lambda").invoke(
        FunctionName="labverse-local-revenue-stream",
        Qualifier="live",
        Payload=json.dumps({"Records": records}).encode(),
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


@pytest.fixture
def letters(deployed: Deployed) -> Iterator[Callable[[], list[Any]]]:
    """Who is in the dead letters; they are emptied before and after."""
    sqs = deployed.client("sqs")
    url = sqs.get_queue_url(QueueName="labverse-local-dead-letters")["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    yield lambda: [one["for"] for one in json.loads(kimi("events", "list", "--json").stdout)]
    sqs.purge_queue(QueueUrl=url)


def test_a_poison_record_is_buried_mended_and_replayed(
    deployed: Deployed, client: Any, letters: Callable[[], list[Any]]
) -> None:
    run = f"p{clock.new_id()[:6]}"
    good, bad = parse(events(run, 2)[:2]).accepted
    item = event_item(bad)
    client.put_item(TableName=table_of("local"), Item={**item, "record": {"S": "no JSON"}})
    client.put_item(TableName=table_of("local"), Item=event_item(good))

    def agrees(*kept: Any) -> Callable[[], bool]:
        told = wanted(rollup(kept, policy()).by_segment)
        return lambda: counted(deployed, run, "segment", told)

    until(agrees(good), "its neighbour is not counted")
    until(lambda: letters() == ["labverse-local-revenue-stream"], "it is not buried")
    client.put_item(TableName=table_of("local"), Item=item)
    replayed = kimi("events", "replay")
    assert replayed.returncode == 0, replayed.stderr
    until(agrees(good, bad), "the mended record is not counted")
    assert letters() == []


def test_who_is_forgotten_leaves_no_name_in_the_table(deployed: Deployed, client: Any) -> None:
    run = f"e{clock.new_id()[:6]}"
    sent = events(run, 5)[:1]
    who, told = sent[0]["customer"], wanted(rollup(sent, policy()).by_plan)
    deployed.http.post("/api/v2/revenue/events", json={"events": sent}, headers=deployed.key)
    until(lambda: counted(deployed, run, "plan", told), "it is not counted")
    path = f"/api/v2/revenue/customers/{who}"
    assert deployed.http.delete(path, headers=deployed.key).json() == {"erased": True}
    pages = client.get_paginator("scan").paginate(TableName=table_of("local"))
    assert who not in str([item for page in pages for item in page["Items"]])
    assert counted(deployed, run, "plan", told)
