"""Getting through to a server: names, addresses and certificates, within the deadline."""

import socket
import ssl
import subprocess
import time
from pathlib import Path
from shutil import which

import httpcore
import pytest

from labverse.adapters.deadline import Client, within
from tests.unit.adapters.apis import OPENAI
from tests.unit.adapters.faults import Server, replying
from tests.unit.adapters.test_deadline import GENEROUS, ask

GOOD = replying(200, OPENAI.good)


def test_a_handshake_that_nobody_answers_ends(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with within(0.3), pytest.raises(httpcore.ConnectTimeout):
            ask(server.client, f"https://127.0.0.1:{silent.getsockname()[1]}/")
        assert time.monotonic() - began < GENEROUS


def test_a_name_that_is_looked_up_for_ever_ends(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, flags: int = 0, **__: object) -> object:
        if not flags:
            server.release.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with within(0.2), pytest.raises(httpcore.ConnectTimeout):
        ask(server.client, "http://localhost:1/")


def test_the_first_address_that_answers_is_taken(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.behaviour = GOOD
    port = server.http.server_port
    tcp = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*tcp, ("127.0.0.1", 1)), (*tcp, ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert ask(server.client, f"http://two.invalid:{port}/") == 200


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    both = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    both.write_text((tmp_path / "cert.pem").read_text() + (tmp_path / "key.pem").read_text())
    return both


@pytest.mark.parametrize("trusted", [True, False])
def test_https_is_verified(
    server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    server.behaviour = GOOD
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client, url = Client(), f"https://localhost:{server.http.server_port}/"
    if not trusted:
        with pytest.raises(httpcore.ConnectError):
            ask(client, url)
        return
    assert [ask(client, url) for _ in range(3)] == [200] * 3
    with pytest.raises(httpcore.ConnectError):
        ask(client, url.replace("localhost", "127.0.0.1"))
    client.close()
    assert server.connections == 1
