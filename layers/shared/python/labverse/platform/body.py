"""Make a request's body safe to hand on: small, decoded, JSON. Nothing of ours runs before that."""

import base64
from collections.abc import Iterator
from math import isfinite
from typing import Any

from pydantic_core import from_json

from labverse.kernel.errors import FieldError, InvalidInput, TooLarge, UnsupportedMedia

MAX_BYTES = 1_000_000
JSON = "application/json"
_TOLD = 200  # fields that are listed
RAW = "raw"
"""A body that its entry reads as it came over the wire."""


def with_json_body(event: dict[str, Any]) -> dict[str, Any]:
    """`event` (header names in lower case) with its body as plain JSON text.

    Raises TooLarge (over MAX_BYTES), UnsupportedMedia (declared as something else than JSON) and
    InvalidInput (not UTF-8, not JSON, or numbers such as NaN that JSON does not have).
    """
    headers: dict[str, str] = event["headers"]
    declared = headers.get("content-type", JSON).partition(";")[0].strip().lower()
    raw = _decoded(event)
    _small(raw)
    if declared not in (JSON, ""):
        raise UnsupportedMedia(f"content-type is {declared[:60]!r}; send {JSON}")
    try:
        from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise _unreadable(raw, error) from None
    headers = {**headers, "content-type": JSON}
    return {**event, "headers": headers, "body": raw.decode(), "isBase64Encoded": False}


def with_raw_body(event: dict[str, Any]) -> dict[str, Any]:
    """`event` as it is, if its body is no larger than we read. Raises TooLarge, InvalidInput."""
    _small(_decoded(event))
    return event


def raw_body(event: dict[str, Any]) -> bytes:
    """The bytes that came over the wire. Raises InvalidInput for a spoilt encoding."""
    return _decoded(event)


def _small(raw: bytes) -> None:
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"the body has {len(raw)} bytes; at most {MAX_BYTES} are read")


def _decoded(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise _bad_body("not valid base64") from None


def _unreadable(raw: bytes, error: ValueError) -> InvalidInput:
    """Where only numbers are wrong that JSON does not have, each of them by its place."""
    try:
        fields = list(_not_finite(from_json(raw, allow_inf_nan=True), ()))
    except ValueError:
        return _bad_body(f"not valid JSON: {error}")
    told = [FieldError(field=name, message="must be a finite number") for name in fields[:_TOLD]]
    return InvalidInput("the body cannot be read", told) if told else _bad_body(str(error))


def _not_finite(value: Any, place: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, float) and not isfinite(value):
        yield ".".join(place) or "body"
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for name, one in inner:
        yield from _not_finite(one, (*place, str(name)))


def _bad_body(message: str) -> InvalidInput:
    return InvalidInput("the body cannot be read", [FieldError(field="body", message=message)])
