"""An HTTP client whose calls end exactly when they must, whatever the server does.

It is httpcore's, without what httpx puts around it: no redirect, cookie, proxy or password of the
environment is a provider's business, and on the way of each request they cost as much as our own
work does. Without httpx a process is also ready to ask 0.1 s earlier.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore

from labverse.adapters.bounded_network import exchange, named
from labverse.adapters.connections import Connections, Server
from labverse.adapters.time_left import left, within

__all__ = ["Answer", "Client", "within"]

# A connection that was closed while it was idle says so within a round trip. Later than that, a
# server may have been at work on the request, and sending it again could be paid twice.
_STALE_SECONDS = 0.5
_PORTS = {b"http": 80, b"https": 443}


@dataclass(frozen=True)
class Answer:
    """What a server says. Names of headers are in lower case; `pieces` can be read once."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterable[bytes]


class Client:
    """For many threads. Inside `within(seconds)` every request ends by then.

    Raises httpcore's TimeoutException, NetworkError and ProtocolError, while reading too.
    """

    def __init__(self) -> None:
        self._connections = Connections()

    @contextmanager
    def post(
        self, url: httpcore.URL, headers: Mapping[str, str], content: bytes
    ) -> Iterator[Answer]:
        """The answer to one request, for as long as it is read."""
        server = Server(url.scheme, url.host, url.port)
        request = httpcore.Request(
            b"POST", url, headers=_raw(server, headers, content), content=content
        )
        connection, answer = self._sent(server, request)
        try:
            yield Answer(answer.status, _told(answer.headers), answer.iter_stream())
        finally:
            answer.close()
            self._connections.give_back(server, connection)

    def close(self) -> None:
        """Close what is idle."""
        self._connections.close()

    def _sent(
        self, server: Server, request: httpcore.Request
    ) -> tuple[httpcore.HTTPConnection, httpcore.Response]:
        """Send; once more on a fresh connection where a kept one turned out to be closed."""
        with named(httpcore.ConnectTimeout, httpcore.ConnectError):
            left()  # nothing is sent once it is too late
        exchange.connected = exchange.answered = False
        began = time.monotonic()
        connection = self._connections.take(server)
        try:
            return connection, connection.handle_request(request)
        except (httpcore.RemoteProtocolError, httpcore.ReadError):
            stale = not (exchange.connected or exchange.answered)
            if not (stale and time.monotonic() - began < _STALE_SECONDS):
                raise
        connection = self._connections.make(server)
        return connection, connection.handle_request(request)


def _raw(server: Server, headers: Mapping[str, str], content: bytes) -> list[tuple[bytes, bytes]]:
    host = server.host
    if server.port is not None and server.port != _PORTS.get(server.scheme):
        host = b"%b:%d" % (server.host, server.port)
    named_so = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    return [(b"host", host), *named_so, (b"content-length", b"%d" % len(content))]


def _told(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("ascii").lower(): value.decode("latin-1") for name, value in headers}
