"""One local cloud: its name, its folder, and the two records it leaves there."""

from __future__ import annotations

import json
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdk.local.paths import BUILD
from infra_cdk.local.problems import Problem

REGION = "us-east-1"
ACCOUNT = "000000000000"
# Access key and secret of the emulator's root user, also where it checks signatures.
ROOT_KEY = "test"
_RECORD = threading.Lock()
SERVICE = "Labverse-local-service"
# Folders of .build that belong to no instance.
TAKEN = frozenset({"assembly", "cache", "deployed", "env", "locks", "logs"})


@dataclass(frozen=True)
class Instance:
    """Selected by LABVERSE_INSTANCE, so that a test run never disturbs a developer's cloud."""

    name: str

    @property
    def folder(self) -> Path:
        """Where everything of this instance lies."""
        return BUILD / self.name

    @property
    def file(self) -> Path:
        """What other programs read: addresses and keys (mode 0600)."""
        return BUILD / f"{self.name}.json"

    @property
    def tmp(self) -> Path:
        """The emulator's private TMPDIR, where it unpacks functions; removed on stop."""
        return self.folder / "tmp"

    @property
    def port(self) -> int:
        """The first of its ports. Raises Problem before the first `make up`."""
        found = self.record().get("port")
        if found is None:
            raise Problem(f"there is no local cloud {self.name!r}", "run: make up")
        return int(found)

    @property
    def enforced(self) -> bool:
        """Whether its emulator checks signatures and IAM policies, over TLS."""
        return bool(self.record().get("enforced"))

    @property
    def ca_file(self) -> Path:
        """Whose signature makes its emulator's certificate good, when it speaks TLS."""
        return self.folder / "tls" / "ca.pem"

    def log(self, name: str) -> Path:
        """The log of one part."""
        return self.folder / "logs" / f"{name}.log"

    def pid_file(self, name: str) -> Path:
        """The record of one running server."""
        return self.folder / "pids" / f"{name}.json"

    def facts(self) -> dict[str, Any]:
        """What `make up` left for other programs; empty before the first time."""
        return _read(self.file)

    def save_facts(self, facts: dict[str, Any]) -> None:
        """Replace the facts; only the owner may read them, as they hold a key."""
        _write(self.file, facts)

    def record(self) -> dict[str, Any]:
        """What only these commands need to remember: the ports, and what is deployed."""
        return _read(self.folder / "record.json")

    def remember(self, **changes: Any) -> None:
        """Add to the record; parts that start at the same time may call it."""
        with _RECORD:
            _write(self.folder / "record.json", {**self.record(), **changes})


def named() -> str | None:
    """What LABVERSE_INSTANCE says; None when it is not set or empty."""
    return os.environ.get("LABVERSE_INSTANCE") or None


def selected() -> Instance:
    """The instance that LABVERSE_INSTANCE names; `local` when it is not set. Raises Problem."""
    name = named() or "local"
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name) or name in TAKEN:
        what = f"LABVERSE_INSTANCE is {name!r}"
        step = f"use small letters, digits and hyphens; none of {', '.join(sorted(TAKEN))}"
        raise Problem(what, step)
    return Instance(name)


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Problem(f"{path} is not JSON ({error})", "run: make clean, then make up") from error
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=2) + "\n")
    part.replace(path)
