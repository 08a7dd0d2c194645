"""`kimi negotiate`: the deal, its proof, and what it is worth, for people and for programs."""

import json
from typing import Any

import pytest

from labverse.cli import negotiate
from tests.unit.cli.fake import Fake

BEGIN, SHOW = "POST /api/v2/negotiations", "GET /api/v2/negotiations/n-1"
UPLIFT = {
    "mean": 12_600.0,
    "ci95": [10_200.0, 15_100.0],
    "pi90": [-5_500.0, 46_000.0],
    "probability_of_gain": 0.8,
    "worst_mean": -8_700.0,
}
WORKING: dict[str, Any] = {
    "id": "n-1",
    "state": "working",
    "reason": None,
    "goal": "Cross-platform content syndication",
    "platforms": ["tiktok", "spotify"],
    "deal": None,
    "certificate": None,
    "impact": None,
    "arbitrage": None,
    "positions": [],
    "warnings": [],
    "approval": None,
}
WAITING: dict[str, Any] = {
    **WORKING,
    "state": "waiting",
    "deal": {
        "terms": {
            "goal": "g",
            "parties": [{"agent": "tiktok", "role": "buyer"}],
            "deal": {"pricing_model": "cpa", "exclusive": False},
        },
        "digest": "0" * 64,
        "currency": "USD",
        "month": "2026-12",
        "committed": 42000.5,
        "words": "tiktok buys 8 million impressions of spotify",
    },
    "certificate": {
        "lower_bound": 0.41,
        "gap": 0.0,
        "ties": 1,
        "deviation_max": 0.0,
        "bargaining_set": 320,
        "nash": {"ratio": 0.97},
        "expected_gains": [12_300.0, 300.0],
        "values": [9_000.0, 120.0],
        "rho": [0.41, 0.4],
        "surplus_shares": [0.97, 0.03],
    },
    "impact": {**UPLIFT, "per_agent": [{"agent": "tiktok", **UPLIFT}]},
    "arbitrage": {
        "between": "cpm and cpa", "riskless": False, "robust": True, "expected": True,
        "mean": 4.2, "worst": -1.0,
    },
    "positions": [{"agent": "tiktok", "role": "buyer", "rationale": "Reach is dear elsewhere."}],
    "warnings": [
        {"code": "dominating", "message": "takes 97 % of the surplus", "agents": ["tiktok"]}
    ],
    "approval": {"id": "n-1-1", "state": "requested", "decided_by": None},
}  # fmt: skip
AGREED = {
    **WAITING,
    "state": "agreed",
    "approval": {"id": "n-1-1", "state": "approved", "decided_by": "T0LOCAL/U0ANA"},
}
PLATFORMS = ("--platforms", "tiktok", "spotify")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits take no time, and are written down."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    return waits


def replies(fake: Fake, *shown: dict[str, Any]) -> None:
    fake.replies[BEGIN] = (202, WORKING)
    fake.replies[SHOW] = [(200, one) for one in shown]


def test_it_shows_the_deal_its_proof_and_what_it_is_worth(fake: Fake, kimi: Any) -> None:
    replies(fake, WORKING, WORKING, WAITING)
    done = kimi("negotiate", "--mode", "single", "--goal", "g", *PLATFORMS)
    assert done.exit_code == 0, done.stderr
    (_, headers, body) = fake.seen[0]
    assert body == {"goal": "g", "platforms": ["tiktok", "spotify"], "mode": "single"}
    assert headers["idempotency-key"]
    for told in (
        "n-1  waiting", "cpa", "42,000.50 USD in 2026-12", "0" * 64, "0.41", "0.97",
        "10,200 to 15,100", "-5,500 to 46,000", "80%",
    ):  # fmt: skip
        assert told in done.stdout, told
    for told in (
        "8 million",
        "robust and expected",
        "Reach is dear",
        "dominating (tiktok): takes 97 %",
        "approve yes n-1-1",
    ):
        assert told in done.stderr, told


def test_programs_get_the_whole_of_it(fake: Fake, kimi: Any) -> None:
    replies(fake, WAITING)
    assert json.loads(kimi("negotiate", *PLATFORMS, "--json").stdout) == WAITING


def test_it_can_wait_for_the_person(fake: Fake, kimi: Any) -> None:
    replies(fake, WORKING, WAITING, WAITING, AGREED)
    done = kimi("negotiate", *PLATFORMS, "--follow")
    assert (done.exit_code, "approved by T0LOCAL/U0ANA" in done.stderr) == (0, True)
    assert sum(route == SHOW for route, *_ in fake.seen) == 4


def test_an_earlier_one_is_shown_by_its_id(fake: Fake, kimi: Any) -> None:
    replies(fake, AGREED)
    assert "n-1  agreed" in kimi("negotiate", "--id", "n-1").stdout
    assert [route for route, *_ in fake.seen] == [SHOW]


@pytest.mark.parametrize("state", ["refused", "no_agreement", "no_equilibrium", "failed"])
def test_without_a_deal_the_exit_code_says_so(fake: Fake, kimi: Any, state: str) -> None:
    replies(fake, {**WORKING, "state": state, "reason": "empty_zopa"})
    done = kimi("negotiate", *PLATFORMS)
    assert (done.exit_code, done.stdout.split()[:3]) == (1, ["n-1", f"{state}:", "empty_zopa"])


def test_terms_that_were_agreed_before_are_no_failure(fake: Fake, kimi: Any) -> None:
    replies(fake, {**WAITING, "state": "refused", "reason": "already_agreed", "approval": None})
    done = kimi("negotiate", *PLATFORMS)
    assert (done.exit_code, "kimi approve list" in done.stderr) == (0, True)


def test_a_certificate_of_no_deal_needs_no_columns(fake: Fake, kimi: Any) -> None:
    shortfall = {"shortfall": [10.0, 0.0], "side_payments_close": True}
    replies(fake, {**WORKING, "state": "no_agreement", "certificate": shortfall})
    assert kimi("negotiate", *PLATFORMS).exit_code == 1


@pytest.mark.parametrize("argv", [(), ("--platforms", "tiktok")])
def test_platforms_must_be_named(fake: Fake, kimi: Any, argv: tuple[str, ...]) -> None:
    done = kimi("negotiate", *argv)
    assert (done.exit_code, "kimi negotiate --platforms" in done.stderr) == (2, True)
    assert fake.seen == []


def test_cycles_go_on_when_there_is_no_room_for_another_question(
    fake: Fake, kimi: Any, at_once: list[float]
) -> None:
    full = {"title": "Conflict", "status": 409, "detail": "3 deals wait for a person already"}
    replies(fake, WAITING)
    fake.replies[BEGIN] = [(409, full), (202, WORKING)]
    argv = ("negotiate", "--mode", "autonomous", "--cycle-interval", 3600, "--cycles", 2)
    done = kimi(*argv, *PLATFORMS)
    assert done.exit_code == 0, done.stderr
    assert "3 deals wait" in done.stderr
    assert "n-1  waiting" in done.stdout
    assert [body["mode"] for route, _, body in fake.seen if route == BEGIN] == ["autonomous"] * 2
    assert [wait for wait in at_once if wait > negotiate._POLL_SECONDS] == pytest.approx(
        [3600], abs=60
    )


def test_another_refusal_ends_the_cycles(fake: Fake, kimi: Any) -> None:
    fake.replies[BEGIN] = (403, {"title": "Forbidden", "status": 403, "detail": "no scope"})
    argv = ("negotiate", "--mode", "autonomous", "--cycles", 5, *PLATFORMS)
    assert kimi(*argv).exit_code == 1
    assert len(fake.seen) == 1


def test_a_workflow_that_does_not_come_to_an_end_is_told(
    fake: Fake, kimi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(negotiate, "_PATIENCE_SECONDS", 0.0)
    replies(fake, WORKING)
    done = kimi("negotiate", *PLATFORMS)
    assert (done.exit_code, "kimi negotiate --id n-1" in done.stderr) == (1, True)
