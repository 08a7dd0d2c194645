"""A workflow task's errors are classes that the state machine names."""

import pytest

from labverse.kernel.errors import InvalidInput
from labverse.kernel.model import Model
from labverse.platform import task


class Doubled(Model):
    number: int


def double(request: Doubled, trace_id: str) -> Doubled:
    assert trace_id == "t"
    return Doubled(number=request.number * 2)


def test_one_model_in_one_model_out() -> None:
    assert task.run({"trace_id": "t", "request": {"number": 2}}, Doubled, double) == {"number": 4}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"trace_id": "t", "request": {"number": "two"}}, "number"),
        ({"trace_id": "t", "request": {"number": 2, "more": 1}}, "more"),
        ({"request": {"number": 2}}, "trace_id"),
        ({"trace_id": "t", "request": 3}, "request"),
    ],
)
def test_bad_input_names_the_field_and_quotes_nothing(event: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput, match=field) as caught:
        task.run(event, Doubled, double)
    assert "two" not in str(caught.value), "what a caller sent does not belong in a log"
