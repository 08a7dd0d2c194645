"""Sockets for httpcore whose every step ends at the thread's deadline.

HTTP clients bound each connect, write and read on its own, so a body that is dripped a byte at a
time outlives any of their time-outs. Here each step gets what is left of the whole call. Inside
`within` the time-outs that httpcore passes do not count; outside of it they are all there is.
"""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import certifi
import httpcore

from labverse.adapters.time_left import in_time, left, within

# Longer than one lost SYN takes to be sent again (1 s); who is not reached by then is down.
_CONNECT_SECONDS = 2.0
# What is sent at once; more than one segment of any network.
_MOST_UNSENT = 65_536
_Address = tuple[Any, ...]


class Exchange(threading.local):
    """What happened to this thread's present request; it decides whether it may be sent again."""

    connected = False
    answered = False


exchange = Exchange()


class LateTrust(ssl.SSLContext):
    """A client's TLS context that reads the trusted certificates when it is first used.

    Reading them costs some 20 ms of CPU, which a cold start without https does not have to pay.
    Until then it trusts nobody.
    """

    def __init__(self, *_: Any) -> None:
        self._lock, self._loaded = threading.Lock(), False

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """`ssl.SSLContext.wrap_socket`."""
        with self._lock:
            if not self._loaded:
                self.load_default_certs()
                if not self.cert_store_stats()["x509_ca"]:
                    # An interpreter that was built elsewhere looks where this system has nothing.
                    self.load_verify_locations(certifi.where())
                self._loaded = True
        return super().wrap_socket(sock, *args, **kwargs)


@contextmanager
def named(too_late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Socket errors in httpcore's words."""
    try:
        yield
    except TimeoutError as error:
        raise too_late(str(error)) from error
    except (OSError, UnicodeError) as error:
        raise broken(str(error)) from error


class _Stream(httpcore.NetworkStream):
    """One connection. What is written leaves when an answer is waited for: head and body of a
    request then go as one segment, and wake its server once.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._unsent = sock, b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with suppress(httpcore.WriteError):  # who hangs up early may have answered before
            self._send(timeout)
        with named(httpcore.ReadTimeout, httpcore.ReadError):
            self._sock.settimeout(left(timeout))
            received = self._sock.recv(max_bytes)
        if received:
            exchange.answered = True
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer
        if len(self._unsent) > _MOST_UNSENT:
            self._send(timeout)

    def _send(self, timeout: float | None) -> None:
        if not self._unsent:
            return
        rest, self._unsent = memoryview(self._unsent), b""
        with named(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                self._sock.settimeout(left(timeout))
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            with within(_CONNECT_SECONDS), named(httpcore.ConnectTimeout, httpcore.ConnectError):
                # One time-out bounds the whole handshake: CPython counts it down itself.
                self._sock.settimeout(left(timeout))
                return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return self._is_readable()
        return None

    def _is_readable(self) -> bool:
        """An idle connection with something to read has been closed by its server."""
        if self._sock.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))


class Network(httpcore.NetworkBackend):
    """Connects by TCP, name resolution included, within the deadline."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """A stream to the first address of `host` that answers."""
        exchange.connected = True
        seconds = _CONNECT_SECONDS if timeout is None else timeout
        with within(seconds), named(httpcore.ConnectTimeout, httpcore.ConnectError):
            sock = _first(_addresses(host, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(sock)


def _addresses(host: str, port: int) -> list[_Address]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        # A name. The system's resolver takes no time-out, and may take half a minute.
        return in_time(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _first(addresses: list[_Address]) -> socket.socket:
    """Each address gets an equal share of what is left: a dead one must not use it all up."""
    for position, (family, kind, protocol, _, address) in enumerate(addresses):
        others = len(addresses) - position - 1
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout((left() or _CONNECT_SECONDS) / (others + 1))
            sock.connect(address)
        except OSError:
            sock.close()
            if not others:
                raise
        else:
            return sock
    raise OSError("the name has no address")
