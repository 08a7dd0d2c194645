"""Why a workflow broke, in words for people."""

from pydantic_core import from_json

from labverse.kernel import errors
from labverse.negotiate.states import Reason

_LONGEST = 500
_OURS: tuple[type[errors.LabverseError], ...] = (
    errors.InvalidInput,
    errors.TooLarge,
    errors.Refused,
    errors.NotFound,
    errors.Conflict,
    errors.Unavailable,
)
_CODES = {kind.__name__: kind.code for kind in _OURS}


def why(error: str, cause: str | None) -> str:
    """A reason as a record has it, of an error's name and its cause as a workflow tells them.

    What we raise on purpose is meant to be read; of anything else, nothing but its name is told.
    """
    if error not in _CODES:
        return f"{Reason.INTERRUPTED}: {error}"[:_LONGEST]
    said = _message(cause or "")
    return f"{_CODES[error]}: {said}"[:_LONGEST] if said else _CODES[error]


def _message(cause: str) -> str:
    """Of a function's error, which Lambda writes as JSON, perhaps cut off."""
    try:
        found = from_json(cause, allow_partial=True)
    except ValueError:
        return ""
    said = found.get("errorMessage") if isinstance(found, dict) else None
    return " ".join(said.split()) if isinstance(said, str) else ""
