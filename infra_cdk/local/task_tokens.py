"""Task tokens as AWS has them: a state whose function fails has failed, token or not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

Invoke = Callable[[str, Any, str, dict[str, Any]], Any]
Call = Callable[[str, Any], Any]


class TaskTokens:
    """A gap of the emulator's workflows, closed around its own functions.

    A state that hands out its token goes on waiting although the function that it called has
    failed, where AWS fails that state at once.
    """

    def __init__(self, service: Any) -> None:
        """`service` is the emulator's module of Step Functions."""
        self._service = service
        self._here = threading.local()

    def close(self) -> None:
        """Put our wrappers in the place of what they wrap."""
        service = self._service
        service._invoke_with_callback = self._awaited(service._invoke_with_callback)
        service._call_lambda = self._called(service._call_lambda)

    def _awaited(self, invoke: Invoke) -> Invoke:
        def callback(resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
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
