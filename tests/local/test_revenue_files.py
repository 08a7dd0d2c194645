"""Files into the ledger of the deployed local cloud, advice and a check-in from it, and back."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from labverse.adapters import clock
from tests.cloud import Deployed
from tests.local.test_kimi import kimi
from tests.local.test_revenue import until

DAYS = 60


def lines(run: str) -> list[dict[str, Any]]:
    """Two channels of two months until yesterday: one is saturated, the other is not."""
    found = []
    for back in range(DAYS, 0, -1):
        at = f"{datetime.now(UTC).date() - timedelta(days=back)}T12:00:00Z"
        for channel, half in ((f"{run}-full", 20), (f"{run}-open", 5000)):
            spend = 100 * (1 + 0.5 * math.sin(back * (1.3 if half > 100 else 2.1)))
            won = 3 * (half + 100) * spend / (half + spend) / 10
            event = {"channel": channel, "effective_at": at}
            name = f"{channel}-{back}"
            found += [
                {**event, "id": f"{name}-s", "kind": "spend", "amount": f"{spend:.2f}"},
                {**event, "id": name, "kind": "new", "customer": name, "plan": run,
                 "amount": f"{won:.2f}"},
            ]  # fmt: skip
    return found


def test_a_file_becomes_advice_and_a_file_again(deployed: Deployed, tmp_path: Path) -> None:
    run = f"f{clock.new_id()[:6]}"
    given, file = lines(run), tmp_path / "events.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in given) + "{bad\n", encoding="utf-8")
    first = kimi("revenue", "import", str(file), "--json")
    told = json.loads(first.stdout)
    assert (first.returncode, told["accepted"]) == (1, len(given)), first.stderr
    assert [one["line"] for one in told["rejected"]] == [len(given) + 1]
    assert json.loads(kimi("revenue", "import", str(file), "--json").stdout)["duplicate"] == len(
        given
    )
    until(lambda: spent(run) == {f"{run}-full", f"{run}-open"}, "spend is not counted")
    channels = ("--channels", f"{run}-full", f"{run}-open", "--json")
    until(lambda: advised(*channels)["status"] == "move", "it is not all counted")
    advice = advised(*channels)
    budgets = {one["channel"]: (one["current"], one["recommended"]) for one in advice["channels"]}
    assert budgets[f"{run}-open"][1] > budgets[f"{run}-open"][0]
    assert advice["effect"]["low"] > 0
    thin = kimi("revenue", "--target-mrr", "5", "--channels", f"{run}-none")
    assert (thin.returncode, f"{run}-none: 0 of 28 periods" in thin.stderr) == (1, True)
    exported = [json.loads(line) for line in kimi("revenue", "export").stdout.splitlines()]
    ids = [one["id"] for one in exported if one["id"].startswith(run)]
    assert sorted(ids) == sorted(one["id"] for one in given)


def spent(run: str) -> set[str]:
    """The channels of this run that the check-in knows in full."""
    told = json.loads(kimi("checkin", "--json").stdout)
    assert isinstance(told["approvals"], list)
    return {one["channel"] for one in told["spend"]["channels"] if one["channel"].startswith(run)}


def advised(*channels: str) -> Any:
    aim = ("--optimization-type", "conversion_rate")
    return json.loads(kimi("revenue", "--target-mrr", "1e6", *aim, *channels).stdout)
