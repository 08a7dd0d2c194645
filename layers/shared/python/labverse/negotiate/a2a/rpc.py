"""JSON-RPC 2.0: one call read, one answer made. Nothing of A2A but how it details its errors."""

from typing import Any, NamedTuple

from labverse.negotiate.a2a.faults import INVALID_REQUEST, Fault
from labverse.negotiate.a2a.versions import Version

Id = str | int | None
_TYPES = "type.googleapis.com/google.rpc"
_DOMAIN = "a2a-protocol.org"
_REQUEST_DOMAIN = "labverse"


class Call(NamedTuple):
    """A call that is a call; whether there is such a method is not looked at yet."""

    id: Id
    method: str
    params: Any
    answered: bool
    """False for a notification: it is done, and nothing is said about it."""


def read(given: Any) -> Call:
    """The call in `given`, parsed JSON. Raises Fault for what is none."""
    if not isinstance(given, dict):
        raise Fault(INVALID_REQUEST, "a request is an object")
    if given.get("jsonrpc") != "2.0":
        raise Fault(INVALID_REQUEST, "`jsonrpc` must be exactly '2.0'")
    if "id" in given and not _is_id(given["id"]):
        raise Fault(INVALID_REQUEST, "`id` must be a string, a whole number or null")
    if not isinstance(given.get("method"), str) or not given["method"]:
        raise Fault(INVALID_REQUEST, "`method` must be a text")
    params = given.get("params", {})
    if not isinstance(params, dict | list):
        raise Fault(INVALID_REQUEST, "`params` must be an object")
    return Call(given.get("id"), given["method"], params, answered="id" in given)


def id_of(given: Any) -> Id:
    """The id of what may not be a call; null where there is none that could be told back."""
    found = given.get("id") if isinstance(given, dict) else None
    return found if _is_id(found) else None


def result(call_id: Id, value: Any) -> dict[str, Any]:
    """The answer to a call that succeeded."""
    return {"jsonrpc": "2.0", "id": call_id, "result": value}


def error(call_id: Id, fault: Fault, version: Version) -> dict[str, Any]:
    """The answer to a call that did not, with its details as the caller's version has them."""
    details = _details(fault) if version is Version.V1_0 else _data(fault)
    told = {"code": fault.kind.code, "message": str(fault)} | ({"data": details} if details else {})
    return {"jsonrpc": "2.0", "id": call_id, "error": told}


def _details(fault: Fault) -> list[dict[str, Any]]:
    """1.0: google.rpc's typed details."""
    ours = fault.kind.code == -32000
    info = {
        "@type": f"{_TYPES}.ErrorInfo",
        "reason": fault.kind.reason,
        "domain": _REQUEST_DOMAIN if ours else _DOMAIN,
        "metadata": fault.told,
    }
    if not fault.fields:
        return [info]
    wrong = [{"field": one.field, "description": one.message} for one in fault.fields]
    return [info, {"@type": f"{_TYPES}.BadRequest", "fieldViolations": wrong}]


def _data(fault: Fault) -> dict[str, Any]:
    """0.3 leaves their form open."""
    wrong = [one.model_dump() for one in fault.fields]
    return {**fault.told, **({"errors": wrong} if wrong else {})}


def _is_id(found: Any) -> bool:
    return found is None or (isinstance(found, str | int) and not isinstance(found, bool))
