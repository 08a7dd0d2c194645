"""From events to rows: the figures of a recomputation, whatever the stream does."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.kernel.errors import Unavailable
from labverse.revenue.daily import series
from labverse.revenue.ledger import Mrr, rollup
from labverse.revenue.models import Event, Movement, Touchpoint
from labverse.revenue.rates import Rate, Rates
from tests.unit.revenue.book import USD, Ledger
from tests.unit.revenue.events import EVENTS, START, moved, undo

RATES = Rates(
    table=(
        Rate(currency="EUR", since=START, value=Decimal("1.1")),
        Rate(currency="EUR", since=START + timedelta(days=4), value=Decimal("1.25")),
    )
)


def touch(id_: str, channel: str, day: int, customer: str = "c") -> Touchpoint:
    at = moved("x", "new", "1", day).effective_at
    return Touchpoint(
        id=id_, kind="touchpoint", customer=customer, channel=channel, effective_at=at
    )


def agrees(ledger: Ledger, wanted: Mrr, rates: Rates = USD) -> None:
    """Every figure of every day, by every dimension."""
    assert series(ledger.sums.rows("total"), rates).get("") == wanted.total
    assert series(ledger.sums.rows("plan"), rates) == wanted.by_plan
    assert series(ledger.sums.rows("channel"), rates) == wanted.by_channel
    assert series(ledger.sums.rows("segment"), rates) == wanted.by_segment


@settings(deadline=None)
@given(EVENTS, st.data())
def test_any_delivery_comes_to_the_same_figures(events: list[Event], data: st.DataObject) -> None:
    """Ids repeat with other contents too: the first to come is the one that is kept."""
    ledger = Ledger(RATES)
    kept: dict[str, Event] = {}
    for one in events:
        kept.setdefault(one.id, one)
    currency = data.draw(st.sampled_from(["USD", "EUR"]))
    kept = {id_: _in(one, currency) for id_, one in kept.items()}
    ledger.record([_in(one, currency).model_dump(mode="json") for one in events])
    stream = ledger.new()
    assert len(stream) == len(kept)
    again = data.draw(st.lists(st.sampled_from(stream), max_size=8)) if stream else []
    delivered = data.draw(st.permutations(stream + again))
    while delivered:
        size = data.draw(st.integers(1, len(delivered)))
        ledger.count(delivered[:size])
        delivered = delivered[size:]
    agrees(ledger, rollup(kept.values(), RATES), RATES)


def _in(event: Event, currency: str) -> Event:
    if isinstance(event, Movement) and event.customer == "d":
        return event.model_copy(update={"currency": currency})
    return event


@settings(deadline=None, max_examples=30)
@given(EVENTS, st.data())
def test_a_reversal_may_come_before_what_it_names(events: list[Event], data: st.DataObject) -> None:
    ledger = Ledger()
    kept = list({one.id: one for one in events}.values())
    for one in data.draw(st.permutations(kept)):
        ledger.give([one])
    agrees(ledger, rollup(kept))


def test_more_changes_than_one_transaction_takes() -> None:
    """A customer who comes and goes every day, and then turns out to have paid all along."""
    events: list[Event] = []
    for day in range(0, 120, 2):
        events += [moved(f"n{day}", "reactivation", "5", day + 1)]
        events += [moved(f"c{day}", "churn", "5", day + 2)]
    late = moved("late", "new", "7", 0)
    ledger = Ledger()
    ledger.give(events)
    ledger.give([late])
    agrees(ledger, rollup([*events, late]))
    assert ledger.timelines.load(["n0"])["n0"].owed == ()
    assert ledger.timelines.load(["n0"])["n0"].pages > 0


def test_what_is_owed_is_paid_when_the_batch_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = [moved(f"e{day}", "expansion", "5", day) for day in range(80)]
    ledger = Ledger()
    ledger.record([one.model_dump(mode="json") for one in events])
    commit, tries = ledger.timelines.commit, []

    def dies(writes: Any) -> bool:
        tries.append(writes)
        if len(tries) == 2:
            raise Unavailable("the function was killed")
        return commit(writes)

    monkeypatch.setattr(ledger.timelines, "commit", dies)
    with pytest.raises(Unavailable):
        ledger.count(ledger.new())
    assert series(ledger.sums.rows("total"), USD) != {"": rollup(events).total}
    ledger.count(ledger.new())
    agrees(ledger, rollup(events))


def test_who_lost_a_race_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another function counts another event of the same customer between our read and our write."""
    ledger, other = Ledger(), moved("2", "churn", "5", 3)
    mine = moved("1", "new", "5", 1)
    ledger.record([one.model_dump(mode="json") for one in (mine, other)])
    first, second = ledger.new()
    load = ledger.timelines.load
    raced: list[bool] = []

    def loses(names: Any) -> Any:
        held = load(names)
        if not raced:
            raced.append(True)
            ledger.count([second])
        return held

    monkeypatch.setattr(ledger.timelines, "load", loses)
    ledger.count([first])
    assert raced
    agrees(ledger, rollup([mine, other]))


def test_many_customers_at_once() -> None:
    events: list[Event] = [
        moved(f"e{at}", "new", "1.01", at % 7, customer=f"c{at}", plan=f"p{at % 5}")
        for at in range(200)
    ]
    ledger = Ledger()
    assert ledger.give(events).accepted == 200
    agrees(ledger, rollup(events))


def test_a_batch_is_told_of_once_by_the_days_that_it_changed() -> None:
    ledger = Ledger()
    ledger.give([moved("1", "new", "10", 0), moved("2", "churn", "4", 3), touch("3", "ads", 9)])
    (told,) = ledger.told
    assert [(one.day, one.change) for one in told.days] == [
        (START, Decimal(10)),
        (START + timedelta(days=3), Decimal(-4)),
    ]
    ledger.count(ledger.new())
    assert len(ledger.told) == 1, "nothing changed the second time"
    assert "c" not in {row["pk"]["S"] for row in ledger.table.items.values()}


def paths(ledger: Ledger) -> list[tuple[tuple[str, ...], int, int]]:
    return sorted(ledger.sums.paths())


def test_a_path_ends_where_the_customer_came() -> None:
    ledger = Ledger()
    ledger.give([touch("1", "ads", 1), touch("2", "mail", 2)])
    assert paths(ledger) == [(("ads", "mail"), 0, 1)]
    ledger.give([moved("3", "new", "5", 3, channel="web"), touch("4", "late", 4)])
    assert paths(ledger) == [(("ads", "mail"), 1, 0)]
    ledger.give([touch("5", "first", 0)])
    assert paths(ledger) == [(("first", "ads", "mail"), 1, 0)]
    ledger.give([undo("6", "2"), undo("7", "3")])
    assert paths(ledger) == [(("first", "ads", "late"), 0, 1)]
    assert len([key for key in ledger.table.items if key[0] == "paths"]) == 1


def test_who_came_without_a_touch_came_by_the_movements_channel() -> None:
    ledger = Ledger()
    ledger.give([moved("1", "new", "5", 1, channel="web"), moved("2", "new", "5", 2, customer="d")])
    assert paths(ledger) == [(("unknown",), 1, 0), (("web",), 1, 0)]
    found = ledger.attribution("markov")
    assert found.total == 2
    assert sum(found.conversions.values()) == pytest.approx(2)


def test_long_paths_keep_both_ends() -> None:
    ledger = Ledger()
    ledger.give([touch(f"t{at:03d}", f"ch{at}", at) for at in range(130)])
    ((path, _, _),) = paths(ledger)
    assert path == tuple(f"ch{at}" for at in [*range(50), *range(80, 130)])


def test_a_currency_needs_no_rate_before_it_is_used() -> None:
    rates = Rates(table=(Rate(currency="EUR", since=date(2026, 1, 5), value=Decimal(2)),))
    events = [moved("1", "new", "5", 0), moved("2", "new", "5", 4, currency="EUR", customer="d")]
    ledger = Ledger(rates)
    ledger.give(events)
    agrees(ledger, rollup(events, rates), rates)
