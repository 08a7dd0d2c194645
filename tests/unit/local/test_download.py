"""The download resumes after a cut, and bytes that are not the expected ones never stay."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra_cdk.local import download
from infra_cdk.local.download import Source, fetch
from infra_cdk.local.problems import Problem

BODY = bytes(range(256)) * 4096
DIGEST = hashlib.sha256(BODY).hexdigest()


@dataclass
class Behaviour:
    """How the server behaves, and what it was asked for."""

    body: bytes = BODY
    cut_after: int | None = None
    ranges: bool = True
    status: int = 200
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """A loopback server with this behaviour; yields the address of its one file."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            behaviour.asked.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if behaviour.ranges else 0
            body = behaviour.body[start:]
            status = behaviour.status if behaviour.status != 200 else (206 if start else 200)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if behaviour.cut_after is None else body[: behaviour.cut_after])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/model-1.0-py3-none-any.whl"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 2)


def test_a_connection_cut_midway_is_resumed(tmp_path: Path) -> None:
    behaviour, counted = Behaviour(cut_after=400_000), [0]

    def count(size: int) -> None:
        counted[0] += size

    with serving(behaviour) as url:
        path = fetch(Source(url, DIGEST, len(BODY)), tmp_path, count)
    assert path.read_bytes() == BODY
    assert behaviour.asked == ["bytes=0-", "bytes=400000-", "bytes=800000-"]
    assert counted == [len(BODY)]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_what_an_earlier_run_left_is_kept(tmp_path: Path) -> None:
    behaviour = Behaviour()
    with serving(behaviour) as url:
        source = Source(url, DIGEST, len(BODY))
        (tmp_path / f"{source.name}.part").write_bytes(BODY[:1000])
        assert fetch(source, tmp_path, lambda _: None).read_bytes() == BODY
        assert fetch(source, tmp_path, lambda _: None).read_bytes() == BODY
    assert behaviour.asked == ["bytes=1000-"]


def test_a_server_that_cannot_resume_begins_again(tmp_path: Path) -> None:
    with serving(Behaviour(ranges=False)) as url:
        source = Source(url, DIGEST, len(BODY))
        (tmp_path / f"{source.name}.part").write_bytes(b"half of something")
        assert fetch(source, tmp_path, lambda _: None).read_bytes() == BODY


def test_wrong_bytes_are_deleted_and_reported(tmp_path: Path) -> None:
    wrong = bytes(len(BODY))
    with (
        serving(Behaviour(body=wrong)) as url,
        pytest.raises(Problem, match="the lock says " + DIGEST),
    ):
        fetch(Source(url, DIGEST, len(BODY)), tmp_path, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_file_longer_than_promised_is_wrong(tmp_path: Path) -> None:
    with serving(Behaviour(body=BODY + b"more")) as url, pytest.raises(Problem, match="SHA-256"):
        fetch(Source(url, DIGEST, len(BODY)), tmp_path, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_a_refusing_server_is_named_and_the_bytes_stay(tmp_path: Path) -> None:
    with serving(Behaviour(status=503)) as url:
        source = Source(url, DIGEST, len(BODY))
        part = tmp_path / f"{source.name}.part"
        part.write_bytes(BODY[:1000])
        with pytest.raises(Problem, match="answers 503") as problem:
            fetch(source, tmp_path, lambda _: None)
    assert "it resumes" in problem.value.next_step
    assert part.read_bytes() == BODY[:1000]
