"""From a body to its answer: calls of either version, alone or in a batch."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from labverse.kernel.errors import Unavailable
from labverse.negotiate.a2a import faults, legacy, rpc
from labverse.negotiate.a2a.agent import Agent, Caller, push_is_off
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.legacy import OldGetParams, OldSendParams
from labverse.negotiate.a2a.versions import Version, spoken, unsupported
from labverse.negotiate.a2a.wire import GetParams, IdParams, ListParams, SendParams, parsed

MOST_CALLS = 20
"""In one batch."""
Operation = Callable[[Agent, Any, Caller], Any]


class Answer(NamedTuple):
    """What is said back. `body` is None after notifications alone: nothing is said."""

    body: Any
    codes: tuple[int, ...] = ()
    """Of the errors in it."""
    retry_after: int | None = None
    """Seconds, where the one call that was made may succeed later; else None."""
    unavailable: bool = False


def answer(agent: Agent, given: Any, header: str | None, caller: Caller) -> Answer:
    """The answer to `given`, parsed JSON, which says in `header` what version it speaks.

    A batch is answered as JSON-RPC 2.0 has it, but no call of it is held back for a result.
    """
    if not isinstance(given, list):
        return _one(agent, given, header, caller)
    if not 0 < len(given) <= MOST_CALLS:
        fault = Fault(faults.INVALID_REQUEST, f"a batch has 1 to {MOST_CALLS} requests")
        return Answer(rpc.error(None, fault, Version.V1_0), (fault.kind.code,))
    hurried = caller._replace(patience=0.0)
    answers = [_one(agent, call, header, hurried) for call in given]
    told = [one.body for one in answers if one.body is not None]
    return Answer(told or None, tuple(code for one in answers for code in one.codes))


def _one(agent: Agent, given: Any, header: str | None, caller: Caller) -> Answer:
    version, answered = Version.V1_0, True
    try:
        call = rpc.read(given)
        answered = call.answered
        version = spoken(header)
        value = _operation(call.method, version)(agent, call.params, caller)
        made = Answer(rpc.result(call.id, value))
    except Fault as fault:
        if fault.kind is faults.VERSION_NOT_SUPPORTED:
            version = Version.V1_0  # 0.3 has no such error
        body = rpc.error(rpc.id_of(given), fault, version)
        made = Answer(body, (fault.kind.code,))
    except Unavailable as error:
        down = Fault(faults.INTERNAL, str(error), told={"state": "unavailable"})
        body = rpc.error(rpc.id_of(given), down, version)
        made = Answer(body, (down.kind.code,), error.retry_after, unavailable=True)
    return made if answered else made._replace(body=None)


def _operation(method: str, version: Version) -> Operation:
    found = _METHODS[version].get(method)
    if found is not None:
        return found
    others = [other for other in Version if method in _METHODS[other]]
    if others:
        why = f"{method} is of A2A {others[0].value}, and this request speaks {version.value}"
        raise unsupported(why)
    raise Fault(faults.METHOD_NOT_FOUND, f"there is no method {method[:60]!r}")


def _send(agent: Agent, params: Any, caller: Caller) -> Any:
    return {"task": agent.send(parsed(SendParams, params), caller)}


def _get(agent: Agent, params: Any, caller: Caller) -> Any:
    return agent.get(parsed(GetParams, params), caller)


def _list(agent: Agent, params: Any, caller: Caller) -> Any:
    return agent.list(parsed(ListParams, params), caller)


def _cancel(agent: Agent, params: Any, caller: Caller) -> Any:
    return agent.cancel(parsed(IdParams, params), caller)


def _old_send(agent: Agent, params: Any, caller: Caller) -> Any:
    return legacy.task(agent.send(parsed(OldSendParams, params).renewed(), caller))


def _old_get(agent: Agent, params: Any, caller: Caller) -> Any:
    return legacy.task(agent.get(parsed(OldGetParams, params).renewed(), caller))


def _old_cancel(agent: Agent, params: Any, caller: Caller) -> Any:
    return legacy.task(agent.cancel(parsed(IdParams, params), caller))


def _no_push(_agent: Agent, _params: Any, _caller: Caller) -> Any:
    raise push_is_off()


def _no_stream(_agent: Agent, _params: Any, _caller: Caller) -> Any:
    raise Fault(faults.UNSUPPORTED_OPERATION, "streaming is off; poll the task")


def _no_extended_card(_agent: Agent, _params: Any, _caller: Caller) -> Any:
    """1.0: an agent that promises none does not support to be asked for it."""
    raise Fault(faults.UNSUPPORTED_OPERATION, "there is no card but the public one")


def _old_no_extended_card(_agent: Agent, _params: Any, _caller: Caller) -> Any:
    raise Fault(faults.EXTENDED_CARD_NOT_CONFIGURED, "there is no card but the public one")


_METHODS: Mapping[Version, Mapping[str, Operation]] = {
    Version.V1_0: {
        "SendMessage": _send,
        "GetTask": _get,
        "ListTasks": _list,
        "CancelTask": _cancel,
        "SendStreamingMessage": _no_stream,
        "SubscribeToTask": _no_stream,
        "CreateTaskPushNotificationConfig": _no_push,
        "GetTaskPushNotificationConfig": _no_push,
        "ListTaskPushNotificationConfigs": _no_push,
        "DeleteTaskPushNotificationConfig": _no_push,
        "GetExtendedAgentCard": _no_extended_card,
    },
    Version.V0_3: {
        "message/send": _old_send,
        "tasks/get": _old_get,
        "tasks/cancel": _old_cancel,
        "message/stream": _no_stream,
        "tasks/resubscribe": _no_stream,
        "tasks/pushNotificationConfig/set": _no_push,
        "tasks/pushNotificationConfig/get": _no_push,
        "tasks/pushNotificationConfig/list": _no_push,
        "tasks/pushNotificationConfig/delete": _no_push,
        "agent/getAuthenticatedExtendedCard": _old_no_extended_card,
    },
}
METHODS = {version: tuple(found) for version, found in _METHODS.items()}
"""What each version may call."""
