"""What lands in the dead-letter queue, by whom, and where a replay sends it."""

import json
from typing import Any

import pytest

from labverse.adapters.dead_letters import DeadLetters, Unreadable, decoded
from labverse.adapters.sqs_letters import of_stage
from labverse.kernel.errors import Unavailable
from labverse.platform.event import Letter
from tests.unit.adapters.test_aws_adapters import stubbed

EVENT = {"id": "1", "source": "labverse.route", "detail-type": "TaskRouted", "detail": {"a": 1}}
ENTRY = {"EventBusName": "b", "Source": "s", "DetailType": "TaskRouted", "Detail": "{}"}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:labverse-dev-route-event:live"
OURS = {"kind": "unhandled", "consumer": "labverse-dev-route-event", "event": EVENT, "error": "E"}
UNDELIVERED = {"kind": "undelivered", "consumer": "", "event": ENTRY, "error": "Throttled"}
LAMBDA = {
    "version": "1.0",
    "requestContext": {"functionArn": ARN, "condition": "RetriesExhausted"},
    "requestPayload": EVENT,
    "responsePayload": {"errorType": "Unavailable"},
}
TIMED_OUT = {**LAMBDA, "responsePayload": None}
RULE = {
    "TARGET_ARN": {"StringValue": ARN},
    "ERROR_CODE": {"StringValue": "NO_PERMISSIONS"},
}


def message(body: Any, attributes: Any = None) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": text,
        "Attributes": {"SentTimestamp": "1700000000000"},
        "MessageAttributes": attributes or {},
    }


@pytest.mark.parametrize(
    ("body", "attributes", "function", "error"),
    [
        (OURS, None, "labverse-dev-route-event", "E"),
        (UNDELIVERED, None, "", "Throttled"),
        (LAMBDA, None, "labverse-dev-route-event:live", "Unavailable"),
        (TIMED_OUT, None, "labverse-dev-route-event:live", "RetriesExhausted"),
        (EVENT, RULE, "labverse-dev-route-event:live", "NO_PERMISSIONS"),
    ],
)
def test_each_kind_is_understood(body: Any, attributes: Any, function: str, error: str) -> None:
    letter = decoded(message(body, attributes))
    assert (letter.function, letter.error, letter.kind) == (function, error, "TaskRouted")
    assert letter.event == (ENTRY if body is UNDELIVERED else EVENT)
    assert letter.since == 1_700_000_000_000


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("{", None),
        ("[]", None),
        ({}, None),
        (EVENT, None),
        ({"kind": "unhandled"}, None),
        (EVENT, {**RULE, "TARGET_ARN": {"StringValue": "arn:aws:sqs:us-east-1:1:queue"}}),
    ],
)
def test_anything_else_is_left_to_a_person(body: Any, attributes: Any) -> None:
    with pytest.raises(Unreadable):
        decoded(message(body, attributes))


def queue() -> tuple[DeadLetters, dict[str, Any]]:
    made = {name: stubbed(name) for name in ("sqs", "events", "lambda")}
    for _, stub in made.values():
        stub.activate()
    clients = [client for client, _ in made.values()]
    return DeadLetters("https://q", *clients), {name: stub for name, (_, stub) in made.items()}


GONE = {"QueueUrl": "https://q", "ReceiptHandle": "r"}


@pytest.mark.parametrize("body", [OURS, LAMBDA])
def test_a_consumer_alone_gets_its_event_again(body: Any) -> None:
    letters, stubs = queue()
    called = {
        "FunctionName": "labverse-dev-route-event",
        "Qualifier": "live",
        "InvocationType": "Event",
        "Payload": json.dumps(EVENT).encode(),
    }
    stubs["lambda"].add_response("invoke", {"StatusCode": 202}, called)
    stubs["sqs"].add_response("delete_message", {}, GONE)
    letters.replay(decoded(message(body)))
    for stub in stubs.values():
        stub.assert_no_pending_responses()


def test_what_the_bus_did_not_take_goes_to_the_bus() -> None:
    letters, stubs = queue()
    stubs["events"].add_response("put_events", {"FailedEntryCount": 0}, {"Entries": [ENTRY]})
    stubs["sqs"].add_response("delete_message", {}, GONE)
    letters.replay(decoded(message(UNDELIVERED)))
    stubs["sqs"].assert_no_pending_responses()


def test_a_letter_stays_until_it_was_sent() -> None:
    letters, stubs = queue()
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorMessage": "no such bus"}]}
    stubs["events"].add_response("put_events", refused)
    # A deletion would raise here: the stub has no answer for it.
    with pytest.raises(Unreadable, match="no such bus"):
        letters.replay(decoded(message(UNDELIVERED)))


def test_a_letter_is_sent_to_the_queue_of_its_stage() -> None:
    client, stub = stubbed("sqs")
    letter = Letter(kind="unhandled", consumer="c", event={"id": "1"}, error="E")
    asked = {"QueueName": "labverse-dev-dead-letters"}
    stub.add_response("get_queue_url", {"QueueUrl": "https://q"}, asked)
    sent = {"QueueUrl": "https://q", "MessageBody": letter.model_dump_json()}
    stub.add_response("send_message", {}, sent)
    stub.add_client_error("get_queue_url", "AWS.SimpleQueueService.NonExistentQueue")
    with stub:
        of_stage("dev", client).bury(letter)
        with pytest.raises(Unavailable, match="dead-letter"):
            of_stage("dev", client).bury(letter)
