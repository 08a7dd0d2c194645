"""Opened once under its id, looked at, waited for, and taken back."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from labverse.adapters.clock import SystemClock
from labverse.kernel.errors import Conflict, NotFound, Unavailable
from labverse.negotiate.service import Asker
from tests.functions.bargaining import ANA, CHANNELS, Bargaining, Market, later, tick

PATH = "/api/v2/negotiations"


def test_a_negotiation_of_nobody_is_not_there(deals: Bargaining) -> None:
    for id_ in ("nobody", "spent%23USD", "x" * 80):
        assert deals.call("GET", f"{PATH}/{id_}")[0] == 404


def test_whoever_prefers_to_wait_waits_for_news(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pause does one step of the world, so that nobody sleeps."""
    steps: list[Callable[[], Any]] = []
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        # In a thread of its own: the workflow's calls are not this function's.
        if steps:
            step = Thread(target=steps.pop(0))
            step.start()
            step.join()

    means = deals.handler.cases()._means
    monkeypatch.setitem(means.__dict__, "pause", pause)
    steps.append(lambda: deals.propose(next(iter(cloud.inputs))))
    status, told = deals.call("POST", PATH, CHANNELS, prefer="respond-async, wait=10")
    assert (status, told["state"], len(pauses)) == (202, "waiting", 1)
    assert deals.answer["headers"]["preference-applied"] == "wait=10"
    steps.append(lambda: deals.decide(told))
    status, after = deals.call("GET", f"{PATH}/{told['id']}", prefer="wait=10")
    assert (status, after["state"], len(pauses)) == (200, "agreed", 2)
    assert deals.call("GET", f"{PATH}/{told['id']}", prefer="wait=10")[1] == after
    assert len(pauses) == 2, "there will be no more news"


def test_patience_has_an_end(deals: Bargaining, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    means = deals.handler.cases()._means
    monkeypatch.setitem(means.__dict__, "pause", lambda seconds: now.append(now[-1] + seconds))
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: now[-1])
    status, told = deals.call("POST", PATH, CHANNELS, prefer="wait=999")
    assert (status, told["state"]) == (202, "working")
    assert now[-1] == pytest.approx(20)


def test_the_same_key_gets_the_same_negotiation(deals: Bargaining, cloud: Market) -> None:
    once = {"idempotency-key": "one"}
    first = deals.call("POST", PATH, CHANNELS, **once)
    assert deals.call("POST", PATH, CHANNELS, **once) == first
    assert len(cloud.executions) == 1


def test_nothing_is_started_where_the_workflow_cannot_be_reached(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states")

    with monkeypatch.context() as broken:
        broken.setattr(cloud, "start_execution", down)
        assert deals.call("POST", PATH, CHANNELS)[0] == 503
    (id_,) = [name for name in cloud.deals.items if "#" not in name]
    later(monkeypatch, minutes=5)
    tick(deals)
    assert deals.shown(id_)["reason"] == "interrupted"


def test_taking_it_back_ends_it_and_asks_nobody(deals: Bargaining, cloud: Market) -> None:
    told = deals.settle(CHANNELS)
    negotiations = deals.handler.cases().negotiations
    assert negotiations.cancel(told["id"]).state == "canceled"
    assert cloud.executions[told["id"]] == "ABORTED"
    assert deals.shown(told["id"])["approval"]["state"] == "abandoned"
    assert negotiations.cancel(told["id"]).state == "canceled"
    (canceled,) = cloud.told("DealRefused")
    assert canceled["state"] == "canceled"
    assert deals.decide(told)["state"] == "canceled"
    other = deals.settle(CHANNELS)
    deals.decide(other)
    with pytest.raises(Conflict, match="agreed already"):
        negotiations.cancel(other["id"])
    with pytest.raises(NotFound):
        negotiations.cancel("nobody")


def test_an_id_is_one_requests(deals: Bargaining) -> None:
    negotiations = deals.handler.cases().negotiations
    first = negotiations.open("mine", CHANNELS, Asker(ANA, "talk"))
    assert negotiations.open("mine", CHANNELS, Asker(ANA, "talk")) == first
    assert (first.requester, first.context_id) == (ANA, "talk")
    with pytest.raises(Conflict):
        negotiations.open("mine", {**CHANNELS, "risk_aversion": 0.5}, Asker(ANA))
    assert [one.id for one in negotiations.list_open()] == ["mine"]


def test_a_table_that_cannot_be_asked_is_unavailable(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "any")

    id_ = deals.open(CHANNELS)
    for name in ("get_item", "put_item", "transact_write_items", "query"):
        monkeypatch.setattr(cloud.deals, name, down)
    monkeypatch.setattr(cloud, "query", down)
    with pytest.raises(Unavailable):
        deals.step("task_gather", {"negotiation_id": id_, "agent": "tiktok"})
    with pytest.raises(Unavailable):
        tick(deals)
