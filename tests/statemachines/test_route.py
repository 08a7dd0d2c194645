"""Paths through statemachines/route.asl.json, walked on the deployed local cloud."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud import Deployed

TASK = "labverse-local-route-task"


def walk(deployed: Deployed, request: dict[str, Any]) -> tuple[dict[str, Any], list[str], int]:
    """Run once; the execution, the states entered in order, and how many calls failed."""
    states = deployed.client("stepfunctions")
    arn = states.start_execution(
        stateMachineArn=deployed.facts["state_machine_arns"]["route"], input=json.dumps(request)
    )["executionArn"]
    deadline = time.monotonic() + 60
    while (run := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "still running after 60 s"
    history = states.get_execution_history(executionArn=arn)["events"]
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in history
        if event["type"].endswith("StateEntered")
    ]
    return run, entered, sum(event["type"] == "TaskFailed" for event in history)


@pytest.fixture
def without_model(deployed: Deployed) -> Iterator[None]:
    """The task function of a deployment whose model is gone: the primary path fails for real."""
    functions = deployed.client("lambda")
    live: Any = functions.get_alias(FunctionName=TASK, Name="live")["FunctionVersion"]
    before = functions.get_function_configuration(FunctionName=TASK)["Environment"]
    gone = {"Variables": {**before["Variables"], "LOCAL_MODEL_URL": "http://127.0.0.1:1/v1"}}
    functions.update_function_configuration(FunctionName=TASK, Environment=gone)
    broken = functions.publish_version(FunctionName=TASK)["Version"]
    functions.update_alias(FunctionName=TASK, Name="live", FunctionVersion=broken)
    yield
    functions.update_alias(FunctionName=TASK, Name="live", FunctionVersion=live)
    functions.update_function_configuration(FunctionName=TASK, Environment=before)


def test_an_answer_is_one_state(deployed: Deployed) -> None:
    run, entered, failed = walk(deployed, {"text": "What is the capital of France?"})
    assert (run["status"], entered, failed) == ("SUCCEEDED", ["Answer"], 0)
    answer = json.loads(run["output"])
    assert "Paris" in answer["text"]
    assert answer["trace_id"] == run["name"]


def test_a_wrong_request_is_rejected_without_a_retry(deployed: Deployed) -> None:
    run, entered, failed = walk(deployed, {"text": "", "colour": "red"})
    assert (run["status"], run["error"]) == ("FAILED", "InvalidInput")
    assert (entered, failed) == (["Answer", "Rejected"], 1)
    assert "text" in run["cause"]
    assert "colour" in run["cause"]


@pytest.mark.usefixtures("without_model")
def test_an_absent_model_is_retried_by_name_and_then_told(deployed: Deployed) -> None:
    run, entered, failed = walk(deployed, {"text": "What is the capital of France?"})
    assert (run["status"], run["error"]) == ("FAILED", "Unavailable")
    assert set(entered) == {"Answer", "Unanswered"}
    assert failed == 4, "one call and the three retries of Retry[Unavailable]"
