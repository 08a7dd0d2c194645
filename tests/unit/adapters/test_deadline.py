"""The client that ends when it must, and does not mind a connection that its server closed."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler

import httpcore
import pytest

from labverse.adapters.deadline import Client, within
from labverse.adapters.time_left import in_time, left
from tests.unit.adapters.apis import OPENAI
from tests.unit.adapters.faults import Behaviour, Server, hang_up, in_turn, replying

GOOD = replying(200, OPENAI.good)
GENEROUS = 5 * 0.3


def ask(client: Client, url: str, content: bytes = b"{}") -> int:
    """The status; the body is read, as only then a connection is kept."""
    with client.post(httpcore.URL(url), {}, content) as answer:
        assert b"".join(answer.pieces)
        return answer.status


def test_nesting_never_extends_and_always_ends() -> None:
    with within(5):
        with within(60):
            assert (left() or 0) <= 5
        with within(1):
            assert (left() or 0) <= 1
        assert 1 < (left() or 0) <= 5
    assert left(7.0) == 7.0
    with within(-1), pytest.raises(TimeoutError):
        left()


def test_a_deadline_is_one_threads_own() -> None:
    seen: list[float | None] = []
    with within(5):
        thread = threading.Thread(target=lambda: seen.append(left()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_work_without_a_time_out_is_left_behind() -> None:
    release = threading.Event()
    with within(0.05), pytest.raises(TimeoutError):
        in_time(lambda: release.wait(10))
    release.set()
    with within(5):
        assert in_time(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            in_time(lambda: 1 // 0)
    assert in_time(lambda: 7) == 7


def test_connections_are_kept(server: Server) -> None:
    server.behaviour = GOOD
    for _ in range(5):
        assert server.ask(OPENAI).text == "Paris"
    assert server.connections == 1


def closing_unasked(request: BaseHTTPRequestHandler) -> None:
    """Close after an answer without having said so, as a server that has been idle for long."""
    GOOD(request)
    request.close_connection = True


def test_a_connection_closed_while_idle_costs_nothing(server: Server) -> None:
    server.behaviour = closing_unasked
    for _ in range(3):
        assert server.ask(OPENAI).text == "Paris"
        time.sleep(0.05)
    assert (len(server.bodies), server.connections) == (3, 3)


def test_a_connection_that_closes_as_it_is_used_is_replaced_once(server: Server) -> None:
    server.behaviour = in_turn(GOOD, hang_up, GOOD)
    assert [server.ask(OPENAI).text for _ in range(2)] == ["Paris", "Paris"]
    assert (len(server.bodies), server.connections) == (3, 2)


def slowly_hanging_up(request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.7)
    hang_up(request)


def answering_in_part(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200")
    hang_up(request)


@pytest.mark.parametrize("behaviour", [slowly_hanging_up, answering_in_part])
def test_what_may_have_been_worked_on_is_not_sent_again(
    server: Server, behaviour: Behaviour
) -> None:
    server.behaviour = in_turn(GOOD, behaviour, GOOD)
    server.ask(OPENAI)
    with pytest.raises(httpcore.RemoteProtocolError):
        ask(server.client, server.url)
    assert len(server.bodies) == 2


def test_a_fresh_connection_that_fails_is_not_tried_again(server: Server) -> None:
    server.behaviour = hang_up
    with pytest.raises(httpcore.RemoteProtocolError):
        ask(server.client, server.url)
    assert len(server.bodies) == 1


def test_a_large_request_arrives_whole(server: Server) -> None:
    server.behaviour = GOOD
    content = json.dumps({"text": "x" * 3_000_000}).encode()
    with within(10):
        assert ask(server.client, server.url, content) == 200
    assert server.bodies == [json.loads(content)]


def test_who_answers_early_and_hangs_up_is_heard(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as curt:

        def serve() -> None:
            accepted, _ = curt.accept()
            with accepted:
                accepted.recv(10)
                accepted.sendall(b"HTTP/1.1 413 No\r\ncontent-length: 3\r\n\r\nno!")
                accepted.shutdown(socket.SHUT_WR)
                server.release.wait(10)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{curt.getsockname()[1]}/"
        with within(2):
            assert ask(server.client, url) == 413
        server.release.set()


def test_a_deadline_that_has_passed_sends_nothing(server: Server) -> None:
    with within(0), pytest.raises(httpcore.TimeoutException):
        ask(server.client, server.url)
    assert server.bodies == []


def test_a_body_that_nobody_reads_is_written_no_longer(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        # Long enough to be connected in, on any machine: what is waited for is the rest of it.
        with within(1), pytest.raises(httpcore.WriteTimeout):
            ask(server.client, url, b"x" * 50_000_000)
