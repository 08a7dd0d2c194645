"""A message is one task for ever, whatever has become of what it holds."""

import pytest

from labverse.negotiate.a2a.agent import Caller
from labverse.negotiate.a2a.faults import Fault
from labverse.negotiate.a2a.wire import SendParams, parsed
from labverse.negotiate.models import Negotiation
from labverse.negotiate.states import State
from tests.functions.negotiate.stated import changed, three_prices
from tests.unit.negotiate.a2a.desk import ME, POLICY, REQUEST, Desk


def test_positions_may_age_after_they_came() -> None:
    desk, hurried = Desk(), Caller(ME.requester, patience=0)
    body = three_prices()
    for place in range(2):
        body = changed(body, f"positions.{place}.as_of", desk.clock.now().isoformat())
    said = {"messageId": "m", "role": "ROLE_USER", "parts": [{"data": body}]}
    first = desk.agent.send(parsed(SendParams, {"message": said}), hurried)
    desk.clock.seconds += 60 * POLICY.max_position_age_minutes + 1
    assert desk.agent.send(parsed(SendParams, {"message": said}), hurried) == first
    with pytest.raises(Fault, match=r"positions\.0\.as_of"):
        desk.agent.send(parsed(SendParams, {"message": {**said, "messageId": "n"}}), hurried)
    assert len(desk.items) == 1


def test_nobody_waits_for_what_waits_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person may be asked between the opening and the wait."""
    desk = Desk()
    desk.meanwhile = lambda: pytest.fail("nobody has to wait")
    wait = desk.negotiations.wait

    def late(negotiation_id: str, seconds: float, seen: State | None = None) -> Negotiation:
        desk.ask(negotiation_id)
        return wait(negotiation_id, seconds, seen)

    monkeypatch.setattr(desk.negotiations, "wait", late)
    said = {"messageId": "m", "role": "ROLE_USER", "parts": [{"data": REQUEST}]}
    task = desk.agent.send(parsed(SendParams, {"message": said}), ME)
    assert task["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
