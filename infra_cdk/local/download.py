"""Download one large file: shows bytes, resumes after a cut, and trusts nothing but its SHA-256."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local.problems import Problem

ATTEMPTS = 6
BLOCK = 1 << 18
QUIET_SECONDS = 30.0


@dataclass(frozen=True)
class Source:
    """A file to fetch: where from, its bytes' SHA-256 (hex), and its size in bytes."""

    url: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rsplit("/", 1)[-1]


def fetch(source: Source, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Return the verified file in `folder`, downloading what is missing of it.

    `on_bytes` hears of every block's size, also of the bytes that an earlier run left behind.
    Raises Problem when the network stays away or the bytes are not the expected ones.
    """
    target = folder / source.name
    if target.exists() and _sha256(target) == source.sha256:
        on_bytes(source.size)
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{source.name}.part"
    if part.exists():
        on_bytes(part.stat().st_size)
    _complete(source, part, on_bytes)
    found = _sha256(part)
    if found != source.sha256:
        part.unlink()
        what = f"{source.name}: SHA-256 is {found}, the lock says {source.sha256}; deleted it"
        raise Problem(what, "run the command again; if it stays wrong, the mirror alters files")
    part.replace(target)
    return target


def _complete(source: Source, part: Path, on_bytes: Callable[[int], None]) -> None:
    """Append until the file is whole; a connection that brought bytes renews the patience."""
    failures = 0
    while _size(part) < source.size:
        before = _size(part)
        reason = _attempt(source, part, on_bytes)
        failures = 0 if _size(part) > before else failures + 1
        if failures >= ATTEMPTS:
            what = f"{source.name}: {reason or 'the server sends no more bytes'}"
            raise Problem(what, "check the network, then run the command again: it resumes")
        if failures:
            time.sleep(min(0.2 * 2**failures, 5.0))


def _attempt(source: Source, part: Path, on_bytes: Callable[[int], None]) -> str:
    """One request from where the file ends; returns why it stopped early, or nothing."""
    have = _size(part)
    request = urllib.request.Request(source.url, headers={"Range": f"bytes={have}-"})
    try:
        with urllib.request.urlopen(request, timeout=QUIET_SECONDS) as answer:
            if have and answer.status != http.client.PARTIAL_CONTENT:
                on_bytes(-have)  # this server cannot resume: begin again
                part.unlink()
            _append(answer, part, on_bytes)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            on_bytes(-have)
            part.unlink(missing_ok=True)
        return f"the server answers {error.code} {error.reason}"
    except (OSError, http.client.HTTPException) as error:
        return f"the connection broke ({error})"
    return ""


def _append(answer: http.client.HTTPResponse, part: Path, on_bytes: Callable[[int], None]) -> None:
    with part.open("ab") as out:
        while block := answer.read1(BLOCK):
            out.write(block)
            on_bytes(len(block))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
