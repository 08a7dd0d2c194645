"""Approvals, executions and the clock, as the function `event` hears of them."""

import pytest

from tests.functions.bargaining import ANA, CHANNELS, MACHINE, Bargaining, Market, later, tick

PATH = "/api/v2/negotiations"


def test_autonomous_mode_opens_its_deals_once_a_cycle(deals: Bargaining, cloud: Market) -> None:
    tick(deals, do="cycle")
    (id_,) = cloud.executions
    tick(deals, do="cycle")
    assert list(cloud.executions) == [id_]
    told = deals.shown(id_)
    assert (told["mode"], told["requester"]) == ("autonomous", "schedule:negotiate")
    assert cloud.inputs[id_]["agents"] == ["tiktok", "spotify"]


def test_autonomous_mode_asks_only_so_much_at_a_time(deals: Bargaining, cloud: Market) -> None:
    body = {**CHANNELS, "mode": "autonomous"}
    held = [deals.open(body) for _ in range(2)]
    status, told = deals.call("POST", PATH, body)
    assert (status, told["state"]) == (409, "too_many_open")
    assert deals.answer["headers"]["retry-after"] == "60"
    tick(deals, do="cycle")
    assert list(cloud.executions) == held
    assert deals.call("POST", PATH, CHANNELS)[0] == 202, "whoever asks himself may"
    deals.propose(held[0])
    deals.decide(deals.shown(held[0]), "vetoed")
    assert deals.call("POST", PATH, body)[0] == 202


def test_a_cycle_counts_what_its_index_does_not_show_yet(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = deals.handler.cases().policy
    other = policy.standing[0].model_copy(update={"platforms": ("spotify", "tiktok")})
    many = {"standing": (*policy.standing, other, *policy.standing)}
    monkeypatch.setitem(vars(deals.handler.cases()), "policy", policy.model_copy(update=many))
    monkeypatch.setattr(cloud, "query", lambda **_: {"Items": []})
    tick(deals, do="cycle")
    assert len(cloud.executions) == policy.max_open_approvals == 2
    tick(deals, do="cycle")
    assert len(cloud.executions) == 2, "the same cycle told twice"


def test_what_runs_no_longer_has_failed(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [deals.open({**CHANNELS, "risk_aversion": n / 10}) for n in range(4)]
    cloud.executions |= {ids[0]: "RUNNING", ids[1]: "ABORTED", ids[2]: "SUCCEEDED"}
    del cloud.executions[ids[3]]
    tick(deals)
    assert {deals.shown(id_)["state"] for id_ in ids} == {"working"}, "it may only just have begun"
    later(monkeypatch, minutes=5)
    tick(deals)
    assert deals.shown(ids[0])["state"] == "working"
    for id_ in ids[1:]:
        told = deals.shown(id_)
        assert (told["state"], told["reason"]) == ("failed", "interrupted")
    assert len(cloud.told("DealRefused")) == 3


def test_an_execution_that_dies_takes_its_negotiation_along(
    deals: Bargaining, cloud: Market
) -> None:
    told = deals.settle(CHANNELS)
    kind = "Step Functions Execution Status Change"
    for machine, status in ((MACHINE, "RUNNING"), (MACHINE, "SUCCEEDED"), ("another", "ABORTED")):
        tick(deals, kind, name=told["id"], status=status, stateMachineArn=machine)
    assert deals.shown(told["id"])["state"] == "waiting"
    tick(deals, kind, name="nobody", status="ABORTED", stateMachineArn=MACHINE)
    tick(deals, kind, name=told["id"], status="ABORTED", stateMachineArn=MACHINE)
    assert deals.shown(told["id"])["reason"] == "interrupted"
    assert deals.settle(CHANNELS)["state"] == "waiting", "its terms are free again"
    assert cloud.letters == []


def test_the_record_shows_what_was_decided(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    known = {"approval_id": told["approval"]["id"], "occurred_at": "2026-11-24T12:00:00Z"}
    tick(deals, "ApprovalDecided", **{**known, "approval_id": "incident-7"}, reason="vetoed")
    assert deals.shown(told["id"])["approval"]["state"] == "requested"
    tick(deals, "ApprovalDecided", **known, reason="approved", decided_by=ANA, approved=True)
    after = deals.shown(told["id"])
    assert (after["state"], after["approval"]["state"]) == ("waiting", "approved")
    assert after["approval"]["decided_by"] == ANA
    tick(deals, "ApprovalDecided", **known, reason="vetoed", decided_by=None)
    assert deals.shown(told["id"]) == after


def test_what_nobody_reacts_to_is_buried(deals: Bargaining, cloud: Market) -> None:
    tick(deals, "SomethingElse")
    tick(deals, "ApprovalDecided", approval_id="x-1", reason="perhaps")
    assert len(cloud.letters) == 2
