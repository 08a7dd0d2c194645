"""`kimi spend reconcile`: a month of the ledger against what providers billed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.fake import Fake
from tests.unit.cli.test_spend import SPEND

MONTH: dict[str, Any] = {
    **SPEND,
    "spent_usd": 12.500001,
    "by_provider": {"openai": 12.5, "dashscope": 0.000001},
    "by_model": {"gpt-6-luna": 12.5, "qwen3.8-flash": 0.000001},
    "presumed_usd": 0.5,
    "presumed_by_provider": {"openai": 0.5},
    "presumed_by_model": {"gpt-6-luna": 0.5},
    "pages": [
        {
            "page": "2026-11#0", "settled_usd": 12.000001, "presumed_usd": 0.5, "unsettled": 3,
            "since": "2026-11-24T10:00:00Z",
        },
        {
            "page": "2026-11#1", "settled_usd": 0, "presumed_usd": 0, "unsettled": 0,
            "since": None,
        },
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def month(fake: Fake) -> None:
    fake.replies["GET /api/v1/spend"] = 200, MONTH
    fake.replies["GET /api/v1/spend?period=2026-10"] = 200, {**MONTH, "period": "2026-10"}


def test_without_a_bill_it_tells_what_late_settlements_would_correct(kimi: Any) -> None:
    done = kimi("spend", "reconcile")
    assert done.exit_code == 0
    first, *rest = done.stdout.splitlines()
    assert first == "2026-11: 12.500001 USD in the ledger, 0.5 of it presumed"
    assert [line.split() for line in rest[1:]] == [
        ["provider", "openai", "12.0", "0.5", "-", "no", "bill", "given"],
        ["provider", "dashscope", "0.000001", "0", "-", "no", "bill", "given"],
    ]
    assert "page 2026-11#0: 3 leases expired unsettled, the first since 2026-11-24" in done.stderr
    assert "take off up to 0.5 USD" in done.stderr
    assert "page 2026-11#1: every lease is settled" in done.stderr


@pytest.mark.parametrize(
    ("billed", "verdict", "code"),
    [
        ("12.5", "covered, to the micro-dollar", 0),
        ("12.34", "covered; 0.16 of what is presumed was not billed", 0),
        ("12", "covered; 0.5 of what is presumed was not billed", 0),
        ("11.99", "covered; 0.01 less was billed than was settled", 0),
        ("12.500001", "SHORT: 0.000001 more was billed than the ledger holds", 1),
    ],
)
def test_the_verdict_of_a_bill(kimi: Any, billed: str, verdict: str, code: int) -> None:
    done = kimi("spend", "reconcile", "--billed", f"openai={billed}", "--json")
    lines = {line["name"]: line for line in json.loads(done.stdout)["lines"]}
    assert (done.exit_code, lines["openai"]["verdict"]) == (code, verdict)
    assert lines["openai"]["covered"] == (code == 0)
    assert lines["dashscope"]["covered"] is None


def test_a_provider_that_the_ledger_never_heard_of_is_short(kimi: Any) -> None:
    done = kimi("spend", "reconcile", "--billed", "moonshot=0.01")
    assert done.exit_code == 1
    assert "SHORT: 0.01 more" in done.stdout


def test_an_export_is_compared_by_provider_and_by_model(kimi: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "\ufeffprovider,model,usd,currency\n"
        "openai,gpt-6-luna,6.10,USD\nopenai,gpt-6-luna,6.20,USD\nopenai,,0.10,USD\n",
        encoding="utf-8",
    )
    done = kimi("spend", "reconcile", "--bills", path, "--period", "2026-10", "--json")
    told = json.loads(done.stdout)
    lines = {(line["of"], line["name"]): line for line in told["lines"]}
    assert (done.exit_code, told["period"]) == (0, "2026-10")
    assert lines["provider", "openai"]["billed_usd"] == 12.4
    assert lines["model", "gpt-6-luna"]["billed_usd"] == 12.3
    assert ("model", "qwen3.8-flash") not in lines


def test_a_bill_and_an_export_add_up(kimi: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("provider,usd\nopenai,12\n", encoding="utf-8")
    done = kimi("spend", "reconcile", "--bills", path, "--billed", "openai=1")
    assert done.exit_code == 1
    assert "SHORT: 0.5 more" in done.stdout


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "provider,usd\nopenai,much\n", "provider,usd\n,1\n", "provider,usd\nx\n"],
)
def test_an_export_that_cannot_be_used_is_told(kimi: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(text, encoding="utf-8")
    done = kimi("spend", "reconcile", "--bills", path)
    assert done.exit_code == 2
    assert "usage.csv" in done.stderr


@pytest.mark.parametrize("text", ["openai", "=1", "openai=", "openai=nan", "openai=1e"])
def test_a_bill_that_is_none_is_told(kimi: Any, text: str) -> None:
    assert kimi("spend", "reconcile", "--billed", text).exit_code == 2


def test_a_file_that_is_not_there_is_told(kimi: Any) -> None:
    assert kimi("spend", "reconcile", "--bills", "nowhere.csv").exit_code == 2


def test_options_before_the_word_are_not_ignored(kimi: Any) -> None:
    done = kimi("spend", "--period", "2026-10", "reconcile")
    assert done.exit_code == 2
    assert "put the options after reconcile" in done.stderr


def test_spend_itself_says_that_there_is_something_to_reconcile(kimi: Any) -> None:
    assert "0.5 USD of it nobody settled" in kimi("spend").stderr
