"""Errors as RFC 9457 problem documents, in the shape API Gateway expects from a function."""

import json
from http import HTTPStatus
from typing import Any

from labverse.kernel import errors

CONTENT_TYPE = "application/problem+json"

_STATUS: dict[type[errors.LabverseError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Refused: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Internal(errors.LabverseError):
    """What a caller is told about a fault of ours: nothing but how to report it."""

    code = "internal"


def problem(error: errors.LabverseError, trace_id: str) -> dict[str, Any]:
    """The HTTP response for `error`. `trace_id` is the id that our log lines carry."""
    known = (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    status = next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
    body = {
        "type": f"urn:labverse:problem:{error.code}",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "trace_id": trace_id,
        **error.extra,
    }
    headers = {"content-type": CONTENT_TYPE, "cache-control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="labverse"'
    if isinstance(error, errors.NotAllowed):
        headers["allow"] = ", ".join(error.extra.get("allow", ()))
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    text = json.dumps(body, ensure_ascii=True)
    return {"statusCode": status.value, "headers": headers, "body": text, "isBase64Encoded": False}
