"""An httpx client whose calls end exactly when they must, whatever the server does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from labverse.adapters.bounded_network import exchange
from labverse.adapters.connections import Connections, Server
from labverse.adapters.time_left import left, within

__all__ = ["make_client", "within"]

# A connection that was closed while it was idle says so within a round trip. Later than that, a
# server may have been at work on the request, and sending it again could be paid twice.
_STALE_SECONDS = 0.5
_BROKEN = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)  # fmt: skip


def make_client() -> httpx.Client:
    """For many threads. Inside `within(seconds)` every request ends by then, with httpx's errors.

    Follows no redirects, takes no proxy or credentials from the environment.
    """
    return httpx.Client(transport=_Transport(), trust_env=False, follow_redirects=False)


class _Transport(httpx.BaseTransport):
    def __init__(self) -> None:
        self._connections = Connections()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send; once more on a fresh connection where a kept one turned out to be closed."""
        server = Server(request.url.raw_scheme, request.url.raw_host, request.url.port)
        exchange.connected = exchange.answered = False
        began = time.monotonic()
        try:
            return self._sent(server, request, self._connections.take(server))
        except (httpx.RemoteProtocolError, httpx.ReadError):
            stale = not (exchange.connected or exchange.answered)
            again = isinstance(request.stream, httpx.ByteStream)
            if not (stale and again and time.monotonic() - began < _STALE_SECONDS):
                raise
        return self._sent(server, request, self._connections.make(server))

    def close(self) -> None:
        """Close what is idle."""
        self._connections.close()

    def _sent(
        self, server: Server, request: httpx.Request, connection: httpcore.HTTPConnection
    ) -> httpx.Response:
        with _in_httpx_words():
            answer = connection.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=server.url(request.url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    # Sockets ask for what is left themselves.
                    extensions=request.extensions if left() is None else {},
                )
            )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, lambda: self._connections.give_back(server, connection)),
            extensions=answer.extensions,
        )


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, give_back: Callable[[], None]) -> None:
        self._answer, self._give_back, self._is_closed = answer, give_back, False

    def __iter__(self) -> Iterator[bytes]:
        with _in_httpx_words():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        # Given back twice, a connection would have two owners.
        if not self._is_closed:
            self._is_closed = True
            self._answer.close()
            self._give_back()


@contextmanager
def _in_httpx_words() -> Iterator[None]:
    """The two libraries name their errors alike."""
    try:
        yield
    except _BROKEN as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
