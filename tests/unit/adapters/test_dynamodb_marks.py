"""Marks and deliveries where DynamoDB cannot be reached: nothing is taken for done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from labverse.adapters.dynamodb_marks import DynamoDeliveries, DynamoMarks
from labverse.kernel.errors import Unavailable

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FAILURES = [
    ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem"),
    EndpointConnectionError(endpoint_url="https://dynamodb"),
]


class Down:
    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def get_item(self, **_: Any) -> Any:
        raise self.failure

    update_item = get_item


@pytest.mark.parametrize("failure", FAILURES)
def test_what_cannot_be_reached_is_unavailable(failure: Exception) -> None:
    client: Any = Down(failure)
    marks, deliveries = DynamoMarks("t", client), DynamoDeliveries("t", client)
    for call in (
        lambda: marks.marked("a"),
        lambda: marks.mark("a", 1),
        lambda: deliveries.claim("a", NOW, NOW + timedelta(seconds=45)),
        lambda: deliveries.done("a"),
        lambda: deliveries.give_back("a", NOW),
    ):
        with pytest.raises(Unavailable):
            call()
