"""A process that spends: so many tasks at once through the whole router, over one shared ledger.

`python -m tests.local.spender` with a Job as JSON on stdin; says on stdout what it was served.
"""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from labverse.adapters.dynamodb_ledger import DynamoLedger
from labverse.kernel.errors import Unavailable
from labverse.library import router
from labverse.route.ledger import Ask, Denial, Lease, Standing, seconds
from labverse.route.limits import Limits, period_of
from labverse.route.models import AnalyzeRequest


@dataclass(frozen=True)
class Job:
    """`stop`: the hard stop in micro-dollars. `config`: of a router, whose provider is a test's."""

    endpoint: str
    table: str
    config: str
    stop: int
    tasks: int
    shards: int = 1
    naive: bool = False

    def text(self) -> str:
        """What the program reads."""
        return json.dumps(asdict(self))


class Naive(DynamoLedger):
    """What everybody writes first: look whether there is enough, and write down what it cost."""

    def reserve(self, ask: Ask, now: datetime) -> Lease | Denial:
        """Reads, and takes nothing."""
        page = f"{period_of(now)}#0"
        found = self._spent(page)
        told = Standing(period_of(now), self.limits.stop, found, 0, "ok")
        if found + ask.amount > self.limits.stop:
            return Denial("month", self.limits.stop, self.limits.stop - found, 0, told)
        return Lease(ask, page, told)

    def settle(self, lease: Lease, actual: int, now: datetime) -> Standing:
        """Reads again, and writes the sum: what others wrote in between is gone."""
        spent: Any = self._spent(lease.page) + actual
        client: Any = self.store._client  # type: ignore[attr-defined]
        item = {"page": {"S": lease.page}, "month": {"N": str(spent)}}
        client.put_item(TableName=self.store._table, Item=item)  # type: ignore[attr-defined]
        return replace(lease.standing, spent=spent)

    def _spent(self, page: str) -> int:
        (found,) = self.store.read([page])
        return found.spent("month", seconds(datetime.now().astimezone()))


def ledger(job: Job) -> DynamoLedger:
    """The job's, on the local cloud."""
    make: Any = boto3.client
    client = make(
        "dynamodb",
        endpoint_url=job.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=64),
    )
    budget = {"per_month_usd": Decimal(job.stop).scaleb(-6), "stop_percent": 100}
    kind: Callable[..., DynamoLedger] = Naive if job.naive else DynamoLedger
    return kind(job.table, client, Limits.model_validate({**budget, "shards": job.shards}))


def spend(job: Job) -> dict[str, int]:
    """How many tasks were served, how many were not, and what those that were cost."""
    made = router(Path(job.config), {"alpha": "key"}, ledger(job))

    def answered(number: int) -> int | None:
        try:
            answer = made.answer(AnalyzeRequest(text=f"Question {number}?"))
        except Unavailable:
            return None
        return int(answer.cost_usd * 1_000_000)

    with ThreadPoolExecutor(job.tasks) as pool:
        costs = [cost for cost in pool.map(answered, range(job.tasks)) if cost is not None]
    return {"served": len(costs), "refused": job.tasks - len(costs), "cost": sum(costs)}


if __name__ == "__main__":
    print(json.dumps(spend(Job(**json.load(sys.stdin)))))
