"""Dead letters on the deployed app: `kimi events` shows them, sends them again, loses none."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud import Deployed
from tests.local.test_kimi import kimi


@pytest.fixture
def heard(deployed: Deployed) -> Iterator[Any]:
    """What reaches the bus under a source of this test's own, as a function that reads it."""
    events, sqs = deployed.client("events"), deployed.client("sqs")
    name = f"test-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    bus, target = deployed.facts["event_bus"], attributes["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["labverse.test"]})
    events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "q", "Arn": target}])

    def read() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        return [json.loads(each["Body"]) for each in answer.get("Messages", [])]

    yield read
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["q"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=url)


def test_a_dead_letter_is_shown_sent_again_and_gone(deployed: Deployed, heard: Any) -> None:
    sqs = deployed.client("sqs")
    url = sqs.get_queue_url(QueueName="labverse-local-dead-letters")["QueueUrl"]
    entry = {
        "EventBusName": deployed.facts["event_bus"],
        "Source": "labverse.test",
        "DetailType": "SomethingHappened",
        "Detail": json.dumps({"what": "it"}),
    }
    letter = {"kind": "undelivered", "consumer": "", "event": entry, "error": "Throttled"}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(letter))
    strange = sqs.send_message(QueueUrl=url, MessageBody="not of ours")["MessageId"]

    listed = json.loads(kimi("events", "list", "--json").stdout)
    assert {(each["event"], each["error"].partition(" ")[0]) for each in listed} == {
        ("SomethingHappened", "Throttled"),
        (None, "unreadable"),
    }
    done = kimi("events", "replay")
    assert done.returncode == 1, "one cannot be sent, and whoever scripts this must know"
    assert "1 sent again, 1 kept" in done.stdout
    assert strange in done.stderr
    assert [event["detail"] for event in heard()] == [{"what": "it"}]

    left = json.loads(kimi("events", "list", "--json").stdout)
    assert [each["id"] for each in left] == [strange]
    sqs.purge_queue(QueueUrl=url)
    assert kimi("events", "replay", "--id", "nobody").returncode == 1
    assert json.loads(kimi("events", "list", "--json").stdout) == []
