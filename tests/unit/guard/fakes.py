"""One deployment in memory: secrets, key records, the rotation of both, and readers of them."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, get_args

from labverse.adapters.secrets_minted import MintedKeys
from labverse.adapters.secrets_vault import SecretsVault
from labverse.guard.minted import Minted
from labverse.guard.models import Rotated, RotationCall, Step
from labverse.guard.ports import Account, Vendor
from labverse.guard.providers import ProviderKeys
from labverse.guard.service import Rotation
from labverse.kernel.errors import Conflict, Unavailable
from labverse.kernel.signing import KeySet
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import KeyRecord, Keyring, mint
from tests.secrets_manager import Crash, Faults, MemorySecrets
from tests.unit.platform.fakes import FakeClock

STEPS: tuple[Step, ...] = get_args(Step)
PEPPER, PROVIDERS, SESSION = "key-pepper", "provider-keys", "session-signing"


class MemoryTable:
    """Key records as their text, so that every read is a new object."""

    def __init__(self, faults: Faults) -> None:
        self.texts: dict[str, str] = {}
        self._faults = faults

    def get(self, key_id: str) -> KeyRecord | None:
        self._faults.reading()
        text = self.texts.get(key_id)
        return KeyRecord.model_validate_json(text) if text else None

    def put(self, record: KeyRecord) -> None:
        self._faults.writing(lambda: self._put(record, None))

    def replace(self, old: KeyRecord, new: KeyRecord) -> None:
        self._faults.writing(lambda: self._put(new, old))

    def list(self) -> tuple[KeyRecord, ...]:
        self._faults.reading()
        return tuple(map(KeyRecord.model_validate_json, self.texts.values()))

    def _put(self, record: KeyRecord, old: KeyRecord | None) -> None:
        text = self.texts.get(record.key_id)
        if (KeyRecord.model_validate_json(text) if text else None) != old:
            raise Conflict("somebody else wrote this key")
        self.texts[record.key_id] = record.model_dump_json()


class FakeVendor:
    """Makes keys as a vendor does: told once, good until their account is deleted."""

    def __init__(self, faults: Faults) -> None:
        self.keys: dict[str, tuple[Account, str]] = {}
        self.deleted: list[str] = []
        self.down = False
        self._faults, self._numbers = faults, itertools.count()

    def create(self, name: str) -> tuple[str, str]:
        self._ask()
        number = next(self._numbers)
        account = Account(id=f"account-{number}", name=name)

        def make() -> None:
            self.keys[account.id] = (account, f"vendor-key-{number}")

        self._faults.writing(make)
        return account.id, f"vendor-key-{number}"

    def accounts(self) -> tuple[Account, ...]:
        self._ask()
        return tuple(account for account, _ in self.keys.values())

    def delete(self, account_id: str) -> None:
        self._ask()
        self._faults.writing(lambda: self.keys.pop(account_id, None))
        self.deleted.append(account_id)

    def works(self, key: str) -> bool:
        self._ask()
        return key in (known for _, known in self.keys.values())

    def _ask(self) -> None:
        if self.down:
            raise Unavailable("the vendor cannot be reached")


class World:
    """Everything, with one place (`faults`) where it can be made to go wrong."""

    def __init__(self) -> None:
        self.faults, self.clock = Faults(), FakeClock()
        first = json.dumps({"first": "f" * 64})
        self.secrets = MemorySecrets(
            self.faults, key_pepper=first, session_signing=first, provider_keys="{}", other="{}"
        )
        self.table = MemoryTable(self.faults)
        self.vault = SecretsVault(self.secrets)  # type: ignore[arg-type]
        self.vendor = FakeVendor(self.faults)
        self.vendors: dict[str, Vendor] = {"openai": self.vendor}
        self.registry = KeyRegistry(self.table, self.peppers)
        numbers = itertools.count()

        def random(length: int) -> bytes:
            return next(numbers).to_bytes(length, "big")

        self.rotation = Rotation(
            self.vault,
            {
                PEPPER: Minted(random, self.clock, self.registry),
                SESSION: Minted(random, self.clock),
                PROVIDERS: ProviderKeys("dev", lambda: self.vendors, self.clock),
            },
        )

    def peppers(self) -> KeySet:
        """As every writer reads them: now."""
        return self.minted().read()

    def minted(self) -> MintedKeys:
        return MintedKeys(PEPPER, self.secrets, self.clock)  # type: ignore[arg-type]

    def reader(self) -> Keyring:
        """A function that checks keys, just started."""
        return Keyring(self.table, self.minted(), self.clock)

    def step(self, secret: str, token: str, step: Step) -> Rotated:
        given = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        return self.rotation(RotationCall.model_validate(given))

    def rotate(self, secret: str = PEPPER) -> str:
        """One whole rotation; the version it made."""
        token = self.secrets.stage(secret)
        for step in STEPS:
            self.step(secret, token, step)
        return token

    def current(self, secret: str) -> tuple[str, Any]:
        """The current version and its value."""
        held = self.secrets.secrets[secret]
        version = held.labels["AWSCURRENT"]
        return version, json.loads(held.values[version])

    def create(self, *scopes: str) -> str:
        """A new key that opens doors."""
        key, record = mint("test", frozenset(scopes or {"route"}), self.clock.now())
        self.registry.create(record)
        return key

    def crash(self, at: int, *, after: bool, doing: Callable[[], object]) -> bool:
        """Die at a write of `doing`; whether it came so far."""
        self.faults.at, self.faults.after = at, after
        try:
            with suppress(Conflict):
                doing()
        except Crash:
            return True
        finally:
            self.faults.at = None
        return False

    @contextmanager
    def meanwhile(self, *others: Callable[[], object]) -> Iterator[None]:
        """One of `others` happens right before each of the next calls of anything."""
        waiting = list(others)

        def happen() -> None:
            if waiting:
                self.faults.meanwhile, other = None, waiting.pop(0)
                other()
                self.faults.meanwhile = happen

        self.faults.meanwhile = happen
        try:
            yield
        finally:
            self.faults.meanwhile = None
