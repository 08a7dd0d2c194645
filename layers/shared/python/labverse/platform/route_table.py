"""Which route a request is for: by method and path, where `<name>` stands for one segment."""

import re
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
_PARAMETER = re.compile(r"<\w+>")
# What a segment may hold that an id of ours is made of; a slash begins the next one.
_SEGMENT = r"[A-Za-z0-9._~-]{1,128}"


class _Pattern(NamedTuple, Generic[T]):
    method: str
    rule: re.Pattern[str]
    value: T


class RouteTable(Generic[T]):
    """A path that is written out comes before one with parameters."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], T] = {}
        self._patterns: list[_Pattern[T]] = []
        self.known: set[tuple[str, str]] = set()
        """Method and path of everything registered, as it was given."""

    def add(self, method: str, path: str, value: T) -> None:
        """Register `value`. A path with parameters is Powertools': `/negotiations/<id>`."""
        self.known.add((method, path))
        parts = _PARAMETER.split(path)
        if len(parts) == 1:
            self._exact[(method, path)] = value
            return
        rule = re.compile(_SEGMENT.join(map(re.escape, parts)), re.ASCII)
        self._patterns.append(_Pattern(method, rule, value))

    def find(self, method: str, path: str) -> T | None:
        """What is registered for this request, if anything is."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        matching = (
            pattern.value
            for pattern in self._patterns
            if pattern.method == method and pattern.rule.fullmatch(path)
        )
        return next(matching, None)
