"""Every error the product raises on purpose.

LabverseError
├── InvalidInput      the caller must change the request     (HTTP 422, never retried)
├── TooLarge          the request is bigger than we read     (HTTP 413, never retried)
├── UnsupportedMedia  the body is not JSON                  (HTTP 415, never retried)
├── Unauthenticated   no key, or one we do not know          (HTTP 401, never retried)
├── Refused           known caller, not allowed or no money  (HTTP 403, never retried)
├── NotFound          the thing named does not exist         (HTTP 404, never retried)
├── NotAllowed        the path exists, the method does not   (HTTP 405, never retried)
├── Conflict          someone else changed it first          (HTTP 409, retried by the caller)
└── Unavailable       a dependency failed, try again later   (HTTP 503, retried by the workflow)

Workflows match these class names in Retry and Catch, so renaming one is a breaking change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from labverse.kernel.model import Model


class FieldError(Model):
    """One field of a request that cannot be used, and why. `field` is dotted: `context.age`.

    `kind` is the validator's name for the error, for answers whose format has a word for it.
    """

    field: str
    message: str
    kind: str = Field(default="", exclude=True)


class LabverseError(Exception):
    """Base of all deliberate errors. `code` is stable; the message is safe to show a caller."""

    code = "internal"
    retry_after: int | None = None
    """Seconds until trying again is worth it, where that is known."""

    def __init__(self, message: str, *, extra: Mapping[str, Any] | None = None) -> None:
        """`extra` holds JSON-ready members that the HTTP problem carries beside the message."""
        super().__init__(message)
        self.extra = dict(extra or {})


class InvalidInput(LabverseError):
    """The request cannot be used as it is; every bad field is listed."""

    code = "invalid_input"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        """The fields travel in the message too: a workflow sees nothing else."""
        listed = "; ".join(f"{item.field}: {item.message}" for item in fields)
        super().__init__(f"{message}: {listed}" if listed else message)
        self.fields = tuple(fields)
        self.extra = {"errors": [item.model_dump() for item in fields]}


class TooLarge(LabverseError):
    """The request is larger than this product reads."""

    code = "too_large"


class UnsupportedMedia(LabverseError):
    """The body is of a type this product does not read."""

    code = "unsupported_media_type"


class Unauthenticated(LabverseError):
    """No API key, or one that is wrong or revoked."""

    code = "unauthenticated"


class Refused(LabverseError):
    """The caller is known and may not do this."""

    code = "refused"


class NotFound(LabverseError):
    """The thing named does not exist."""

    code = "not_found"


class NotAllowed(LabverseError):
    """The path exists, but not with this method."""

    code = "method_not_allowed"


class Conflict(LabverseError):
    """Someone else changed it first."""

    code = "conflict"

    def __init__(
        self,
        message: str,
        *,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`: seconds until whoever was first may be done."""
        super().__init__(message, extra=extra)
        self.retry_after = retry_after


class Unavailable(LabverseError):
    """A dependency failed or is not there; trying again later may work."""

    code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`: seconds until trying again is worth it, where that is known."""
        super().__init__(message, extra=extra)
        self.retry_after = retry_after
