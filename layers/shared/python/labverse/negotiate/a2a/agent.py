"""The operations of A2A, over negotiations. A task is a negotiation that the same caller asked for.

Whoever asked sees it; to everybody else there is no such task.
"""

import hashlib
import re
from typing import Any, NamedTuple

from labverse.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from labverse.negotiate.a2a import asking, faults, listing, tasks
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.negotiator import Negotiator
from labverse.negotiate.a2a.wire import GetParams, IdParams, ListParams, Message, SendParams
from labverse.negotiate.models import ID, Negotiation
from labverse.negotiate.service import Asker
from labverse.negotiate.states import State

PATIENCE_SECONDS = 10.0
"""The longest that an answer is held back for a result; the API ends a request after 30 s."""
_ID = re.compile(ID)


class Caller(NamedTuple):
    """Who calls, and how long an answer may be held back for him."""

    requester: str
    patience: float = PATIENCE_SECONDS


class Agent:
    """Every method answers with a task of 1.0 (or a page of them), or raises Fault."""

    def __init__(self, negotiator: Negotiator) -> None:
        self._negotiator = negotiator

    def send(self, params: SendParams, caller: Caller) -> dict[str, Any]:
        """Open what the message asks for, or look at the task that it names.

        The same message again is the same task: its id is made of the message's.
        """
        wish = params.configuration
        if wish.task_push_notification_config is not None:
            raise push_is_off()
        asking.refuse_unwanted(wish.accepted_output_modes)
        message = params.message
        record = self._named(message, caller) if message.task_id else self._opened(message, caller)
        working = record.state is State.WORKING
        if working and not wish.return_immediately and caller.patience > 0:
            record = self._negotiator.wait(record.id, caller.patience, record.state)
        return tasks.task(record, wish.history_length)

    def get(self, params: GetParams, caller: Caller) -> dict[str, Any]:
        """The task as it is now."""
        return tasks.task(self._own(params.id, caller), params.history_length)

    def list(self, params: ListParams, caller: Caller) -> dict[str, Any]:
        """A page of the caller's tasks that are not final; others are found by their id."""
        records = self._negotiator.list_open()
        return listing.page([one for one in records if one.requester == caller.requester], params)

    def cancel(self, params: IdParams, caller: Caller) -> dict[str, Any]:
        """The task, canceled. What is final stays as it is."""
        record = self._own(params.id, caller)
        if not record.state.open:
            raise _not_cancelable(record.id)
        try:
            return tasks.task(self._negotiator.cancel(record.id))
        except Conflict as error:
            final = "state" in error.extra
            raise (_not_cancelable(record.id) if final else _conflicting(error)) from None

    def _opened(self, message: Message, caller: Caller) -> Negotiation:
        asked = asking.read(message)
        asker = Asker(caller.requester, message.context_id)
        task_id = id_of(caller.requester, message.message_id)
        try:
            return self._negotiator.open(task_id, asked.given, asker)
        except InvalidInput as error:
            # Positions age: what could be negotiated when it came may not be so any more.
            there = self._found(task_id, caller)
            if there is None:
                raise _unusable(error, asked.field) from None
            return there
        except Conflict as error:
            raise _conflicting(error) from None

    def _named(self, message: Message, caller: Caller) -> Negotiation:
        """The task that a message is sent to. Nothing is asked of whoever sends it: a person
        decides elsewhere, so an open task stays as it is."""
        record = self._own(message.task_id or "", caller)
        if message.context_id not in (None, tasks.context_id(record)):
            raise faults.invalid("message.contextId", "is not that of the task")
        if not record.state.open:
            state = tasks.STATES[record.state]
            what = f"this task is final ({state}); ask anew, without taskId"
            raise Fault(faults.UNSUPPORTED_OPERATION, what, told={"state": state})
        return record

    def _own(self, task_id: str, caller: Caller) -> Negotiation:
        record = self._found(task_id, caller)
        if record is None:
            raise Fault(faults.TASK_NOT_FOUND, "there is no such task")
        return record

    def _found(self, task_id: str, caller: Caller) -> Negotiation | None:
        try:
            record = self._negotiator.get(task_id) if _ID.fullmatch(task_id) else None
        except NotFound:
            return None
        return record if record and record.requester == caller.requester else None


def id_of(requester: str, message_id: str) -> str:
    """The task that a message opens: another caller's message of that id opens another."""
    digest = hashlib.sha256(f"{requester}\n{message_id}".encode("utf-8", "surrogatepass"))
    return f"a2a-{digest.hexdigest()[:40]}"


def push_is_off() -> Fault:
    """Tasks are asked for; nobody is called back."""
    return Fault(faults.PUSH_NOT_SUPPORTED, "push notifications are off; poll the task")


def _not_cancelable(task_id: str) -> Fault:
    return Fault(faults.TASK_NOT_CANCELABLE, "this task is final", told={"taskId": task_id})


def _unusable(error: InvalidInput, field: str) -> Fault:
    """The same fields as over HTTP, each below the part that held the request."""
    found = [
        FieldError(field=f"{field}.{one.field}" if one.field else field, message=one.message)
        for one in error.fields
    ]
    told = {"outcome": str(error.extra["outcome"])} if "outcome" in error.extra else {}
    return Fault(faults.INVALID_PARAMS, "this cannot be negotiated", found, told)


def _conflicting(error: Conflict) -> Fault:
    if error.extra.get("state") == "other":
        return faults.invalid("message.messageId", "is that of an earlier message, which differs")
    told = {"state": str(error.extra.get("state", "conflict"))}
    if error.retry_after is not None:
        told["retryAfterSeconds"] = str(error.retry_after)
    return Fault(faults.REFUSED, str(error), told=told)
