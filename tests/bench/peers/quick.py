"""Providers that answer at once and always the same, for a few microseconds of CPU a call.

`/NAME/v1/chat/completions` is provider NAME; one named `after20ms…` waits so long first. `/_calls`
says how often each was called.
"""

import asyncio
import json
import re
import threading
from collections import Counter

INPUT, OUTPUT = 250, 300
ANSWER = "Paris"
_BODY = json.dumps(
    {
        "id": "chatcmpl-quick",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "quick-1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": INPUT,
            "completion_tokens": OUTPUT,
            "total_tokens": INPUT + OUTPUT,
        },
    }
).encode()
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_WAITS = re.compile(r"after(\d+)ms")


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


_ANSWER = _response(_BODY)


class QuickServer:
    """Listens on a free port of loopback, in a thread of its own."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.loop = asyncio.new_event_loop()
        made = self.loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=512)
        self._server = self.loop.run_until_complete(made)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Close."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self._server.close()
        self.loop.close()


class _Connection(asyncio.Protocol):
    """One caller, who may keep the connection for many calls."""

    def __init__(self, server: QuickServer) -> None:
        self._server, self._received = server, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        found = _LENGTH.search(self._received, 0, head)
        end = head + 4 + (int(found[1]) if found else 0)
        if len(self._received) >= end:
            target = self._received.split(b" ", 2)[1].decode("ascii")
            del self._received[:end]
            self._answer(target)

    def _answer(self, target: str) -> None:
        name = target.split("/")[1]
        if name == "_calls":
            self._transport.write(_response(json.dumps(self._server.calls).encode()))
            return
        self._server.calls[name] += 1
        waits = _WAITS.match(name)
        if waits:
            self._server.loop.call_later(int(waits[1]) / 1000, self._transport.write, _ANSWER)
        else:
            self._transport.write(_ANSWER)
