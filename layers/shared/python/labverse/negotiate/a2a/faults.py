"""What an agent may be told instead of a result: JSON-RPC 2.0's errors, and A2A's own.

Codes and reasons are those of A2A 1.0; 0.3 has the same codes, but for the last.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from labverse.kernel.errors import FieldError


class Kind(NamedTuple):
    """A sort of fault. `code` is what programs look at, `reason` its name in 1.0's details."""

    code: int
    reason: str


PARSE_ERROR = Kind(-32700, "PARSE_ERROR")
INVALID_REQUEST = Kind(-32600, "INVALID_REQUEST")
METHOD_NOT_FOUND = Kind(-32601, "METHOD_NOT_FOUND")
INVALID_PARAMS = Kind(-32602, "INVALID_PARAMS")
INTERNAL = Kind(-32603, "INTERNAL_ERROR")
REFUSED = Kind(-32000, "REFUSED")
"""Of ours, in JSON-RPC's range for servers: what HTTP's status says more about."""
TASK_NOT_FOUND = Kind(-32001, "TASK_NOT_FOUND")
TASK_NOT_CANCELABLE = Kind(-32002, "TASK_NOT_CANCELABLE")
PUSH_NOT_SUPPORTED = Kind(-32003, "PUSH_NOTIFICATION_NOT_SUPPORTED")
UNSUPPORTED_OPERATION = Kind(-32004, "UNSUPPORTED_OPERATION")
CONTENT_TYPE_NOT_SUPPORTED = Kind(-32005, "CONTENT_TYPE_NOT_SUPPORTED")
EXTENDED_CARD_NOT_CONFIGURED = Kind(-32007, "EXTENDED_AGENT_CARD_NOT_CONFIGURED")
VERSION_NOT_SUPPORTED = Kind(-32009, "VERSION_NOT_SUPPORTED")


class Fault(Exception):
    """A call that has no result. Caught where calls are answered, never passed on."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        fields: Sequence[FieldError] = (),
        told: Mapping[str, str] | None = None,
    ) -> None:
        """`fields` are listed in the message too: some clients show nothing else."""
        listed = "; ".join(f"{one.field}: {one.message}" for one in fields)
        super().__init__(f"{message}: {listed}" if listed else message)
        self.kind, self.fields, self.told = kind, tuple(fields), dict(told or {})


def invalid(field: str, message: str) -> Fault:
    """Params of which one field cannot be used."""
    found = [FieldError(field=field, message=message)]
    return Fault(INVALID_PARAMS, "these params cannot be used", found)
