"""The harness of `make bench` in small, without a peer: it counts right, and notices what is wrong.

Nothing here looks at a clock.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra_cdk.local.paths import TOOLS
from infra_cdk.local.problems import Problem
from tests.bench.peers import lineup, sickness, speed
from tests.bench.peers.fleet import fleet
from tests.bench.peers.lineup import Contender
from tests.bench.peers.measures import Bench, Size
from tests.bench.peers.quick import ANSWER, QuickServer
from tests.bench.peers.system import Fleet, Pair, make

TINY = Size(
    latency={"pairs": 3, "rounds": 2},
    throughput={"calls": 40, "rounds": 1, "threads": 8},
    requests=2,
    cold=1,
    cold_warm_ups=0,
    draws=20,
)
OURS = Contender("labverse", TOOLS, {})
ABSENT = Contender("litellm", TOOLS, {}, absent="not installed: no network")
BROKEN = Contender("nobody", TOOLS, {})


@pytest.fixture(scope="module")
def providers() -> Iterator[Fleet]:
    """Both kinds, in their own process."""
    with fleet() as found:
        yield found


def calls(providers: Fleet) -> dict[str, int]:
    """How often each quick provider was called."""
    told: dict[str, int] = httpx.get(f"{providers.quick}/_calls", trust_env=False).json()
    return told


def test_speed_is_of_as_many_calls_as_were_made(providers: Fleet) -> None:
    before = calls(providers).get("primary", 0)
    bench = Bench([OURS], providers, TINY)
    latency = bench.latency()["labverse"]
    assert calls(providers)["primary"] - before == 2 * (speed.WARM_UPS + 3 * 2)
    assert {"added_p50_ms", "added_p99_ms", "cpu_ms", "bare_cpu_ms"} <= latency.keys()
    between = calls(providers)["primary"]
    assert bench.throughput()["labverse"]["ratio"] > 0
    assert calls(providers)["primary"] - between == 2 * (8 * speed.WARM_UPS + 40)
    assert "backup" not in calls(providers), "the cheaper one is well, so nobody asks the other"


def test_a_fresh_interpreter_holds_more_than_nothing(providers: Fleet) -> None:
    found = Bench([OURS], providers, TINY).cold()
    assert list(found) == ["httpx", "labverse"]
    assert all(one["cpu_s"] > 0 and one["peak_mib"] > 1 for one in found.values())


def test_every_fault_is_survived_and_every_call_to_the_sick_one_counted(providers: Fleet) -> None:
    rows = Bench([OURS], providers, TINY).faults()["labverse"]["rows"]
    assert [row["fault"] for row in rows] == [fault.name for fault in sickness.FAULTS]
    for row in rows:
        assert row["right"] == row["requests"] == 2, row
        assert 1 <= row["sick_calls"] <= 2, "the first request meets the sick one"
        assert row["backup_calls"] == 2, "and each is answered by the other"


def test_who_falls_back_to_nobody_is_found_out(providers: Fleet) -> None:
    faults = [sickness.Fault("500"), sickness.Fault("429", 2), sickness.Fault("empty_text")]
    pair = Pair(f"{providers.quick}/primary/v1", f"{providers.quick}/backup/v1")
    rows = sickness.suffer("httpx", providers.faults, pair, 3, faults)
    assert [(row["fault"], row["right"], row["sick_calls"]) for row in rows] == [
        ("500", 0, 3),
        ("429_retry_after", 0, 3),
        ("empty_text", 0, 3),
    ]


def test_the_budget_is_what_the_providers_billed(providers: Fleet) -> None:
    found = Bench([OURS], providers, TINY).budget()["labverse"]
    assert found["at_once"] == 200
    assert 1 <= found["billed_calls"] <= found["affordable"] == 10
    assert found["served"] == found["billed_calls"], "a call that was paid is answered"
    assert found["times_spent"] == found["billed_calls"] / 10


def test_prompts_are_judged_by_the_file_that_is_named(providers: Fleet, tmp_path: Path) -> None:
    path, short, long = tmp_path / "prompts.csv", "Who was it?", "Say who it was and why. " * 9
    rows = [f"{subject},{short},True,True" for subject in ("art", "law")] * 20
    rows += [f"{subject},{long},False,True" for subject in ("art", "law")] * 20
    path.write_text("\n".join(["subject,prompt,weak,strong", *rows]), encoding="utf-8")
    found = Bench([OURS, BROKEN], providers, TINY, path).quality()
    assert found["length"]["apgr"] == pytest.approx(0.75), "the longer half is all of the gap"
    assert found["length"]["over_length_low"] == found["length"]["over_length_high"] == 0
    assert found["length"]["over_random_low"] > 0
    assert 0 <= found["labverse"]["apgr"] <= 1
    assert found["labverse"]["prompts"] == 80
    assert "nobody" in found["nobody"]["absent"]
    nothing = Bench([OURS], providers, TINY).quality()
    assert nothing["labverse"] == {"absent": "no data: ROUTING_DATA names no file"}


def test_who_is_absent_or_fails_has_a_reason_and_stops_nobody(providers: Fleet) -> None:
    found = Bench([ABSENT, BROKEN, OURS], providers, TINY).latency()
    assert found["litellm"] == {"absent": "not installed: no network"}
    assert "nobody" in found["nobody"]["absent"]
    assert "added_p50_ms" in found["labverse"]


def test_a_peer_that_cannot_be_installed_is_in_the_lineup_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def offline(name: str) -> Path:
        raise Problem(f"uv ({name}) failed", "check the network")

    monkeypatch.setattr(lineup, "ensure", offline)
    with lineup.lineup() as contenders:
        assert [(one.name, one.absent) for one in contenders] == [
            ("labverse", ""),
            ("litellm", "not installed: uv (bench) failed"),
            ("portkey", "not started: uv (gateway) failed"),
        ]
        assert lineup.versions(contenders) == {}


def test_a_wrong_answer_ends_a_measurement(providers: Fleet) -> None:
    well, other = Pair(f"{providers.quick}/a/v1", ""), Pair(f"{providers.faults}/b/v1", "")
    sick = {"provider": "b", "fault": "empty_text"}
    httpx.post(f"{providers.faults}/_faults", json=sick, trust_env=False).raise_for_status()
    with pytest.raises(AssertionError, match="is not what the provider said"):
        speed.latency(make("httpx", well), make("httpx", other), speed.Counts(1, 1, 1, 1))


def test_a_gateway_that_is_not_there_does_not_start(tmp_path: Path) -> None:
    from tests.bench.peers.portkey import gateway

    with pytest.raises(RuntimeError, match="ended at once"), gateway(tmp_path):
        pytest.fail("there is nothing to start")


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 2.0), (0.25, 1.0), (0.51, 3.0), (0.99, 4.0), (1.0, 4.0), (0.0, 1.0)]
)
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert speed.quantile([1.0, 2.0, 3.0, 4.0], share) == value


def test_quick_providers_wait_for_the_whole_request() -> None:
    server = QuickServer()
    server.start()
    host, port = server.url.removeprefix("http://").split(":")
    body = b'{"model": "primary-1"}'
    head = b"POST /alpha/v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection((host, int(port)), 5) as caller:
        for answered in range(2):
            for piece in (head[:9], head[9:], body[:5]):
                caller.sendall(piece)
            assert server.calls["alpha"] == answered
            caller.sendall(body[5:])
            answer = b""
            while not answer.endswith(b"}}"):
                answer += caller.recv(4096)
            assert ANSWER.encode() in answer
    assert server.calls == {"alpha": 2}
    server.stop()
