"""`python -m tests.bench.mock`: a model that answers at once, and costs next to nothing to ask.

A server of a framework would cost more than what is measured in front of it. This one finds the
end of a request, and writes an answer that it made before. It says its port on stdout, and ends
when its stdin does.
"""

import asyncio
import json
import sys
from typing import Any

TEXT = "Paris"
TOKENS = {"prompt_tokens": 250, "completion_tokens": 50, "total_tokens": 300}


def answer(model: str = "mock-1") -> bytes:
    """A chat completion as OpenAI's API gives it, and its headers."""
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    said = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_800_000_000}
    raw = json.dumps({**said, "model": model, "choices": [choice], "usage": TOKENS}).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n"
    return head.encode() + b"\r\n" + raw


class Model(asyncio.Protocol):
    """One connection: answers each request as soon as its last byte is there."""

    answer = answer()

    def __init__(self) -> None:
        self.received = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (size := _size(self.received)) is not None:
            self.received = self.received[size:]
            self.transport.write(self.answer)


def _size(received: bytes) -> int | None:
    """How many bytes the first request has; None while not all of them are there."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return len(head) + 4 + length if len(body) >= length else None


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Model, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
