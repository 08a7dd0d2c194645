"""What a client says, and what it sees of the tasks it gets."""

from typing import Any

from a2a.client import Client
from a2a.types import (
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    Task,
)
from a2a.utils.proto_utils import validate_proto_required_fields
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Value

from tests.unit.negotiate.a2a.desk import REQUEST

VERSIONS = ("1.0", "0.3")


def message(message_id: str = "m-1", **members: Any) -> Message:
    """One that asks for the demo's negotiation."""
    part = Part(data=ParseDict(REQUEST, Value()), media_type="application/json")
    given = {"message_id": message_id, "role": Role.ROLE_USER, "parts": [part]}
    return Message(**{**given, **members})


async def send(client: Client, said: Message, at_once: bool = True) -> Task:
    """The task that the client gets."""
    asked = SendMessageRequest(
        message=said, configuration=SendMessageConfiguration(return_immediately=at_once)
    )
    (answer,) = [one async for one in client.send_message(asked)]
    return whole(answer.task)


def whole(task: Task) -> Task:
    """The task, which has all that A2A says a task must have."""
    validate_proto_required_fields(task)
    return task


async def get(client: Client, task_id: str) -> Task:
    return whole(await client.get_task(GetTaskRequest(id=task_id)))


def data_of(task: Task) -> Any:
    """What the one artifact holds for programs."""
    (artifact,) = task.artifacts
    return MessageToDict(artifact.parts[0].data)
