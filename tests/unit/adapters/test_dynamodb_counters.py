"""Counts on AWS's own protocol: added to, read back, and a table that cannot be asked."""

from typing import Any

import pytest

from labverse.adapters.dynamodb_counters import DynamoCounters
from labverse.kernel.errors import Unavailable
from tests.unit.adapters.test_aws_adapters import stubbed

UNTIL = 1_800_000_000


def adding(counts: dict[str, int]) -> dict[str, Any]:
    adds = ", ".join(f"#n{index} :v{index}" for index in range(len(counts)))
    names = {f"#n{index}": name for index, name in enumerate(counts)}
    values = {f":v{index}": {"N": str(by)} for index, by in enumerate(counts.values())}
    return {
        "TableName": "t",
        "Key": {"name": {"S": "item"}},
        "UpdateExpression": f"ADD {adds} SET #until = :until",
        "ExpressionAttributeNames": {**names, "#until": "expires_at"},
        "ExpressionAttributeValues": {**values, ":until": {"N": str(UNTIL)}},
    }


def test_counts_are_added_by_one_update() -> None:
    client, stub = stubbed("dynamodb")
    counts = {"a|b": 1, "c": 2}
    stub.add_response("update_item", {}, adding(counts))
    with stub:
        DynamoCounters("t", client).add("item", counts, UNTIL)
        stub.assert_no_pending_responses()


def test_more_counts_than_an_expression_takes_are_several_updates() -> None:
    client, stub = stubbed("dynamodb")
    counts = {f"name {index}": index for index in range(150)}
    for part in (list(counts.items())[:100], list(counts.items())[100:]):
        stub.add_response("update_item", {}, adding(dict(part)))
    with stub:
        DynamoCounters("t", client).add("item", counts, UNTIL)
        stub.assert_no_pending_responses()


def test_items_are_read_in_order_and_one_that_is_not_there_is_empty() -> None:
    client, stub = stubbed("dynamodb")
    keys = [{"name": {"S": name}} for name in ("one", "two")]
    two = {"name": {"S": "two"}, "expires_at": {"N": "1"}, "a": {"N": "7"}}
    unread = {"t": {"Keys": keys[1:]}}
    stub.add_response(
        "batch_get_item",
        {"Responses": {"t": []}, "UnprocessedKeys": unread},
        {"RequestItems": {"t": {"Keys": keys}}},
    )
    stub.add_response("batch_get_item", {"Responses": {"t": [two]}}, {"RequestItems": unread})
    with stub:
        assert DynamoCounters("t", client).read(["one", "two"]) == [{}, {"a": 7}]


def test_a_table_that_cannot_be_asked_is_unavailable() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_client_error("update_item", "ThrottlingException")
    stub.add_client_error("batch_get_item", "ThrottlingException")
    with stub:
        with pytest.raises(Unavailable):
            DynamoCounters("t", client).add("item", {"a": 1}, UNTIL)
        with pytest.raises(Unavailable):
            DynamoCounters("t", client).read(["item"])
