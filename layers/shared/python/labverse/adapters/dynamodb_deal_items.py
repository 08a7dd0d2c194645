"""The items of negotiations, as DynamoDB holds and changes them.

`deal_id` is a negotiation's id, `terms#<digest>`, or `spent#<currency>#<month>`.
"""

from datetime import timedelta
from typing import Any

from labverse.negotiate.models import Negotiation
from labverse.negotiate.ports import Change, Commitment

INDEX, OPEN = "todo", "open"
# Longer than anybody asks what was agreed, and not for ever: requesters are people.
_KEPT = timedelta(days=400)
# Terms are held by nobody, or by this negotiation, and not agreed.
_FREE = "attribute_not_exists(#holder) OR (#holder = :id AND attribute_not_exists(#agreed))"
_NAMES = {"#holder": "holder", "#agreed": "agreed"}


def key(name: str) -> Any:
    """The key of an item."""
    return {"deal_id": {"S": name}}


def members(record: Negotiation, version: int) -> dict[str, Any]:
    """The attributes of an item; an open one is in the index, a final one goes some day."""
    found = {
        "record": {"S": record.model_dump_json()},
        "version": {"N": str(version)},
        "state": {"S": record.state.value},
    }
    if record.state.open:
        due = {"N": str(int(record.updated_at.timestamp()))}
        return {**found, INDEX: {"S": OPEN}, "due": due}
    return {**found, "expires_at": _until(record)}


def _until(record: Negotiation) -> dict[str, str]:
    return {"N": str(int((record.updated_at + _KEPT).timestamp()))}


def parts(table: str, change: Change) -> list[tuple[str, dict[str, Any]]]:
    """What is written together; `deal` first, as its failure means that we saw too little."""
    made = [("deal", {"Update": _deal(table, change)})]
    record = change.record
    for digest, agreed in ((change.hold, False), (change.agree, True)):
        if digest is not None:
            made.append(("terms", {"Update": _held(table, record, digest, agreed=agreed)}))
    if change.free is not None:
        values = {":id": {"S": record.id}}
        made.append(("terms", {"Delete": _terms(table, change.free, values)}))
    if change.commitment is not None:
        made.append(("money", {"Update": _spent(table, change.commitment)}))
    return made


def _deal(table: str, change: Change) -> dict[str, Any]:
    given = members(change.record, change.seen + 1)
    names = {f"#{name}": name for name in (*given, INDEX, "due")}
    sets = ", ".join(f"#{name} = :{name}" for name in given)
    gone = [f"#{name}" for name in (INDEX, "due") if name not in given]
    return {
        "TableName": table,
        "Key": key(change.record.id),
        "UpdateExpression": f"SET {sets}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
        "ConditionExpression": "#version = :seen",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            ":seen": {"N": str(change.seen)},
            **{f":{name}": value for name, value in given.items()},
        },
    }


def _held(table: str, record: Negotiation, digest: str, *, agreed: bool) -> dict[str, Any]:
    values = {":id": {"S": record.id}, ":until": _until(record)}
    names = {"#until": "expires_at"}
    expression = "SET #holder = :id, #until = :until"
    if agreed:
        expression += ", #agreed = :at"
        values[":at"] = {"S": record.updated_at.isoformat()}
    terms = _terms(table, digest, values)
    terms["ExpressionAttributeNames"] = {**terms["ExpressionAttributeNames"], **names}
    return {**terms, "UpdateExpression": expression}


def _terms(table: str, digest: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key(f"terms#{digest}"),
        "ConditionExpression": _FREE,
        "ExpressionAttributeNames": dict(_NAMES),
        "ExpressionAttributeValues": values,
    }


def _spent(table: str, money: Commitment) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key(f"spent#{money.currency}#{money.month}"),
        "UpdateExpression": "ADD #spent :amount",
        "ConditionExpression": "attribute_not_exists(#spent) OR #spent <= :left",
        "ExpressionAttributeNames": {"#spent": "spent"},
        "ExpressionAttributeValues": {
            ":amount": {"N": f"{money.amount:f}"},
            ":left": {"N": f"{money.limit - money.amount:f}"},
        },
    }
