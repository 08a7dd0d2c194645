"""Task tokens as AWS has them, closed around the emulator: whose one is, and who fails with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

Execute = Callable[[Any, Any, dict[str, Any], Any], Any]
Invoke = Callable[[str, Any, str, dict[str, Any]], Any]
Call = Callable[[str, Any], Any]
Resource = Callable[..., str]


class TaskTokens:
    """Two gaps of the emulator's workflows, closed around its own functions.

    A state that hands out its token goes on waiting although the function that it called has
    failed, where AWS fails that state at once. And whoever answers a token is asked for a right
    to everything, where AWS asks for the state machine that handed it out.
    """

    def __init__(self, service: Any) -> None:
        """`service` is the emulator's module of Step Functions."""
        self._service = service
        self._here = threading.local()
        self._machines: dict[str, str] = {}

    def close(self) -> None:
        """Put our wrappers in the place of what they wrap."""
        service = self._service
        service._execute_task = self._executed(service._execute_task)
        service._invoke_with_callback = self._awaited(service._invoke_with_callback)
        service._call_lambda = self._called(service._call_lambda)

    def named(self, resource: Resource) -> Resource:
        """Wrap the emulator's idea of what a call is about: an answer is about a state machine."""

        def about(service: str, *call: Any) -> str:
            found = resource(service, *call)
            if service != "states" or found != "*":
                return found
            _method, _path, _headers, body, *_ = call
            token = json.loads(body or b"{}").get("taskToken")
            return self._machines.get(token, found)

        return about

    def _executed(self, execute: Execute) -> Execute:
        def task(state: Any, given: Any, execution: dict[str, Any], context: Any) -> Any:
            self._here.machine = execution["stateMachineArn"]
            return execute(state, given, execution, context)

        return task

    def _awaited(self, invoke: Invoke) -> Invoke:
        def callback(resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
            # Kept when it is used up: on AWS a token says for ever whose it was.
            self._machines[token] = self._here.machine
            self._here.token = token
            return invoke(resource, given, token, state)

        return callback

    def _called(self, call: Call) -> Call:
        def function(reference: str, event: Any) -> Any:
            token, self._here.token = getattr(self._here, "token", None), None
            try:
                return call(reference, event)
            except self._service._ExecutionError as error:
                waiting = self._service._task_tokens.get(token) if token else None
                if waiting is not None:
                    waiting["error"] = {"Error": error.error, "Cause": error.cause}
                    waiting["event"].set()
                raise

        return function
