"""Whether an answer refuses in the format that its route promises."""

import json
from typing import Any


def is_refusal(operation: dict[str, Any], answer: dict[str, Any], status: int) -> bool:
    """Whether `answer` refuses in the format that the document shows for that status."""
    (media,) = operation["responses"][str(status)]["content"]
    if "problem" in media:
        return is_problem(answer, status)
    known = _is_json_rpc_error if "a2a" in operation["tags"] else _is_openai_error
    return known(answer, status)


def _is_json_rpc_error(answer: dict[str, Any], status: int) -> bool:
    told = json.loads(answer["body"])
    (info,) = told["error"]["data"]
    return bool(
        answer["statusCode"] == status
        and told.keys() == {"jsonrpc", "id", "error"}
        and isinstance(told["error"]["code"], int)
        and info["metadata"]["traceId"] == "r"
    )


def _is_openai_error(answer: dict[str, Any], status: int) -> bool:
    error = json.loads(answer["body"])["error"]
    return bool(
        answer["statusCode"] == status
        and error.keys() == {"message", "type", "param", "code"}
        and answer["headers"]["content-type"] == "application/json"
        and answer["headers"]["x-labverse-trace-id"] == "r"
    )


def is_problem(answer: dict[str, Any], status: int) -> bool:
    kinds = {**answer["headers"], **answer.get("multiValueHeaders", {})}
    body = json.loads(answer["body"])
    return bool(
        answer["statusCode"] == status == body["status"]
        and kinds["content-type"] == "application/problem+json"
        and body["trace_id"] == "r"
    )
