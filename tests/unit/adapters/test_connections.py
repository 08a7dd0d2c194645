"""Kept connections: one owner at a time, none kept that is dead, none that is too many."""

import threading
from contextlib import AbstractContextManager

import httpcore
import pytest

from labverse.adapters.connections import Connections, Server
from labverse.adapters.deadline import Answer
from tests.unit.adapters import faults
from tests.unit.adapters.apis import OPENAI

GOOD = faults.replying(200, OPENAI.good)


def asked(server: faults.Server) -> AbstractContextManager[Answer]:
    return server.client.post(httpcore.URL(server.url), {}, b"{}")


def test_many_threads_need_no_more_connections_than_threads(server: faults.Server) -> None:
    server.behaviour = GOOD
    ended: list[str] = []

    def work() -> None:
        ended.extend(server.ask(OPENAI).text for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert ended == ["Paris"] * 160
    assert server.connections <= 8


def test_what_has_been_idle_for_too_long_is_closed(
    server: faults.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labverse.adapters.connections._IDLE_SECONDS", -1.0)
    server.behaviour = GOOD
    for _ in range(3):
        server.ask(OPENAI)
    assert server.connections == 3


def test_no_more_are_kept_than_are_useful(
    server: faults.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labverse.adapters.connections._MOST_IDLE", 1)
    server.behaviour = GOOD
    with asked(server) as first, asked(server) as second:
        assert b"".join(first.pieces) == b"".join(second.pieces) != b""
    server.ask(OPENAI)
    server.ask(OPENAI)
    assert server.connections == 2


def test_an_answer_that_is_not_read_keeps_nothing(server: faults.Server) -> None:
    server.behaviour = GOOD
    for _ in range(2):
        with asked(server):
            pass
    assert server.connections == 2


def test_a_new_one_is_made_where_there_is_none() -> None:
    connections, there = Connections(), Server(b"http", b"127.0.0.1", 1)
    assert connections.take(there) is not connections.take(there)
    connections.close()
