"""Five neighbouring ports for one instance, so that two clones can start at the same moment."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from infra_cdk.local import progress
from infra_cdk.local.locks import try_lock
from infra_cdk.local.paths import cache
from infra_cdk.local.problems import Problem

FIRST, LAST, BLOCK = 4566, 4966, 5
HOST = "127.0.0.1"


@contextlib.contextmanager
def claim(used_before: int | None, in_use: bool) -> Iterator[int]:
    """The first port of a free block, ours while the context lasts.

    `LABVERSE_PORT` decides, else the block of the last time, else the first free one. `in_use`
    says that our own servers hold the block of the last time. Each port has a lock file that all
    clones share: it covers the moment between looking and listening, and dies with the process.
    """
    wished = _wished()
    if in_use and used_before is not None and wished in (None, used_before):
        yield used_before
        return
    with contextlib.ExitStack() as locks:
        yield _first_free(wished, used_before, locks)


def block(base: int) -> range:
    """The ports that belong to one instance."""
    return range(base, base + BLOCK)


def is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _wished() -> int | None:
    text = os.environ.get("LABVERSE_PORT", "")
    if not text:
        return None
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - BLOCK:
        raise Problem(f"LABVERSE_PORT is {text!r}", f"set it to 1024-{65535 - BLOCK} or unset it")
    return int(text)


def _first_free(wished: int | None, before: int | None, locks: contextlib.ExitStack) -> int:
    candidates = [wished] if wished else [*([before] if before else []), *range(FIRST, LAST, BLOCK)]
    for base in candidates:
        if _take(base, locks):
            if before not in (None, base):
                progress.say("ports", f"{base}-{base + BLOCK - 1} (last time: {before})")
            return base
    last = candidates[-1] + BLOCK - 1
    what = f"a port of {candidates[0]}-{last} is in use on {HOST}"
    raise Problem(what, "stop what listens there (ss -ltnp), or set LABVERSE_PORT to another port")


def _take(base: int, locks: contextlib.ExitStack) -> bool:
    folder: Path = cache() / "ports"
    held: list[IO[str]] = []
    for port in block(base):
        handle = try_lock(folder / f"{port}.lock")
        if handle is not None:
            held.append(handle)
        if handle is None or not is_free(port):
            for lock in held:
                lock.close()
            return False
    for lock in held:
        locks.enter_context(lock)
    return True
