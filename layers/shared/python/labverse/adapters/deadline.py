"""An httpx client whose calls end exactly when they must, whatever the server does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import PROTOCOL_TLS_CLIENT
from typing import Any

import httpcore
import httpx

from labverse.adapters.bounded_network import LateTrust, Network, exchange
from labverse.adapters.time_left import left, within

__all__ = ["make_client", "within"]

# All providers share the pool. Its size must never be what a healthy one waits for while a sick
# one holds its connections, so it bounds what is kept, and hardly what is opened.
_MOST_CONNECTIONS, _KEPT_CONNECTIONS, _KEPT_SECONDS = 1024, 64, 30.0
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
        network, trust = Network(), LateTrust(PROTOCOL_TLS_CLIENT)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            network_backend=network,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
        )
        # Keeps nothing, so what it sends goes out on a connection that nobody can have closed.
        self._fresh = httpcore.ConnectionPool(
            ssl_context=trust,
            network_backend=network,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send; once more on a fresh connection where a kept one turned out to be closed."""
        exchange.connected = exchange.answered = False
        began = time.monotonic()
        try:
            return _sent(self._pool, request)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            stale = not (exchange.connected or exchange.answered)
            again = isinstance(request.stream, httpx.ByteStream)
            if not (stale and again and time.monotonic() - began < _STALE_SECONDS):
                raise
        return _sent(self._fresh, request)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        self._fresh.close()


def _sent(pool: httpcore.ConnectionPool, request: httpx.Request) -> httpx.Response:
    with _in_httpx_words():
        answer = pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=_bounded(request.extensions),
            )
        )
    return httpx.Response(
        answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
    )


def _bounded(extensions: Any) -> dict[str, Any]:
    """Under a deadline only the wait for the pool takes a time-out; sockets ask for their own."""
    try:
        seconds = left()
    except TimeoutError as error:
        raise httpcore.PoolTimeout(str(error)) from error
    if seconds is None:
        return dict(extensions)
    return {**extensions, "timeout": {"pool": seconds}}


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _in_httpx_words():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _in_httpx_words() -> Iterator[None]:
    """The two libraries name their errors alike."""
    try:
        yield
    except _BROKEN as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
