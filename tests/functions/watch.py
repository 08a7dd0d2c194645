"""Which function calls AWS for what, while a test drives its handler."""

import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

from tests.infra.grants import Call, kinds

HANDLER = re.compile(r"/functions/(\w+)/handler\.py$")


class Watch:
    """Hands out clients that note each call before it is made."""

    def __init__(self, make: Callable[[str], Any], environment: Mapping[str, str]) -> None:
        self._make, self._environment = make, environment
        self._calls: dict[str, Call] = {}

    @property
    def calls(self) -> list[Call]:
        """What was called, each kind of call once."""
        return list(self._calls.values())

    def client(self, service: str) -> "Watched":
        """A client of `service`, as the one that `make` makes."""
        return Watched(self, service, self._make(service))

    def note(self, service: str, method: str, arguments: dict[str, Any]) -> None:
        """Remember who made this call, and which of its arguments came from the environment."""
        asked = _asking()
        if asked is not None:
            texts = set(_texts(arguments))
            named = tuple(name for name, value in self._environment.items() if value in texts)
            call = Call(*asked, service, method, kinds(arguments), named)
            self._calls.setdefault(str(call), call)


class Watched:
    """A client; every call of it is noted."""

    def __init__(self, watch: Watch, service: str, client: Any) -> None:
        self._watch, self._service, self._client = watch, service, client

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._client, method)
        if not callable(found):
            return found

        def call(**arguments: Any) -> Any:
            self._watch.note(self._service, method, arguments)
            return found(**arguments)

        return call


def _asking() -> tuple[str, str] | None:
    """The capability and the entry at the bottom of this call: a worker's is its request's."""
    frames = sys._current_frames()
    for thread in (threading.current_thread(), threading.main_thread()):
        found = [
            (hit[1], frame.f_code.co_name)
            for frame in _below(frames.get(thread.ident or 0))
            if (hit := HANDLER.search(frame.f_code.co_filename))
        ]
        if found:
            return found[-1]
    return None


def _below(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
