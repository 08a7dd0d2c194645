"""Records of a stream: what is poison goes alone, and what may pass comes again as a whole."""

from collections.abc import Sequence
from typing import Any

import pytest

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.platform.event import Letter
from labverse.platform.stream import Consumer, Work


class Box:
    """Dead letters, in memory."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def bury(self, letter: Letter) -> None:
        self.letters.append(letter)


def batch(*values: int) -> dict[str, Any]:
    return {"Records": [{"eventID": str(value), "value": value} for value in values]}


def run(values: tuple[int, ...], use: Any) -> Box:
    def read(record: dict[str, Any]) -> int:
        value = int(record["value"])
        if value < 0:
            raise ValueError("poison")
        return value

    box = Box()
    Consumer("f", box).take(batch(*values), Work(read, use))
    return box


def buried(box: Box) -> list[tuple[Any, str]]:
    return [(one.event["Records"][0]["value"], one.error) for one in box.letters]


def test_an_unreadable_record_is_buried_alone() -> None:
    used: list[Sequence[int]] = []
    box = run((1, -2, 3), used.append)
    assert used == [[1, 3]]
    assert buried(box) == [(-2, "ValueError")]


def test_one_that_cannot_be_used_is_found_and_buried() -> None:
    used: list[int] = []

    def use(values: Sequence[int]) -> None:
        if 2 in values:
            raise ZeroDivisionError
        used.extend(values)

    assert buried(run((1, 2, 3), use)) == [(2, "ZeroDivisionError")]
    assert used == [1, 3]


def test_what_may_pass_is_raised_before_anything_is_buried() -> None:
    def use(values: Sequence[int]) -> None:
        raise Unavailable("the table is down")

    box = Box()
    with pytest.raises(Unavailable):
        Consumer("f", box).take(
            batch(1, -2), Work(lambda r: int(r["value"]) // (r["value"] + 2), use)
        )
    assert box.letters == []


def test_a_batch_of_poison_alone_uses_nothing() -> None:
    def use(values: Sequence[int]) -> None:
        raise AssertionError("there is nothing to use")

    assert len(run((-1, -2), use).letters) == 2


def test_what_is_no_batch_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Consumer("f", Box()).take({}, Work(lambda r: r, print))
