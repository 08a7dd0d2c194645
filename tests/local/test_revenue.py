"""The revenue ledger on the deployed local cloud: many writers, a real stream, and poison."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.config import Config

from labverse.adapters import clock
from labverse.adapters.bookkeeping import pause
from labverse.adapters.dynamodb_book import DynamoBook
from labverse.adapters.dynamodb_revenue import event_item, table_of
from labverse.revenue.ledger import rollup
from labverse.revenue.models import parse
from labverse.revenue.report import Receipt, shown
from labverse.revenue.service import Recording
from tests.cloud import Deployed
from tests.local.movements import DAYS, FIRST, Given, events, policy
from tests.local.test_kimi import kimi

WRITERS, SECONDS = 200, 45


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

    def write(number: int) -> Receipt:
        pile = list(piles[number])
        random.Random(number).shuffle(pile)
        start.wait()
        return posted(deployed, pile) if number % 50 == 0 else record(pile)

    with ThreadPoolExecutor(WRITERS) as pool:
        receipts = list(pool.map(write, range(WRITERS)))
    assert [one for receipt in receipts for one in receipt.rejected] == []
    # What was kept by a try that said 503 is a duplicate to the next one.
    assert sum(one.accepted for one in receipts) <= len(sent)
    assert sum(one.accepted + one.duplicate for one in receipts) == 2 * len(sent)
    found = rollup(sent, rates)
    for by, whole in (
        ("plan", found.by_plan), ("channel", found.by_channel), ("segment", found.by_segment),
    ):  # fmt: skip
        told = wanted(whole)
        until(lambda by=by, told=told: counted(deployed, run, by, told), f"{by} never agreed")  # type: ignore[misc]
    before = figures(deployed)
    redeliver(deployed, client, [one["id"] for one in sent[-200:]])
    assert figures(deployed) == before


def posted(deployed: Deployed, pile: Given) -> Receipt:
    """As a client does it: again while the answer is 503."""
    for _ in range(10):
        answer = deployed.http.post(
            "/api/v2/revenue/events",
            json={"events": pile},
            headers=deployed.key,
            timeout=120,
        )
        if answer.status_code != 503:
            break
    assert answer.status_code == 200, answer.text
    return Receipt.model_validate(answer.json())


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
