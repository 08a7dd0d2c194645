"""`kimi revenue import`: nothing is lost beside a bad line, and nothing is sent for nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.fake import Fake
from tests.unit.revenue.test_stripe import BILL, SUB

SEND = "POST /api/v2/revenue/events"
KEPT = (200, {"accepted": 1, "duplicate": 0, "rejected": []})
BUSY = (503, {"status": 503, "title": "Service Unavailable"})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def written(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def table(name: str, *rows: dict[str, str]) -> str:
    columns = list(rows[0])
    lines = [",".join(row.get(column, "") for column in columns) for row in rows]
    return written(name, ",".join(columns), *lines)


def sent(fake: Fake) -> list[list[str]]:
    return [[one["id"] for one in body["events"]] for _, _, body in fake.seen]


def event(number: int) -> str:
    return f'{{"id": "{number}", "amount": 0.30}}'


def test_a_bad_line_is_named_and_loses_nothing_else(fake: Fake, kimi: Any) -> None:
    refused = [{"index": 1, "field": "amount", "message": "must not be negative"}]
    fake.replies[SEND] = (200, {"accepted": 1, "duplicate": 1, "rejected": refused})
    file = written(
        "a.jsonl", event(1), "{no json", "", event(2), "[1]", '{"id": NaN}', event(3),
        '{"id": "' + "x" * 20_000 + '"}', "[" * 10_000,
    )  # fmt: skip
    done = kimi("revenue", "import", file)
    assert done.exit_code == 1
    assert sent(fake) == [["1", "2", "3"]]
    assert "1 events are new, 1 were there, 6 lines" in done.stdout
    for number, text in (
        (2, "no JSON"), (4, "amount: must not be negative"), (5, "no JSON object"),
        (6, "no JSON: NaN is no number"), (8, "longer than"), (9, "no JSON"),
    ):  # fmt: skip
        assert f"a.jsonl, line {number}: {text}" in done.stderr
    told = json.loads(kimi("revenue", "import", file, "--json").stdout)
    assert (told["accepted"], len(told["rejected"])) == (1, 6)
    assert not list(Path().glob(".a.jsonl*"))


def test_amounts_are_sent_as_they_are_written(
    fake: Fake, kimi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[str] = []

    def post(target: Any, path: str, body: str) -> Any:
        bodies.append(body)
        return KEPT[1]

    monkeypatch.setattr("labverse.cli.api.post_text", post)
    kimi("revenue", "import", written("a.jsonl", '{"amount": 0.30000000000000001}'))
    assert bodies == ['{"events": [{"amount": 0.30000000000000001}]}']


def test_batches_are_no_larger_than_what_is_taken(fake: Fake, kimi: Any) -> None:
    fake.replies[SEND] = KEPT
    long = [json.dumps({"id": str(number), "x": "y" * 15_000}) for number in range(100)]
    kimi("revenue", "import", written("a.jsonl", *map(event, range(1001))))
    assert [len(batch) for batch in sent(fake)] == [500, 500, 1]
    fake.seen.clear()
    kimi("revenue", "import", written("b.jsonl", *long))
    assert [id_ for batch in sent(fake) for id_ in batch] == [str(number) for number in range(100)]
    assert max(len(json.dumps(body)) for _, _, body in fake.seen) < 1_000_000


def test_an_interrupted_import_goes_on_where_it_was(fake: Fake, kimi: Any) -> None:
    lines = ["bad", *map(event, range(1200))]
    fake.replies[SEND] = [KEPT, *[BUSY] * 5]
    done = kimi("revenue", "import", written("a.jsonl", *lines))
    assert (done.exit_code, "the same command goes on" in done.stderr) == (1, True)
    fake.seen.clear()
    fake.replies[SEND] = [BUSY, KEPT, KEPT]
    done = kimi("revenue", "import", "a.jsonl")
    assert "going on after 500 events" in done.stderr
    assert [batch[0] for batch in sent(fake)] == ["499", "499", "999"]
    assert "3 events are new, 0 were there, 1 lines" in done.stdout
    assert "a.jsonl, line 1: no JSON" in done.stderr


@pytest.mark.parametrize("kept", ["changed file", "no JSON", '{"other": 1}'])
def test_what_was_left_for_another_file_is_not_gone_on_with(
    fake: Fake, kimi: Any, kept: str
) -> None:
    fake.replies[SEND] = [KEPT, *[BUSY] * 5]
    lines = [*map(event, range(600))]
    kimi("revenue", "import", written("a.jsonl", *lines))
    if kept == "changed file":
        written("a.jsonl", event(-1), *lines)
    else:
        Path(".a.jsonl.imported").write_text(kept, encoding="utf-8")
    fake.seen.clear()
    fake.replies[SEND] = KEPT
    assert kimi("revenue", "import", "a.jsonl").exit_code == 0
    assert sum(map(len, sent(fake))) >= 600


def test_a_refusal_is_not_tried_again(fake: Fake, kimi: Any) -> None:
    fake.replies[SEND] = (403, {"status": 403, "title": "Forbidden"})
    done = kimi("revenue", "import", written("a.jsonl", event(1)))
    assert (done.exit_code, len(fake.seen)) == (1, 1)


def test_exports_of_stripe_are_events(fake: Fake, kimi: Any) -> None:
    fake.replies[SEND] = KEPT
    subscriptions = table("s.csv", SUB, {**SUB, "id": "s2", "Amount": "?"})
    bills = table("i.csv", BILL, {**BILL, "id": "in_2", "Subscription": "sub_9"})
    done = kimi("revenue", "import", bills, subscriptions)
    assert sent(fake) == [["stripe:in_1"]]
    assert (done.exit_code, "s.csv, line 3: Amount: '?' is no number" in done.stderr) == (1, True)
    assert "i.csv, line 3: Subscription: sub_9 is not among" in done.stderr


@pytest.mark.parametrize(
    ("rows", "told"), [([BILL], "invoices need the export"), ([{"a": "b"}], "neither of Stripe's")]
)
def test_a_table_that_says_too_little_is_refused_whole(
    fake: Fake, kimi: Any, rows: list[dict[str, str]], told: str
) -> None:
    done = kimi("revenue", "import", table("x.csv", *rows))
    assert (done.exit_code, told in done.stderr, fake.seen) == (2, True, [])


def test_a_file_that_is_not_there(fake: Fake, kimi: Any) -> None:
    done = kimi("revenue", "import", "none.jsonl")
    assert (done.exit_code, "cannot read none.jsonl" in done.stderr) == (2, True)
