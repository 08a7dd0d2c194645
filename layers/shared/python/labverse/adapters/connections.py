"""Connections that are kept between requests: taken by one thread, given back when it is done.

httpcore's own pool may hand one idle connection to several threads, closes it under the feet of
one of them when there are too many, and searches all of them for each request. Here a connection
has one owner at a time, nobody waits for one, and a server that holds many of them is in nobody
else's way.
"""

import threading
from collections import defaultdict, deque
from ssl import PROTOCOL_TLS_CLIENT
from typing import NamedTuple

import httpcore

from labverse.adapters.bounded_network import LateTrust, Network

# Idle ones per server, and for how long; providers close theirs after a minute or so.
_MOST_IDLE, _IDLE_SECONDS = 64, 30.0


class Server(NamedTuple):
    """Whom a connection is to; `port` None is the scheme's own."""

    scheme: bytes
    host: bytes
    port: int | None

    def url(self, target: bytes) -> httpcore.URL:
        """The address of `target`, a path with its query, on this server."""
        return httpcore.URL(scheme=self.scheme, host=self.host, port=self.port, target=target)


class Connections:
    """Idle connections by server, the one used last first. Safe from many threads."""

    def __init__(self) -> None:
        self._network, self._trust = Network(), LateTrust(PROTOCOL_TLS_CLIENT)
        self._lock = threading.Lock()
        self._idle: defaultdict[Server, deque[httpcore.HTTPConnection]] = defaultdict(deque)

    def take(self, server: Server) -> httpcore.HTTPConnection:
        """One that is ready, or a new one, which connects with its first request."""
        while True:
            with self._lock:
                idle = self._idle[server]
                kept = idle.pop() if idle else None
            if kept is None:
                return self.make(server)
            if not kept.has_expired():
                return kept
            kept.close()

    def make(self, server: Server) -> httpcore.HTTPConnection:
        """A new one."""
        return httpcore.HTTPConnection(
            origin=server.url(b"/").origin,
            ssl_context=self._trust,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._network,
        )

    def give_back(self, server: Server, connection: httpcore.HTTPConnection) -> None:
        """Keep it, if it can be used again. What has been idle for too long is closed."""
        if not connection.is_idle():
            return  # its answer was not read to the end, so it closed itself
        with self._lock:
            idle = self._idle[server]
            idle.append(connection)
            surplus = []
            while len(idle) > _MOST_IDLE or idle[0].has_expired():
                surplus.append(idle.popleft())
                if not idle:
                    break
        for old in surplus:
            old.close()

    def close(self) -> None:
        """Close all that are idle; one in use closes when its answer was read."""
        with self._lock:
            idle = [one for kept in self._idle.values() for one in kept]
            self._idle.clear()
        for one in idle:
            one.close()
