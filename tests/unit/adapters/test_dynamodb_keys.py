"""Key records on DynamoDB's own protocol, with its answers scripted by botocore's stubber."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import ANY

from labverse.adapters.dynamodb_keys import DynamoKeys
from labverse.kernel.errors import Conflict, Unavailable
from labverse.platform.keys import mint
from tests.unit.adapters.test_aws_adapters import stubbed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_, RECORD = mint("test", frozenset({"route", "admin"}), NOW)
ITEM = {"key_id": {"S": RECORD.key_id}, "record": {"S": RECORD.model_dump_json()}}


def test_a_key_survives_the_table() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_response("put_item", {}, {"TableName": "t", "Item": ITEM, "ConditionExpression": ANY})
    stub.add_response("get_item", {"Item": ITEM})
    with stub:
        DynamoKeys("t", client).put(RECORD)
        assert DynamoKeys("t", client).get(RECORD.key_id) == RECORD


def test_an_absent_key_is_none() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_response("get_item", {})
    with stub:
        assert DynamoKeys("t", client).get("nobody") is None


def test_a_taken_id_is_a_conflict_and_any_other_error_is_unavailable() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_client_error("put_item", "ConditionalCheckFailedException")
    stub.add_client_error("put_item", "ResourceNotFoundException")
    stub.add_client_error("get_item", "AccessDeniedException")
    with stub:
        with pytest.raises(Conflict):
            DynamoKeys("t", client).put(RECORD)
        with pytest.raises(Unavailable, match="written"):
            DynamoKeys("t", client).put(RECORD)
        with pytest.raises(Unavailable, match="read"):
            DynamoKeys("t", client).get("x")


def test_a_record_is_replaced_only_as_it_was_read_however_it_is_written_there() -> None:
    client, stub = stubbed("dynamodb")
    gone = RECORD.model_copy(update={"revoked_at": NOW})
    spaced = json.dumps(json.loads(RECORD.model_dump_json()), indent=2)
    for there in (spaced, gone.model_dump_json(), RECORD.model_dump_json()):
        stub.add_response("get_item", {"Item": {**ITEM, "record": {"S": there}}})
        if there is spaced:
            expected = {
                "TableName": "t",
                "Item": {**ITEM, "record": {"S": gone.model_dump_json()}},
                "ConditionExpression": "#record = :old",
                "ExpressionAttributeNames": {"#record": "record"},
                "ExpressionAttributeValues": {":old": {"S": spaced}},
            }
            stub.add_response("put_item", {}, expected)
    stub.add_client_error("put_item", "ConditionalCheckFailedException")
    with stub:
        DynamoKeys("t", client).replace(RECORD, gone)
        for _ in ("another is there", "somebody is quicker"):
            with pytest.raises(Conflict):
                DynamoKeys("t", client).replace(RECORD, gone)
        stub.assert_no_pending_responses()


def test_a_record_that_somebody_spoilt_opens_nothing_and_stops_nothing(log: io.StringIO) -> None:
    client, stub = stubbed("dynamodb")
    spoilt = {**ITEM, "record": {"S": '{"hash": "which-nobody-may-see"'}}
    stub.add_response("get_item", {"Item": spoilt})
    stub.add_response("scan", {"Items": [spoilt, ITEM]})
    with stub:
        assert DynamoKeys("t", client).get(RECORD.key_id) is None
        assert DynamoKeys("t", client).list() == (RECORD,)
    assert "cannot be read" in log.getvalue()
    assert "which-nobody-may-see" not in log.getvalue()


def test_all_keys_are_listed_page_by_page_oldest_first() -> None:
    client, stub = stubbed("dynamodb")
    _, later = mint("later", frozenset({"route"}), NOW + timedelta(days=1))
    end = {"key_id": {"S": later.key_id}}
    first = {"Items": [{"record": {"S": later.model_dump_json()}}], "LastEvaluatedKey": end}
    asked = {"TableName": "t", "ConsistentRead": True}
    stub.add_response("scan", first, asked)
    more = {**asked, "ExclusiveStartKey": end}
    stub.add_response("scan", {"Items": [ITEM]}, more)
    stub.add_client_error("scan", "AccessDeniedException")
    with stub:
        assert DynamoKeys("t", client).list() == (RECORD, later)
        with pytest.raises(Unavailable, match="read"):
            DynamoKeys("t", client).list()
