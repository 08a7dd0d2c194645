"""`kimi revenue`: advice as people read it, and the ledger's events as a file."""

import json
from typing import Any

import pytest

from tests.unit.cli.fake import Fake

OPTIMIZE, EVENTS = "POST /api/v1/revenue/optimize", "GET /api/v2/revenue/events"
PAID = {"channel": "paid", "current": 1000.0, "same_mix": 1000.0, "recommended": 700.0,
        "marginal_before": 0.05, "marginal_after": 0.1}  # fmt: skip
ADVICE: dict[str, Any] = {
    "optimization_type": "target_mrr", "status": "move", "currency": "USD",
    "budget": 1700.0, "unspent": 0.0,
    "channels": [PAID, {**PAID, "channel": "organic", "current": 0.0, "marginal_before": None}],
    "effect": {"expected": 24.0, "low": 5.4, "high": 42.6}, "probability_of_loss": 0.02,
    "binding": "evidence", "payback_months": 8.35,
    "outlook": {"target_mrr": 100000.0, "mrr": 81000.0, "days": 90, "without": 88000.0,
                "expected": 90160.0, "low": 85000.0, "high": 95000.0, "reached": False},
    "missing": [{"channel": "organic", "what": "periods", "have": 3, "need": 28}],
    "backtest": [{"as_of": "2026-09-01", "status": "move", "expected": 20.0, "turned_out": 18.0,
                  "low": 1.0, "high": 35.0}],
    "assumptions": ["Spend works on its own day."],
}  # fmt: skip
CALL = ("revenue", "--target-mrr", 100000, "--channels", "organic", "paid", "affiliate")


def test_channels_are_named_one_after_the_other(fake: Fake, kimi: Any) -> None:
    fake.replies[OPTIMIZE] = (200, ADVICE)
    done = kimi(*CALL, "--optimization-type", "spend", "--days", 30)
    assert done.exit_code == 0, done.output
    assert fake.seen[0][2] == {
        "target_mrr": 100000, "channels": ["organic", "paid", "affiliate"],
        "optimization_type": "spend", "days": 30,
    }  # fmt: skip
    for text in (
        "1,000.00", "700.00", "-30%", "24.00 a day more", "5.40 to 42.60", "98.0%",
        "evidence: a larger change", "8.3 months", "not expected to be reached",
    ):  # fmt: skip
        assert text in done.stdout, text
    for text in ("organic: 3 of 28 periods", "2026-09-01: promised 20.00", "its own day"):
        assert text in done.stderr, text


def test_programs_get_the_whole_of_it(fake: Fake, kimi: Any) -> None:
    fake.replies[OPTIMIZE] = (200, ADVICE)
    assert json.loads(kimi(*CALL, "--json").stdout) == ADVICE


def test_too_little_data_is_a_refusal_that_says_what_is_missing(fake: Fake, kimi: Any) -> None:
    fake.replies[OPTIMIZE] = (200, {**ADVICE, "status": "too_thin", "backtest": []})
    done = kimi(*CALL)
    assert (done.exit_code, "advised" in done.stdout) == (1, False)
    assert "organic: 3 of 28 periods" in done.stderr


def test_to_hold_is_an_answer(fake: Fake, kimi: Any) -> None:
    fake.replies[OPTIMIZE] = (200, {**ADVICE, "status": "hold", "payback_months": None})
    done = kimi(*CALL)
    assert (done.exit_code, "nothing is better" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "argv", [(), ("--channels", "paid"), ("--target-mrr", 5), (*CALL[1:], "--json", "export")]
)
def test_wrong_usage_asks_nobody(fake: Fake, kimi: Any, argv: tuple[Any, ...]) -> None:
    assert kimi("revenue", *argv).exit_code == 2
    assert fake.seen == []


def test_every_page_is_exported(fake: Fake, kimi: Any) -> None:
    first, second = {"id": "a/ü", "amount": "1.10"}, {"id": "b"}
    fake.replies[EVENTS] = (200, {"events": [first], "unreadable": [], "next": "a/ü"})
    fake.replies[f"{EVENTS}?after=a%2F%C3%BC"] = (
        200,
        {"events": [second], "unreadable": [], "next": None},
    )
    done = kimi("revenue", "export")
    assert done.exit_code == 0, done.output
    assert [json.loads(line) for line in done.stdout.splitlines()] == [first, second]
    assert "2 events" in done.stderr
    assert kimi("revenue", "export", "--out", "kept.jsonl").exit_code == 0
    again = kimi("revenue", "export", "--out", "kept.jsonl")
    assert (again.exit_code, "cannot write" in again.stderr) == (2, True)


def test_a_part_of_the_ledger_is_no_export(fake: Fake, kimi: Any, clone: Any) -> None:
    fake.replies[EVENTS] = (200, {"events": [{"id": "a"}], "unreadable": [], "next": "a"})
    assert kimi("revenue", "export", "--out", "kept.jsonl").exit_code == 1
    assert list((clone / "below").iterdir()) == []


def test_what_cannot_be_read_is_named(fake: Fake, kimi: Any) -> None:
    fake.replies[EVENTS] = (200, {"events": [{"id": "a"}], "unreadable": ["b"], "next": None})
    done = kimi("revenue", "export")
    assert (done.exit_code, done.stdout) == (1, '{"id":"a"}\n')
    assert "not among them: b" in done.stderr
