"""The class name is read from any traceback that Python prints, whatever its message looks like."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_cdk.local.tracebacks import exception_name

FAKE = 'Traceback (most recent call last):\n  File "x"\nother.Fake: no'


class TransientError(Exception):
    """An exception with a module path in front of its name."""


def log_of(error: Exception, before: str = "") -> str:
    """What the emulator hands over: log lines, then the traceback."""
    try:
        raise error
    except Exception:  # noqa: BLE001 - every exception is the subject here
        return f"{before}\n{traceback.format_exc()}"


@given(st.text(max_size=60))
def test_any_message(message: str) -> None:
    error = TransientError(message)
    assert exception_name(log_of(error), str(error)) == "TransientError"


@pytest.mark.parametrize("message", [FAKE, f"two\nlines\n{FAKE}", "a: b: c", "", "\n", "ends\n"])
def test_messages_that_look_like_tracebacks(message: str) -> None:
    error = TransientError(message)
    assert exception_name(log_of(error, before=FAKE), str(error)) == "TransientError"


def test_builtin_and_local_classes() -> None:
    class Inner(ValueError):
        pass

    assert exception_name(log_of(KeyError("k")), "'k'") == "KeyError"
    assert exception_name(log_of(Inner("no")), "no") == "Inner"


def test_a_chained_exception_gives_the_last_one() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise TransientError("second") from first
    except TransientError:
        log = traceback.format_exc()
    assert exception_name(log, "second") == "TransientError"


def test_notes_after_the_message() -> None:
    error = TransientError("busy")
    error.add_note("asked three times")
    assert exception_name(log_of(error), "busy") == "TransientError"


@pytest.mark.parametrize("log", ["", "busy", "INFO something: busy", "X: busy"])
def test_without_a_traceback_there_is_no_name(log: str) -> None:
    assert exception_name(log, "busy") is None
