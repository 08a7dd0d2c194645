"""A2A 0.3: its params read into 1.0's, and tasks written as it has them.

There, `kind` says what an object is, roles and states are in lower case, and a part that is no text
and no data is a file.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from labverse.negotiate.a2a.wire import (
    Configuration,
    GetParams,
    Message,
    OptionalText,
    Part,
    SendParams,
    Text,
    Wire,
)

_STATE = "TASK_STATE_"
_ROLES = {"ROLE_USER": "user", "ROLE_AGENT": "agent"}
_Length = Annotated[int | None, Field(ge=0, lt=2**31)]


class OldFile(Wire):
    """A file, in the message or somewhere else."""

    bytes: str | None = None
    uri: str | None = None


class OldText(Wire):
    """A part that is read by people."""

    kind: Literal["text"]
    text: str

    def part(self) -> Part:
        """As 1.0 has it."""
        return Part(text=self.text)


class OldData(Wire):
    """A part that is read by programs."""

    kind: Literal["data"]
    data: dict[str, Any]

    def part(self) -> Part:
        """As 1.0 has it."""
        return Part(data=self.data)


class OldFilePart(Wire):
    """A part that is a file."""

    kind: Literal["file"]
    file: OldFile

    def part(self) -> Part:
        """As 1.0 has it; a file without content is an empty one."""
        if self.file.uri is not None:
            return Part(url=self.file.uri)
        return Part(raw=self.file.bytes or "")


OldPart = Annotated[OldText | OldData | OldFilePart, Field(discriminator="kind")]


class OldMessage(Wire):
    """What somebody says to this agent."""

    message_id: Text
    role: Literal["user"]
    parts: list[OldPart] = Field(min_length=1, max_length=100)
    context_id: OptionalText = None
    task_id: OptionalText = None


class OldConfiguration(Wire):
    """`blocking` is the opposite of 1.0's `returnImmediately`."""

    accepted_output_modes: list[str] = Field(default=[])
    push_notification_config: Any = None
    history_length: _Length = None
    blocking: bool = True


class OldSendParams(Wire):
    """Of message/send."""

    message: OldMessage
    configuration: OldConfiguration = OldConfiguration()

    def renewed(self) -> SendParams:
        """As 1.0 has them."""
        asked, said = self.configuration, self.message
        message = Message(
            message_id=said.message_id,
            role="ROLE_USER",
            parts=[one.part() for one in said.parts],
            context_id=said.context_id,
            task_id=said.task_id,
        )
        configuration = Configuration(
            accepted_output_modes=asked.accepted_output_modes,
            task_push_notification_config=asked.push_notification_config,
            history_length=_limit(asked.history_length),
            return_immediately=not asked.blocking,
        )
        return SendParams(message=message, configuration=configuration)


class OldGetParams(Wire):
    """Of tasks/get."""

    id: Text
    history_length: _Length = None

    def renewed(self) -> GetParams:
        """As 1.0 has them."""
        return GetParams(id=self.id, history_length=_limit(self.history_length))


def _limit(length: int | None) -> int | None:
    """0 is no limit in 0.3, and no history in 1.0."""
    return length or None


def task(made: dict[str, Any]) -> dict[str, Any]:
    """A task of 1.0 as 0.3 has it."""
    status = made["status"]
    old: dict[str, Any] = {
        **made,
        "kind": "task",
        "status": {
            "state": status["state"].removeprefix(_STATE).lower().replace("_", "-"),
            "message": _message(status["message"]),
            "timestamp": status["timestamp"],
        },
    }
    if "artifacts" in made:
        old["artifacts"] = [
            {**artifact, "parts": [_part(part) for part in artifact["parts"]]}
            for artifact in made["artifacts"]
        ]
    if "history" in made:
        old["history"] = [_message(message) for message in made["history"]]
    return old


def _message(made: dict[str, Any]) -> dict[str, Any]:
    parts = [_part(part) for part in made["parts"]]
    return {**made, "kind": "message", "role": _ROLES[made["role"]], "parts": parts}


def _part(made: dict[str, Any]) -> dict[str, Any]:
    """Parts of ours are text or data; a 0.3 part has no media type of its own."""
    kind = "data" if "data" in made else "text"
    return {"kind": kind, kind: made[kind]}
