"""functions/negotiate through its front doors, with its workflow's states run in order."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labverse.adapters.clock import SystemClock
from labverse.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.functions.bargaining import ANA, CHANNELS, CONTEXT, Bargaining, Market, cloud, deals

__all__ = ["cloud", "deals"]
PATH = "/api/v2/negotiations"


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> datetime:
    """From now on it is so much later."""
    then = datetime.now(UTC) + timedelta(**by)
    monkeypatch.setattr(SystemClock, "now", lambda _: then)
    return then


def repriced(deals: Bargaining, by: float) -> None:
    """A new deployment, in which Spotify's own price is another one."""
    channels = deals.handler.cases().policy.channels
    own = channels["spotify"]
    price = own.market_cpm.model_copy(update={"median": own.market_cpm.median * by})
    channels["spotify"] = own.model_copy(update={"market_cpm": price})


def spent(cloud: Market, told: Any) -> float:
    """What is committed of the month of a deal."""
    return float(cloud.deals.items[f"spent#USD#{told['deal']['month']}"]["spent"]["N"])


def test_two_channels_agree_and_a_person_says_yes(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    assert deals.answer["headers"]["location"] == f"{PATH}/{id_}"
    given = {"negotiation_id": id_, "agents": CHANNELS["platforms"], "ask": True}
    assert cloud.inputs[id_] == given
    assert deals.shown(id_)["state"] == "working"
    recorded = deals.propose(id_)
    told = deals.shown(id_)
    assert (told["state"], told["approval"]["state"]) == ("waiting", "requested")
    assert recorded["ask"]["terms_digest"] == told["deal"]["digest"]
    assert recorded["ask"]["id"] == told["approval"]["id"]
    assert recorded["ask"]["requester"] == told["requester"]
    assert [one["agent"] for one in told["positions"]] == CHANNELS["platforms"]
    assert told["impact"]["pi90"][0] < told["impact"]["ci95"][0] < told["impact"]["mean"]
    assert {one["agent"] for one in told["impact"]["per_agent"]} == set(CHANNELS["platforms"])
    assert 0.5 < told["impact"]["kept"] < 2
    assert len(told["sensitivity"]) == 12
    assert told["arbitrage"]["expected"]
    assert cloud.events == []
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"]) == ("agreed", "agreed")
    after = deals.shown(id_)
    assert (after["state"], after["approval"]["state"]) == ("agreed", "approved")
    assert after["approval"]["decided_by"] == ANA
    assert after["applied_at"]
    (agreed,) = cloud.told("DealAgreed")
    assert agreed["terms_digest"] == told["deal"]["digest"]
    assert agreed["event_id"] == applied["event_id"]
    assert spent(cloud, told) == told["deal"]["committed"]


def test_every_state_may_run_again(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    first, again = deals.propose(id_), deals.propose(id_)
    assert first == again
    told = deals.shown(id_)
    assert deals.decide(told) == deals.decide(told)
    one, two = cloud.told("DealAgreed")
    assert one == two, "a consumer sees by its id that it is a repeat"
    assert spent(cloud, told) == told["deal"]["committed"], "once"
    assert deals.propose(id_)["outcome"] == "over"
    assert deals.shown(id_)["state"] == "agreed"


@pytest.mark.parametrize("reason", ["vetoed", "expired", "abandoned"])
def test_without_a_yes_it_is_refused(deals: Bargaining, cloud: Market, reason: str) -> None:
    told = deals.settle(CHANNELS)
    applied = deals.decide(told, reason)
    assert (applied["outcome"], applied["state"], applied["reason"]) == ("over", "refused", reason)
    assert deals.shown(told["id"])["approval"]["state"] == reason
    assert deals.decide(told, "approved")["state"] == "refused", "what is final stays so"
    refused, *repeats = cloud.told("DealRefused")
    assert (refused["reason"], refused["terms_digest"]) == (reason, told["deal"]["digest"])
    assert all(one == refused for one in repeats)
    assert cloud.told("DealAgreed") == []
    assert deals.settle(CHANNELS)["state"] == "waiting", "it may be asked again"


def test_the_same_terms_are_not_asked_twice(deals: Bargaining, cloud: Market) -> None:
    open_, second = deals.settle(CHANNELS), deals.settle(CHANNELS)
    assert (second["state"], second["reason"]) == ("refused", "already_agreed")
    assert second["approval"] is None
    deals.decide(open_)
    third = deals.settle(CHANNELS)
    assert (third["state"], third["reason"]) == ("refused", "already_agreed")
    assert deals.decide(open_)["outcome"] == "agreed"
    assert len(cloud.told("DealRefused")) == 2


def test_a_month_has_only_so_much_money(deals: Bargaining, cloud: Market) -> None:
    agreed = deals.settle(CHANNELS)
    deals.decide(agreed)
    cloud.deals.items[f"spent#USD#{agreed['deal']['month']}"]["spent"] = {"N": "200000"}
    other = deals.settle({**CHANNELS, "platforms": ["spotify", "tiktok"]})
    applied = deals.decide(other)
    assert (applied["state"], applied["reason"]) == ("refused", "over_budget")
    assert spent(cloud, agreed) == 200_000
    assert f"terms#{other['deal']['digest']}" not in cloud.deals.items


def test_what_got_old_is_gathered_solved_and_asked_again(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = deals.settle(CHANNELS)
    later(monkeypatch, hours=25)
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"]) == ("stale", "working")
    assert cloud.events == []
    assert deals.shown(told["id"])["approval"] is None


def test_when_prices_move_the_person_is_asked_about_the_new_deal(
    deals: Bargaining, cloud: Market
) -> None:
    told = deals.settle(CHANNELS)
    repriced(deals, 1.5)
    assert deals.decide(told)["outcome"] == "stale"
    asked = deals.propose(told["id"])["ask"]
    again = deals.shown(told["id"])
    assert (again["state"], again["round"]) == ("waiting", 2)
    assert asked["id"] == f"{told['id']}-2" != told["approval"]["id"]
    assert again["deal"]["digest"] != told["deal"]["digest"]
    late = deals.decide(again, terms_digest=told["deal"]["digest"])
    assert late["outcome"] == "stale", "a yes to other terms is none"
    deals.propose(told["id"])
    third = deals.shown(told["id"])
    assert deals.decide(third)["outcome"] == "agreed"
    assert len(cloud.told("DealAgreed")) == 1


def test_a_small_move_of_prices_is_no_reason(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    repriced(deals, 1.05)
    assert deals.decide(told)["outcome"] == "agreed"


def test_it_is_not_asked_again_for_ever(deals: Bargaining) -> None:
    told = deals.settle(CHANNELS)
    for n in range(2):
        repriced(deals, 1.2)
        assert deals.decide(told)["outcome"] == "stale", n
        deals.propose(told["id"])
        told = deals.shown(told["id"])
    repriced(deals, 1.2)
    applied = deals.decide(told)
    assert (applied["outcome"], applied["state"], applied["reason"]) == ("over", "refused", "stale")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("It pays 9.50 USD elsewhere.", True),
        ("It pays 9.00 USD elsewhere.", False),
        ("It would pay ninety elsewhere.", False),
        ("x" * 700, False),
        ("", False),
    ],
)
def test_a_model_may_say_it_in_other_words_but_no_other_numbers(
    deals: Bargaining, said: str, kept: bool
) -> None:
    id_ = deals.open(CHANNELS)
    brought = deals.step("task_gather", {"negotiation_id": id_, "agent": "tiktok"})
    assert "9.50 USD" in brought["prompt"]
    deals.phrase["tiktok"] = said
    deals.propose(id_)
    rationale = deals.shown(id_)["positions"][0]["rationale"]
    assert (rationale == said) is kept
    assert kept or "tiktok buys reach" in rationale


def test_what_was_asked_is_what_is_solved(deals: Bargaining, cloud: Market) -> None:
    id_ = deals.open(CHANNELS)
    cloud.objects[f"negotiations/{id_}/request.json"] += b" "
    with pytest.raises(Conflict, match="not what its reference names"):
        deals.propose(id_)
    failed = deals.step("task_record", {"negotiation_id": id_, "failed": "Conflict: changed"})
    assert (failed["outcome"], failed["state"]) == ("over", "failed")
    assert deals.shown(id_)["reason"] == "Conflict: changed"


@pytest.mark.parametrize(
    ("entry", "state", "error"),
    [
        ("task_gather", {"negotiation_id": "nobody", "agent": "tiktok"}, NotFound),
        ("task_gather", {"agent": "tiktok"}, InvalidInput),
        ("task_solve", {"negotiation_id": "ID", "positions": []}, InvalidInput),
        ("task_gather", {"negotiation_id": "ID", "agent": "myspace"}, InvalidInput),
        ("task_apply", {"negotiation_id": "ID", "verdict": {}}, InvalidInput),
    ],
)
def test_what_a_state_cannot_use_is_named(
    deals: Bargaining, entry: str, state: dict[str, Any], error: type[Exception]
) -> None:
    id_ = deals.open(CHANNELS)
    given = {name: id_ if value == "ID" else value for name, value in state.items()}
    with pytest.raises(error):
        deals.step(entry, given)


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
        if steps:
            steps.pop(0)()

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
    assert (status, told["state"], now[-1]) == (202, "working", pytest.approx(20))


def test_the_same_key_gets_the_same_negotiation(deals: Bargaining, cloud: Market) -> None:
    once = {"idempotency-key": "one"}
    first = deals.call("POST", PATH, CHANNELS, **once)
    assert deals.call("POST", PATH, CHANNELS, **once) == first
    assert len(cloud.executions) == 1


def test_nothing_is_started_where_the_workflow_cannot_be_reached(
    deals: Bargaining, cloud: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError

    def down(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states")

    with monkeypatch.context() as broken:
        broken.setattr(cloud, "start_execution", down)
        assert deals.call("POST", PATH, CHANNELS)[0] == 503
    (id_,) = [name for name in cloud.deals.items if "#" not in name]
    later(monkeypatch, minutes=5)
    tick(deals)
    assert deals.shown(id_)["reason"] == "interrupted"


def tick(deals: Bargaining, kind: str = "Scheduled Event", **detail: Any) -> None:
    event = {
        "id": "e", "source": "aws.events", "detail-type": kind, "detail": detail,
        "time": datetime(2026, 11, 24, 12, tzinfo=UTC).isoformat(),
    }  # fmt: skip
    deals.handler.event(json.loads(json.dumps(event)), CONTEXT)


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
    from tests.functions.bargaining import MACHINE

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


def test_taking_it_back_ends_it_and_asks_nobody(deals: Bargaining, cloud: Market) -> None:
    told = deals.settle(CHANNELS)
    negotiations = deals.handler.cases().negotiations
    assert negotiations.cancel(told["id"]).state == "canceled"
    assert cloud.executions[told["id"]] == "ABORTED"
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
    from labverse.negotiate.service import Asker

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
    from botocore.exceptions import ClientError

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
