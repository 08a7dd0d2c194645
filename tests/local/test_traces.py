"""What one answered request leaves behind: an event on the bus, JSON logs, metrics."""

import json
import time
from collections.abc import Callable
from typing import Any

from labverse.route.events import TaskRouted
from tests.cloud import Deployed

PROMPT = "What is the capital of France?"


def until(found: Callable[[], Any], what: str) -> Any:
    """Ask until there is an answer; at most 15 s."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if result := found():
            return result
    raise AssertionError(f"{what} did not come within 15 s")


def test_task_routed_reaches_a_consumer(deployed: Deployed) -> None:
    sqs, events = deployed.client("sqs"), deployed.client("events")
    url = sqs.create_queue(QueueName="heard-by-a-test")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = json.dumps({"source": ["labverse.route"], "detail-type": ["TaskRouted"]})
    events.put_rule(Name="test", EventBusName="labverse", EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="test", EventBusName="labverse", Targets=[target])

    answer = deployed.ask(PROMPT).json()

    def heard() -> Any:
        messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        events = [json.loads(message["Body"])["detail"] for message in messages]
        return [event for event in events if event["trace_id"] == answer["trace_id"]]

    (detail,) = until(heard, "TaskRouted")
    event = TaskRouted.model_validate(detail)
    assert (event.model, event.latency_ms) == (answer["model"], answer["latency_ms"])
    assert PROMPT not in json.dumps(detail)


def test_logs_are_json_with_the_trace_and_without_the_prompt(deployed: Deployed) -> None:
    answer = deployed.ask(PROMPT).json()
    logs = deployed.client("logs")
    group = "/aws/lambda/labverse-local-route-http"

    def lines() -> list[dict[str, Any]]:
        events = logs.filter_log_events(logGroupName=group)["events"]
        texts = [line for event in events for line in event["message"].splitlines()]
        assert all(PROMPT not in text and answer["text"] not in text for text in texts)
        found = [json.loads(text) for text in texts if text.startswith("{")]
        mine = [line for line in found if line.get("correlation_id") == answer["trace_id"]]
        return mine if len(mine) == 4 else []

    mine = until(lines, "the log lines of this request")
    (line,) = [entry for entry in mine if entry.get("message") == "answered"]
    assert (line["service"], line["provider"]) == ("route", answer["provider"])
    metrics = [entry for entry in mine if "_aws" in entry]
    (task,) = [entry for entry in metrics if "TaskLatency" in entry]
    (attempt,) = [entry for entry in metrics if "TaskLatency" not in entry]
    assert task["TaskLatency"] == [answer["latency_ms"]]
    assert attempt["gen_ai.client.operation.duration"]
    (span,) = [entry["span"] for entry in mine if "span" in entry]
    assert span["trace_id"] == answer["trace_id"]
    assert span["attributes"]["gen_ai.usage.output_tokens"] == answer["tokens"]["output"]
