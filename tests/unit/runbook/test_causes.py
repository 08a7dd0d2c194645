"""The cause is found among those who suffer from it; nobody is blamed where nothing is wrong."""

import numpy as np
import pandas as pd
import pytest

from labverse.kernel.errors import InvalidInput
from labverse.runbook.causes import rank
from tests.unit.runbook.simulated import FAULTS, Incident, incident

SEEDS = range(20)


def ranked(given: Incident) -> list[str]:
    return [name for name, _ in rank(given.metrics, given.graph, given.anomaly_at)]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_cause_is_found(fault: str) -> None:
    given = [incident(seed, fault) for seed in SEEDS]
    found = [(one.cause, ranked(one)) for one in given]
    assert sum(order[:1] == [cause] for cause, order in found) >= 0.85 * len(found)
    assert sum(cause in order[:3] for cause, order in found) >= 0.9 * len(found)


def test_nobody_is_blamed_where_nothing_is_wrong() -> None:
    false = [seed for seed in range(5_000, 5_100) if ranked(incident(seed))]
    assert len(false) <= 5, false


LEVELS = (("latency", 100.0), ("requests", 50.0), ("errors", 0.0), ("cpu", 20.0))


def hand_made(**late: float) -> pd.DataFrame:
    """web calls shop calls store: 40 quiet points, then 8 with the metrics named `late` there."""
    rng = np.random.default_rng(3)
    index = pd.date_range("2026-01-05", periods=48, freq="1min")
    data = {}
    for service in ("web", "shop", "store"):
        for metric, level in LEVELS:
            values = level * rng.normal(1, 0.03, size=48)
            values[40:] += late.get(f"{service}_{metric}", 0.0)
            data[(service, metric)] = values
    return pd.DataFrame(data, index=index)


CHAIN = {"web": ["shop"], "shop": ["store"], "store": []}
AT = pd.Timestamp("2026-01-05 00:40")


def first(metrics: pd.DataFrame, graph: dict[str, list[str]] = CHAIN) -> str:
    return rank(metrics, graph, AT)[0][0]


def test_blame_goes_down_the_chain_to_where_the_wait_begins() -> None:
    assert first(hand_made(web_latency=300, shop_latency=300, store_latency=300)) == "store"
    assert first(hand_made(web_latency=300, shop_latency=300)) == "shop"
    assert first(hand_made(web_latency=300)) == "web"


def test_a_little_trouble_below_does_not_excuse_a_lot_above() -> None:
    assert first(hand_made(web_latency=900, shop_latency=900, store_latency=60)) == "shop"


def test_a_service_short_of_its_own_resource_is_not_excused() -> None:
    waits = {"web_latency": 300.0, "shop_latency": 300.0, "store_latency": 200.0}
    assert first(hand_made(**waits)) == "store"
    assert first(hand_made(**waits, shop_cpu=60)) == "shop"


def test_errors_from_nothing_count() -> None:
    assert first(hand_made(web_errors=3, shop_errors=3)) == "shop"


def test_a_surge_is_blamed_on_where_it_comes_in() -> None:
    surge = {f"{name}_requests": 100.0 for name in CHAIN}
    assert first(hand_made(**surge, store_latency=200, shop_latency=200, web_latency=200)) == "web"


def test_a_surge_that_begins_inside_is_blamed_on_where_it_begins() -> None:
    assert first(hand_made(shop_requests=100, store_requests=100)) == "shop"


def test_a_service_without_metrics_is_seen_through() -> None:
    metrics = hand_made(web_latency=300, shop_latency=300, store_latency=300)
    assert first(metrics.drop(columns="shop", level=0)) == "store"


def test_a_loop_of_calls_ends() -> None:
    loop = {"web": ["shop"], "shop": ["store"], "store": ["web", "store"]}
    found = rank(hand_made(web_latency=300, shop_latency=300, store_latency=300), loop, AT)
    assert {name for name, _ in found} == set(CHAIN)
    assert sum(score for _, score in found) == pytest.approx(1)


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    metrics = hand_made(web_latency=300, shop_latency=280)
    shuffled = metrics.sample(frac=1, random_state=1).sample(frac=1, axis=1, random_state=1)
    before, after = (dict(rank(one, CHAIN, AT)) for one in (metrics, shuffled))
    assert before == pytest.approx(after)


def test_missing_points_and_an_empty_metric_are_no_trouble() -> None:
    metrics = hand_made(web_latency=300)
    metrics[("store", "latency")] = np.nan
    metrics.iloc[::5, 0] = np.inf
    assert first(metrics) == "web"
    healthy = hand_made()
    healthy.iloc[::2] = np.nan
    assert rank(healthy, CHAIN, AT) == []


def test_constants_are_nothing_wrong() -> None:
    assert rank(hand_made() * 0 + 7, CHAIN, AT) == []


def test_services_unknown_to_the_graph_are_ranked_too() -> None:
    assert first(hand_made(web_latency=300), {}) == "web"


@pytest.mark.parametrize(
    ("metrics", "at", "named"),
    [
        (hand_made(), pd.Timestamp("2026-01-05 00:03"), "anomaly_at"),
        (hand_made(), pd.Timestamp("2026-01-06"), "anomaly_at"),
        (hand_made(), "no moment", "anomaly_at"),
        (hand_made(), pd.Timestamp("2026-01-05 00:40", tz="UTC"), "anomaly_at"),
        (pd.DataFrame({"latency": [1.0] * 48}, index=hand_made().index), AT, "metrics"),
        (hand_made().map(lambda _: "x"), AT, "metrics"),
        (pd.DataFrame(index=hand_made().index), AT, "metrics"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    metrics: pd.DataFrame, at: object, named: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{named}: "):
        rank(metrics, CHAIN, at)
