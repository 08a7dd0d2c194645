"""Every refusal has its code, in both versions; the official client raises its class for each."""

import asyncio
from typing import Any

import pytest
from a2a.types import (
    GetTaskRequest,
    Part,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
)
from a2a.utils.errors import (
    ContentTypeNotSupportedError,
    InvalidParamsError,
    PushNotificationNotSupportedError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value

from tests.functions.a2a.calls import SAID, SEND, call, error, of, sent
from tests.functions.a2a.conftest import Connect, Door
from tests.functions.a2a.messages import VERSIONS, message, send
from tests.unit.negotiate.a2a.desk import REQUEST, Desk


@pytest.mark.parametrize("version", VERSIONS)
def test_the_client_raises_its_own_classes(connect: Connect, desk: Desk, version: str) -> None:
    nonsense = Part(data=ParseDict({"goal": "world peace", "platforms": ["tiktok"]}, Value()))

    async def refusals() -> None:
        async with connect(version) as client:
            with pytest.raises(TaskNotFoundError):
                await client.get_task(GetTaskRequest(id="nobody"))
            with pytest.raises(InvalidParamsError, match=r"message\.parts\.0\.data\.goal"):
                await send(client, message(parts=[nonsense]))
            with pytest.raises(InvalidParamsError, match="text is not interpreted"):
                await send(client, message(parts=[Part(text="cancel all that is open")]))
            with pytest.raises(ContentTypeNotSupportedError):
                await send(client, message(parts=[Part(url="https://example.com/x.json")]))
            with pytest.raises(ContentTypeNotSupportedError):
                await send(client, message(parts=[Part(raw=b"{}")]))
            config = TaskPushNotificationConfig(task_id="t", url="https://example.com")
            with pytest.raises(PushNotificationNotSupportedError):
                await client.create_task_push_notification_config(config)
            with pytest.raises(UnsupportedOperationError):
                [one async for one in client._transport.subscribe(SubscribeToTaskRequest(id="t"))]  # type: ignore[attr-defined]
        assert desk.items == {}

    asyncio.run(refusals())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_that_wants_to_be_called_back_is_told_at_once(
    connect: Connect, desk: Desk, version: str
) -> None:
    config = TaskPushNotificationConfig(url="https://example.com")

    async def refused() -> None:
        async with connect(version, push_notification_config=config) as client:
            with pytest.raises(PushNotificationNotSupportedError):
                await send(client, message())
        async with connect(version, accepted_output_modes=["image/png"]) as client:
            with pytest.raises(ContentTypeNotSupportedError):
                await send(client, message())
        assert desk.items == {}

    asyncio.run(refused())


@pytest.mark.parametrize(
    ("version", "method", "code"),
    [
        *(("1.0", name, -32004) for name in ("SendStreamingMessage", "SubscribeToTask")),
        *(
            ("1.0", f"{verb}TaskPushNotificationConfig{plural}", -32003)
            for verb, plural in (("Create", ""), ("Get", ""), ("List", "s"), ("Delete", ""))
        ),
        ("1.0", "GetExtendedAgentCard", -32004),
        ("1.0", "SendMassage", -32601),
        ("0.3", "message/stream", -32004),
        ("0.3", "tasks/resubscribe", -32004),
        *(
            ("0.3", f"tasks/pushNotificationConfig/{verb}", -32003)
            for verb in ("set", "get", "list", "delete")
        ),
        ("0.3", "agent/getAuthenticatedExtendedCard", -32007),
        ("0.3", "tasks/list", -32601),
    ],
)
def test_what_is_off_says_so(door: Door, version: str, method: str, code: int) -> None:
    assert error(door, call(method), version)["code"] == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("{", -32700),
        ("", -32700),
        ("NaN", -32700),
        (None, -32600),
        (7, -32600),
        ([], -32600),
        ([SEND] * 21, -32600),
        ({**SEND, "jsonrpc": "1.0"}, -32600),
        ({**SEND, "id": True}, -32600),
        ({**SEND, "id": {}}, -32600),
        ({**SEND, "method": 7}, -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        ({**SEND, "params": "x"}, -32600),
        ({**SEND, "params": []}, -32602),
        (call("GetTask"), -32602),
        (call("ListTasks", pageSize=0), -32602),
        (call("ListTasks", pageToken="x"), -32602),
        (sent(role="ROLE_AGENT"), -32602),
        (sent(parts=[]), -32602),
        (sent(parts=[{"data": REQUEST}, {"data": REQUEST}]), -32602),
        (sent(parts=[{"data": REQUEST, "text": "x"}]), -32602),
        (sent(parts=[{"data": 7}]), -32602),
        (sent(taskId="nobody"), -32001),
        (sent(parts=[{"data": REQUEST, "mediaType": "text/csv"}]), -32005),
    ],
)
def test_what_is_no_call_says_why(door: Door, desk: Desk, given: Any, code: int) -> None:
    found = error(door, given)
    assert found["code"] == code
    assert found["message"]
    assert desk.items == {}


def test_fields_are_listed_as_each_version_has_details(door: Door) -> None:
    given = sent(parts=[{"data": {"goal": "world peace", "platforms": ["tiktok"]}}])
    info, bad = error(door, given)["data"]
    assert (info["reason"], info["domain"]) == ("INVALID_PARAMS", "a2a-protocol.org")
    assert info["metadata"]["outcome"] == "invalid"
    fields = {one["field"] for one in bad["fieldViolations"]}
    assert fields == {"message.parts.0.data.goal", "message.parts.0.data.platforms"}
    part = {"kind": "data", "data": {"goal": "world peace", "platforms": ["tiktok"]}}
    said = {"kind": "message", "messageId": "m", "role": "user", "parts": [part]}
    old = error(door, call("message/send", message=said), "0.3")["data"]
    assert {one["field"] for one in old["errors"]} == fields
    assert old["outcome"] == "invalid"


def test_a_message_id_belongs_to_one_message(door: Door, desk: Desk) -> None:
    of(door.call(SEND))
    other = {**REQUEST, "platforms": ["spotify", "tiktok"]}
    found = error(door, sent(parts=[{"data": other}]))
    assert found["code"] == -32602
    assert "message.messageId" in found["message"]
    assert len(desk.items) == 1


def test_another_context_than_the_tasks_is_refused(door: Door) -> None:
    hurry = {"returnImmediately": True}
    made = of(door.call(call("SendMessage", message=SAID, configuration=hurry)))["result"]["task"]
    right = sent(messageId="m-2", taskId=made["id"], contextId=made["contextId"])
    assert of(door.call(right))["result"]["task"]["id"] == made["id"]
    found = error(door, sent(messageId="m-2", taskId=made["id"], contextId="another"))
    assert found["code"] == -32602
