"""A metric's name says how its trouble travels."""

import pytest

from labverse.runbook.kinds import Kind, kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Requests", Kind.LOAD),
        ("request_count", Kind.LOAD),
        ("RequestLatency", Kind.HARM),
        ("request errors", Kind.HARM),
        ("HTTP 5xx", Kind.HARM),
        ("latency-p99", Kind.HARM),
        ("Availability", Kind.HEALTH),
        ("CPUUtilization", Kind.RESOURCE),
        ("memory_mb", Kind.RESOURCE),
        ("Invocations", Kind.LOAD),
        ("temperature", Kind.OTHER),
    ],
)
def test_kinds(name: str, expected: Kind) -> None:
    assert kind(name) is expected
